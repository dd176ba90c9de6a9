"""What to search for: the last message of a conversation as a question that stands by itself."""
