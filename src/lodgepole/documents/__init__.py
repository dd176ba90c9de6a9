"""Parsed documents: how they are built, stored and shown."""
