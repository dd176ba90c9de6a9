"""Sessions of people who signed in with an identity provider. Only hashes of secrets are stored.

A session acts as a key does: what it may do is decided where it is decided for keys. Which role and
grant it has follows from what the provider claimed and from the rules as they are now.
"""

import hashlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lodgepole.access.api_keys import CACHED_FOR
from lodgepole.access.audit import COMMAND_LINE, AuditLog
from lodgepole.access.sign_in_rules import Claims, Person, SignInRule, rule_for
from lodgepole.errors import LodgepoleError, NotFound, PermissionDenied, Unauthenticated
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, Record, RecordKind
from lodgepole.ports.clock import Clock
from lodgepole.ports.records import Records

log = logging.getLogger(__name__)

SECRET_BYTES = 32
HASH_CHARS = 32  # of SHA-256 in hex: 128 bits, which nobody meets by chance or by trying
CACHED_SESSIONS = 1024
USES_WRITTEN = 10
"""How often the use of a session is written within the time that it may lie idle."""
LISTED = 1000
REMOVED_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in with one browser.

    Attributes:
        id: Made of its secret's hash.
        project_id: Which project it sees.
        person_id: Who it is; the id under which conversations and the audit log know them.
        name: Of the person.
        issuer: Who said so.
        claims: What rules are about.
        began_at: When they signed in.
        ends_at: When they have to sign in again, however busy they are.
    """

    id: str
    project_id: str
    person_id: str
    name: str
    issuer: str
    claims: Claims
    began_at: datetime
    ends_at: datetime


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(
        self,
        *,
        records: Records,
        clock: Clock,
        limits: Limits,
        issuer: str | None = None,
        rules: Sequence[SignInRule] = (),
        audit: AuditLog | None = None,
    ) -> None:
        """Without an `issuer` nobody is signed in, and sessions of before are refused.

        `audit` takes changes made on the command line; a server writes down its requests.
        """
        self._records = records
        self._clock = clock
        self._idle = timedelta(seconds=limits.session_idle_seconds)
        self._longest = timedelta(seconds=limits.session_seconds)
        self._most = limits.sessions_per_project
        self._issuer = issuer
        self._rules = tuple(rules)
        self._projects = tuple(dict.fromkeys(rule.project for rule in rules))
        self._audit = audit
        self._cache: OrderedDict[str, tuple[ApiKey, datetime]] = OrderedDict()

    async def begin(self, person: Person) -> tuple[str, ApiKey]:
        """Let somebody in; the secret is returned here and never again.

        Raises:
            PermissionDenied: No rule fits them.
        """
        rule = rule_for(self._rules, person.claims)
        if rule is None or self._issuer is None:
            raise PermissionDenied(
                f"{person.name} is known, and no rule of this server lets them in: ask its "
                "operator."
            )
        await self._make_room(rule.project)
        now, secret = self._clock.now(), secrets.token_urlsafe(SECRET_BYTES)
        session = Session(
            id=_session_id(secret),
            project_id=rule.project,
            person_id=person.id,
            name=person.name,
            issuer=self._issuer,
            claims=person.claims,
            began_at=now,
            ends_at=now + self._longest,
        )
        await self._write_use(session)
        await self._records.put(_record(session))
        return secret, _key(session, rule)

    async def authenticate(self, secret: str) -> ApiKey:
        """Whom a secret signs in, as a key of theirs. Raises Unauthenticated."""
        id_, now = _session_id(secret), self._clock.now()
        cached = self._cache.get(id_)
        if cached is not None and now < cached[1] <= now + CACHED_FOR:
            return cached[0]
        cache = self._cache
        session = await self._find(id_)
        rule = None if session is None else rule_for(self._rules, session.claims)
        if session is None or rule is None or not await self._lasts(session, rule, now):
            cache.pop(id_, None)
            raise Unauthenticated("Your session has ended. Sign in again.")
        key = _key(session, rule)
        # What was looked up while a session was ended goes to the old cache, as keys do.
        cache[id_] = (key, min(now + CACHED_FOR, session.ends_at))
        cache.move_to_end(id_)
        if len(cache) > CACHED_SESSIONS:
            cache.popitem(last=False)
        return key

    async def list(self, project_id: str) -> Sequence[Session]:
        """Those that last, the newest first; at most a thousand."""
        now = self._clock.now()
        found = await self._records.list(
            project_id, RecordKind.SESSION, limit=LISTED, after=None, newest_first=True
        )
        uses = {
            record.id
            for start in range(0, len(found), REMOVED_AT_ONCE)
            for record in await self._records.find_all(
                project_id, [_use_id(one.id) for one in found[start : start + REMOVED_AT_ONCE]]
            )
            if record.expires_at is not None and record.expires_at > now
        }
        sessions = [_read(record) for record in found if _use_id(record.id) in uses]
        return [one for one in sessions if one.ends_at > now]

    async def revoke(self, project_id: str, session_id: str) -> None:
        """End a session from this moment; see `CACHED_FOR` for other processes. NotFound."""
        record = await self._records.find(project_id, session_id)
        if record is None or record.kind is not RecordKind.SESSION:
            raise NotFound(f"Session {session_id[:80]!r} not found.")
        await self._remove(record)
        if self._audit is not None:
            await self._audit.note(
                project_id,
                action="revoke_session",
                target={"session_id": session_id},
                status=0,
                key=None,
                address=COMMAND_LINE,
                request_id="",
            )

    async def forget_person(self, project_id: str, person_id: str) -> None:
        """End all sessions of somebody in a project; of nobody's nothing changes."""
        last: Record | None = None
        while found := await self._records.list(
            project_id, RecordKind.SESSION, limit=LISTED, after=last, newest_first=True
        ):
            for record in found:
                if record.body["person_id"] == person_id:
                    await self._remove(record)
            last = found[-1]

    async def end(self, secret: str) -> None:
        """Sign out; of a session that has ended nothing changes."""
        session = await self._find(_session_id(secret))
        if session is not None:
            await self._remove(_record(session))

    # --- within -------------------------------------------------------------------------------

    async def _find(self, id_: str) -> Session | None:
        for project_id in self._projects:
            record = await self._records.find(project_id, id_)
            if record is not None and record.kind is RecordKind.SESSION:
                return _read(record)
        return None

    async def _lasts(self, session: Session, rule: SignInRule, now: datetime) -> bool:
        """Whether it is to be accepted now; its use is written down, not with every request."""
        same = session.issuer == self._issuer and session.project_id == rule.project
        if not same or session.ends_at <= now:
            return False
        use = await self._records.find(session.project_id, _use_id(session.id))
        if use is None or use.expires_at is None or use.expires_at <= now:
            return False
        if now - use.created_at >= self._idle / USES_WRITTEN:
            try:
                await self._write_use(session)
            except LodgepoleError as error:
                log.warning("The use of a session was not written: %s", error)
        return True

    async def _write_use(self, session: Session) -> None:
        # A record of its own: written anew, the session itself would come back after its end.
        now = self._clock.now()
        await self._records.put(
            Record(
                id=_use_id(session.id),
                project_id=session.project_id,
                kind=RecordKind.SESSION_USE,
                created_at=now,
                expires_at=min(now + self._idle, session.ends_at),
                body={},
            )
        )

    async def _remove(self, record: Record) -> None:
        await self._records.remove(record.project_id, record.id)
        await self._records.remove(record.project_id, _use_id(record.id))
        self._cache = OrderedDict()

    async def _make_room(self, project_id: str) -> None:
        over = await self._records.count(project_id, RecordKind.SESSION) - self._most + 1
        if over > 0:
            for record in await self._records.list(
                project_id,
                RecordKind.SESSION,
                limit=min(over, REMOVED_AT_ONCE),
                after=None,
                newest_first=False,
            ):
                await self._remove(record)


def _session_id(secret: str) -> str:
    return f"session_{hashlib.sha256(secret.encode()).hexdigest()[:HASH_CHARS]}"


def _use_id(session_id: str) -> str:
    return f"use_of_{session_id}"


def _key(session: Session, rule: SignInRule) -> ApiKey:
    return ApiKey(
        id=session.person_id,
        project_id=session.project_id,
        name=session.name,
        hash=session.id,
        role=rule.role,
        created_at=session.began_at,
        grant=rule.grant,
        signed_in=True,
    )


def _record(session: Session) -> Record:
    return Record(
        id=session.id,
        project_id=session.project_id,
        kind=RecordKind.SESSION,
        created_at=session.began_at,
        expires_at=session.ends_at,
        body={
            "person_id": session.person_id,
            "name": session.name,
            "issuer": session.issuer,
            "claims": {name: list(values) for name, values in session.claims.items()},
        },
    )


def _read(record: Record) -> Session:
    assert record.expires_at is not None, "every session ends"
    return Session(
        id=record.id,
        project_id=record.project_id,
        began_at=record.created_at,
        ends_at=record.expires_at,
        **record.body,
    )
