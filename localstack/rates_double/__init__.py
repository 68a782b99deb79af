"""A double of the publisher of currencies' rates, for the local stack."""
