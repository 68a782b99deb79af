"""What several functions need: each part is built of the settings, and connects nothing until it is used.

A module imports what its parts need and no more, so that a function which uses one does not load the others.
Nothing but `walletwatch.bootstrap` calls these.
"""
