"""API keys: who is asking, and for which project. Only hashes are stored."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from lodgepole.access.audit import COMMAND_LINE, AuditLog
from lodgepole.access.grants import check_grant
from lodgepole.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, Grant, Role
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock

SECRET_PREFIX = "lp_"  # noqa: S105  the beginning of every key we make, so that scanners know it
SECRET_BYTES = 32
CACHED_KEYS = 1024
CACHED_FOR = timedelta(seconds=3)
"""Longest time that another process still accepts a key after it was revoked in this one."""
DEFAULT_PROJECT = "default"
SEEDED = "seeded by the operator"
"""The name of the key from the settings; no other key may have it."""
NAME_CHARS = 100
KEYS_PER_PROJECT = 1000


class Keys:
    """Makes, checks and revokes API keys."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits = Limits(),
        audit: AuditLog | None = None,
    ) -> None:
        """`audit` takes changes made on the command line; a server writes down its requests."""
        self._catalog = catalog
        self._audit = audit
        self._limits = limits
        self._clock = clock
        self._new_id = new_id
        self._cache: OrderedDict[str, tuple[ApiKey, datetime]] = OrderedDict()

    async def authenticate(self, secret: str | None) -> ApiKey:
        """The key that `secret` is. Raises Unauthenticated."""
        if not secret:
            raise Unauthenticated("Invalid API key.")
        hash_ = hash_secret(secret)
        now = self._clock.now()
        cached = self._cache.get(hash_)
        if cached is not None and now < cached[1] <= now + CACHED_FOR:  # clocks are set back, too
            return cached[0]
        cache = self._cache
        key = await self._catalog.find_key(hash_)
        if key is None:
            self._cache.pop(hash_, None)
            raise Unauthenticated("Invalid API key.")
        # Of what was looked up as a key was revoked, nothing is kept: it goes to the old cache.
        cache[hash_] = (key, now + CACHED_FOR)
        cache.move_to_end(hash_)
        if len(cache) > CACHED_KEYS:
            cache.popitem(last=False)
        return key

    async def create(
        self, project_id: str, *, name: str, role: Role, grant: Grant | None = None
    ) -> tuple[str, ApiKey]:
        """Make a key; the secret is returned here and never again.

        Raises:
            InvalidRequest: The name is empty, too long or not printable, or no key of this role
                may have such a grant.
            Conflict: The project has as many keys as it may.
        """
        if not name.strip() or len(name) > NAME_CHARS or not name.isprintable():
            raise InvalidRequest(
                f"Invalid key name {name[:120]!r}: use 1 to {NAME_CHARS} printable characters"
            )
        if name.strip() == SEEDED:
            raise InvalidRequest(f"No key but that of the settings may be named {SEEDED!r}")
        if grant is not None:
            check_grant(grant, role, self._limits)
        if len(await self._catalog.list_keys(project_id)) >= KEYS_PER_PROJECT:
            raise Conflict(
                f"The project has {KEYS_PER_PROJECT} keys, as many as it may: revoke one first"
            )
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        key = await self._add(secret, project_id, name, role, grant)
        await self._note("create_key", project_id, key.id)
        return secret, key

    async def seed(
        self, secret: str, *, project_id: str = DEFAULT_PROJECT, besides: str | None = None
    ) -> ApiKey:
        """Accept a secret that the operator chose, and none that was chosen before.

        Doing so again changes nothing. `besides` is another secret that stays good.
        """
        kept = {hash_secret(known) for known in (secret, besides) if known is not None}
        for key in await self._catalog.list_keys(project_id):
            if key.name == SEEDED and key.hash not in kept:
                await self.revoke(project_id, key.id)
        known = await self._catalog.find_key(hash_secret(secret))
        return known or await self._add(secret, project_id, SEEDED, Role.ALL)

    async def list(self, project_id: str) -> Sequence[ApiKey]:
        """Oldest first."""
        return await self._catalog.list_keys(project_id)

    async def revoke(self, project_id: str, key_id: str) -> None:
        """Refuse a key from this moment; see `CACHED_FOR` for other processes. NotFound."""
        if not await self._catalog.remove_key(project_id, key_id):
            raise NotFound(f"API key {key_id} not found.")
        self._cache = OrderedDict()
        await self._note("revoke_key", project_id, key_id)

    async def _note(self, action: str, project_id: str, key_id: str) -> None:
        if self._audit is not None:
            await self._audit.note(
                project_id,
                action=action,
                target={"key_id": key_id},
                status=0,
                key=None,
                address=COMMAND_LINE,
                request_id="",
            )

    async def _add(
        self, secret: str, project_id: str, name: str, role: Role, grant: Grant | None = None
    ) -> ApiKey:
        key = ApiKey(
            id=self._new_id(),
            project_id=project_id,
            name=name,
            hash=hash_secret(secret),
            role=role,
            created_at=self._clock.now(),
            grant=grant,
        )
        await self._catalog.add_key(key)
        return key


def hash_secret(secret: str) -> str:
    """Hex SHA-256. Secrets have 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
