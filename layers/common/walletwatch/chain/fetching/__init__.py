"""Fetching files from places that strangers chose, without becoming their tool (SSRF)."""
