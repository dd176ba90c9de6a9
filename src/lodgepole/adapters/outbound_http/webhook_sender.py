"""Deliveries of webhooks, to addresses that may be reached."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from lodgepole.adapters.outbound_http.client import GuardedClient
from lodgepole.adapters.outbound_http.networks import Networks, check_url

LOCAL_NAMES = ("localhost", "localhost.localdomain")


class HttpWebhookSender:
    """`WebhookSender` over the client that looks where it connects to. Close it."""

    def __init__(self, networks: Networks, *, seconds: float) -> None:
        """`seconds` are for the whole of one request."""
        self._networks = networks
        self._client = GuardedClient(networks, seconds=seconds)

    async def close(self) -> None:
        await self._client.close()

    def check(self, url: str) -> None:
        check_url(url)
        host = (urlsplit(url).hostname or "").rstrip(".")
        if host in LOCAL_NAMES or host.endswith(".localhost"):
            self._networks.check("127.0.0.1")
        elif _is_address(host):
            self._networks.check(host)

    async def send(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
        return await self._client.post(url, body, headers=headers)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
