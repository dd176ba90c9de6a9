"""Port: one request to an address that a user named."""

from collections.abc import Mapping
from typing import Protocol


class WebhookSender(Protocol):
    """Reaches public addresses, and those that the operator allows."""

    def check(self, url: str) -> None:
        """Look at how it is written. Raises InvalidRequest, PermissionDenied."""
        ...

    async def send(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
        """Send `body` by POST and follow no redirect; the status of the answer.

        Raises:
            InvalidRequest, PermissionDenied: Nothing may be sent there.
            Unavailable, DeadlineExceeded: It does not answer, or not in time.
        """
        ...
