"""A runtime executor of LocalStack that runs Lambda functions as processes, without Docker."""
