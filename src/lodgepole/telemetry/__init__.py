"""Metrics, timing of stages, spans, and the lines of the log."""
