"""Accounts and transactions as the RPC writes them."""
