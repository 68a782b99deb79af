"""Wallets, activities, subscriptions and money: plain values and rules, no I/O, standard library only."""
