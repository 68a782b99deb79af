"""The commands: a table of what there is, and a module for each topic."""
