"""Metrics for Prometheus, spans for a collector."""
