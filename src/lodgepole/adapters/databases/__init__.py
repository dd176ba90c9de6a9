"""Catalog, operation log and ledger."""
