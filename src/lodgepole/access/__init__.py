"""Who may ask, and how much: API keys, usage, rate limits."""
