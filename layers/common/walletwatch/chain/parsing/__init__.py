"""From an RPC answer, in whatever encoding and of whatever age, to one model of a transaction."""
