"""Scores of passages read together with the query."""
