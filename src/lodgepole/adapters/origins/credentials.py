"""Credentials by name, each for addresses below one that the operator set beside it."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lodgepole.errors import InvalidRequest, PermissionDenied


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A secret, and where it may be sent. None of it is ever part of a message."""

    name: str
    url: str  # sources below it may name the credential, and nothing else is sent it
    username: str | None = None
    secret: str | None = field(default=None, repr=False)  # a password, or a bearer token
    options: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def covers(self, url: str) -> bool:
        """Whether the address is below the credential's."""
        mine, other = urlsplit(self.url), urlsplit(url)
        if _origin(self.url) != _origin(url):
            return False
        path, below = mine.path.rstrip("/"), other.path
        plain = "/../" not in f"{below}/" and "\\" not in below and "%2e" not in below.lower()
        return plain and (below == path or below.startswith(f"{path}/"))


class Credentials:
    """All that the operator set."""

    def __init__(self, known: Iterable[Credential] = ()) -> None:
        self._known = {credential.name: credential for credential in known}

    def find(self, name: str | None, url: str) -> Credential | None:
        """The credential for an address, where one is named.

        Raises:
            InvalidRequest: There is none of that name.
            PermissionDenied: It is for other addresses.
        """
        if name is None:
            return None
        found = self._known.get(name)
        if found is None:
            raise InvalidRequest(f"The server's settings have no credential {name[:80]!r}.")
        if not found.covers(url):
            raise PermissionDenied(f"The credential {name!r} is for other addresses.")
        return found


def http_headers(credential: Credential | None, url: str) -> dict[str, str]:
    """What authorises a request, for addresses of the credential alone."""
    if credential is None or credential.secret is None or not credential.covers(url):
        return {}
    if credential.username is None:
        return {"Authorization": f"Bearer {credential.secret}"}
    pair = f"{credential.username}:{credential.secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


_PORTS = {"http": 80, "https": 443}


def _origin(url: str) -> tuple[str, str, int | None] | None:
    parts = urlsplit(url.removeprefix("git+"))
    try:
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
