"""Markers in an answer to citations, each checked against its source."""
