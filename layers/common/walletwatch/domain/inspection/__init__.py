"""What a security scan looks at: facts of the chain, each with the slot at which it was read."""
