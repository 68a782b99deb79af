"""Commands for people at a terminal. Above the adapters, since one command may need several of them."""
