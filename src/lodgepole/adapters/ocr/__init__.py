"""Engines of text recognition for scanned pages."""
