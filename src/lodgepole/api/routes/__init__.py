"""Routes, one module a family of endpoints."""
