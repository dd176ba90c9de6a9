"""Evaluation of answers against a ground truth."""
