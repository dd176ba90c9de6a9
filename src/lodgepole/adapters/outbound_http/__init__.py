"""Requests to addresses that users name: `client`, which reaches public addresses alone."""

from lodgepole.adapters.outbound_http.client import GuardedClient, Page
from lodgepole.adapters.outbound_http.networks import Networks

__all__ = ["GuardedClient", "Networks", "Page"]
