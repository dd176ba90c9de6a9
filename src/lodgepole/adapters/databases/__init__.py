"""Catalog, operation log, usage and rate limits."""
