"""Reading what a security scan looks at, one topic a module."""
