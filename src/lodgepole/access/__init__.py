"""Access control: API keys, usage, rate limits."""
