"""What people ask to be told of: rules, and whether what happened makes one fire."""
