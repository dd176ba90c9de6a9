"""Passages, found by vector and by word."""
