"""Requests to addresses that users name: `client`, which reaches public addresses alone."""

from lodgepole.adapters.outbound_http.client import GuardedClient, Page
from lodgepole.adapters.outbound_http.networks import Networks
from lodgepole.adapters.outbound_http.webhook_sender import HttpWebhookSender

__all__ = ["GuardedClient", "HttpWebhookSender", "Networks", "Page"]
