"""Starts and stops the local stack, deploys to it, and shows that it works."""
