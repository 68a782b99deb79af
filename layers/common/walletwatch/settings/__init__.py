"""Settings of the functions, by what they are of; each function reads only what it needs."""
