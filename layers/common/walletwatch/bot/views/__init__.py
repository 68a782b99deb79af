"""What the bot shows: each module renders the messages of one part of it."""
