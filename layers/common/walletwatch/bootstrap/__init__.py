"""The only place that builds adapters: a module for each function, importing only what that one needs.

Building reads and validates the settings and connects nothing; connections open with their first use. Every
builder raises `InvalidSettings` if the environment is not complete.
"""
