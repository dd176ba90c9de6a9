"""Tokens that let their bearer download one file for a while."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import timedelta

import orjson

from lodgepole.errors import PermissionDenied
from lodgepole.limits import Limits
from lodgepole.model import File
from lodgepole.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLink:
    """What a token stands for."""

    assistant_id: str
    file_id: str
    created: int | None  # of the file, in milliseconds; None in a link of release 0.1

    def opens(self, file: File) -> bool:
        """Whether it was made for this file, and not for one that had its id before."""
        return self.created is None or self.created == _created(file)


class DownloadTokens:
    """Makes and checks tokens that let their bearer download one file for a while."""

    def __init__(self, *, secret: bytes, clock: Clock, limits: Limits) -> None:
        self._secret = secret
        self._clock = clock
        self._lifetime = timedelta(seconds=limits.signed_url_seconds)

    def sign(self, file: File) -> str:
        """A token for use in a URL: `payload.signature`, both base64url."""
        expires = int((self._clock.now() + self._lifetime).timestamp())
        payload = _encode(orjson.dumps([file.assistant_id, file.id, expires, _created(file)]))
        return f"{payload}.{self._signature(payload)}"

    def verify(self, token: str) -> DownloadLink:
        """What it stands for. Raises PermissionDenied when forged or expired."""
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise PermissionDenied("This link is not valid.")
        assistant_id, file_id, expires, *created = orjson.loads(_decode(payload))
        if expires < self._clock.now().timestamp():
            raise PermissionDenied("This link has expired; describe the file for a new one.")
        return DownloadLink(
            assistant_id=assistant_id, file_id=file_id, created=created[0] if created else None
        )

    def _signature(self, payload: str) -> str:
        return _encode(hmac.digest(self._secret, payload.encode(), "sha256"))


def _created(file: File) -> int:
    return int(file.created_at.timestamp() * 1000)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise PermissionDenied("This link is not valid.") from None
