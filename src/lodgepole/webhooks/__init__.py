"""Webhooks: addresses that are told when operations finish."""
