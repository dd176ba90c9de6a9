"""What a provider publishes: its addresses, and the keys that its tokens are signed with.

Both are remembered for an hour. A token by a key that is not known makes us look once more, since
providers change their keys; not more often than once in half a minute, whoever sends such tokens.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from lodgepole.adapters.outbound_http import GuardedClient
from lodgepole.errors import LodgepoleError, Unauthenticated, Unavailable
from lodgepole.ports.clock import Clock

WELL_KNOWN = "/.well-known/openid-configuration"
DOCUMENT_BYTES = 256 * 1024
KEPT_FOR = timedelta(hours=1)
LOOKED_AGAIN_AFTER = timedelta(seconds=30)
FAILURE_KEPT_FOR = timedelta(seconds=5)
"""So that those who wait for a provider that is down do not wait for each other too."""
KEYS = 100
METHODS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a provider does what."""

    issuer: str  # as its tokens say it
    authorization: str
    token: str
    keys: str
    token_authentication: Sequence[str]


class ProviderDocuments:
    """Fetches them, and remembers them for a while."""

    def __init__(self, issuer: str, http: GuardedClient, clock: Clock) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._addresses: tuple[Addresses, datetime] | None = None
        self._failure: tuple[str, datetime] | None = None
        self._keys: tuple[Sequence[Mapping[str, Any]], datetime] | None = None

    async def addresses(self) -> Addresses:
        """Raises Unavailable where the provider does not say them, or says what must not be."""
        async with self._lock:
            return await self._known_addresses()

    async def key(self, key_id: str | None, algorithm: str) -> Mapping[str, Any]:
        """The key that a token names; without a name the only one there is.

        Raises:
            Unauthenticated: The provider has no such key.
            Unavailable: It does not say its keys.
        """
        async with self._lock:
            found = await self._known_addresses()
            now = self._clock.now()
            if self._keys is None or not _fresh(self._keys[1], now, KEPT_FOR):
                self._keys = (await self._fetched_keys(found.keys), now)
            key = _chosen(self._keys[0], key_id, algorithm)
            if key is None and not _fresh(self._keys[1], now, LOOKED_AGAIN_AFTER):
                self._keys = (await self._fetched_keys(found.keys), now)
                key = _chosen(self._keys[0], key_id, algorithm)
        if key is None:
            raise Unauthenticated(
                "The identity token is not good: the identity provider has no key of that name."
            )
        return key

    async def _known_addresses(self) -> Addresses:
        now = self._clock.now()
        if self._addresses is None or not _fresh(self._addresses[1], now, KEPT_FOR):
            said = await self._fetched(self._issuer.rstrip("/") + WELL_KNOWN)
            self._addresses = (self._read(said), now)
        return self._addresses[0]

    def _read(self, said: Mapping[str, Any]) -> Addresses:
        issuer = said.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise Unavailable(
                f"What answers at {self._issuer} says that it is {str(issuer)[:200]!r}: the "
                "operator sets LODGEPOLE_OIDC_ISSUER to the issuer that the provider names."
            )
        methods = said.get("token_endpoint_auth_methods_supported")
        listed = cast("Sequence[object]", methods) if isinstance(methods, list) else ()
        return Addresses(
            issuer=issuer,
            authorization=self._address(said, "authorization_endpoint"),
            token=self._address(said, "token_endpoint"),
            keys=self._address(said, "jwks_uri"),
            token_authentication=tuple(str(method) for method in listed[:METHODS]),
        )

    def _address(self, said: Mapping[str, Any], name: str) -> str:
        """An address of the provider: encrypted, but on the host that the operator wrote so."""
        url = said.get(name)
        own = urlsplit(self._issuer)
        try:
            parts = urlsplit(url if isinstance(url, str) else "")
        except ValueError:
            parts = urlsplit("")
        encrypted = parts.scheme == "https"
        if not parts.hostname or not (
            encrypted or (parts.scheme, parts.hostname) == (own.scheme, own.hostname)
        ):
            raise Unavailable(f"The identity provider's {name} is no address to be used.")
        return parts.geturl()

    async def _fetched_keys(self, url: str) -> Sequence[Mapping[str, Any]]:
        keys = (await self._fetched(url)).get("keys")
        listed = cast("Sequence[object]", keys) if isinstance(keys, list) else ()
        return [cast("Mapping[str, Any]", key) for key in listed[:KEYS] if isinstance(key, dict)]

    async def _fetched(self, url: str) -> Mapping[str, Any]:
        if self._failure is not None and _fresh(
            self._failure[1], self._clock.now(), FAILURE_KEPT_FOR
        ):
            raise Unavailable(self._failure[0])
        try:
            return await self._asked(url)
        except Unavailable as error:
            self._failure = (str(error), self._clock.now())
            raise

    async def _asked(self, url: str) -> Mapping[str, Any]:
        try:
            async with self._http.get(url, may_follow=lambda _: False) as page:
                body = await page.read(DOCUMENT_BYTES)
        except LodgepoleError as error:
            raise Unavailable(
                f"The identity provider at {self._issuer} cannot be asked: {error}"
            ) from error
        try:
            said: object = orjson.loads(body) if page.status == 200 else None
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict):
            raise Unavailable(
                f"The identity provider at {self._issuer} answers with status {page.status}, and "
                "with nothing that can be used."
            )
        return cast("Mapping[str, Any]", said)


def _fresh(since: datetime, now: datetime, time: timedelta) -> bool:
    return since <= now < since + time  # clocks are set back, too


def _chosen(
    keys: Sequence[Mapping[str, Any]], key_id: str | None, algorithm: str
) -> Mapping[str, Any] | None:
    usable = [
        key
        for key in keys
        if key.get("use") in (None, "sig") and key.get("alg") in (None, algorithm)
    ]
    if key_id is None:
        return usable[0] if len(usable) == 1 else None
    return next((key for key in usable if key.get("kid") == key_id), None)
