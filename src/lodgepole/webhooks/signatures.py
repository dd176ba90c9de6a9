"""Signatures of deliveries, as Standard Webhooks has them; pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

SECRET_PREFIX = "whsec_"  # noqa: S105  what all of them begin with
VERSION = "v1"


def written_secret(key: bytes) -> str:
    """The key as users are shown it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def signed_headers(
    secrets: Iterable[str], *, delivery_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers; a signature by each secret, so that one can be replaced by another."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"
