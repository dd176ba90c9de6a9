"""Sessions: begun once, found by their secret, ended by time, by people and by rules."""

from datetime import timedelta

import pytest

from lodgepole.access import sessions as module
from lodgepole.access.api_keys import CACHED_FOR
from lodgepole.access.audit import AuditLog
from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in_rules import Person, SignInRule
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.errors import NotFound, PermissionDenied, Unauthenticated, Unavailable
from lodgepole.limits import Limits
from lodgepole.model import Grant, RecordKind, Role

ISSUER = "https://login.example.com"
LIMITS = Limits(session_idle_seconds=3600, session_seconds=4 * 3600, sessions_per_project=3)
HOUR = timedelta(hours=1)
LEGAL = Grant(filter={"team": "legal"})
RULES = (
    SignInRule(claim="groups", value="admins", role=Role.ALL),
    SignInRule(claim="groups", value="legal", role=Role.DATA_READ, grant=LEGAL),
    SignInRule(claim="groups", value="others", role=Role.DATA_READ, project="other"),
)
ANNA = Person(id="user_anna", name="anna@example.com", claims={"groups": ("legal",)})
ADMIN = Person(id="user_admin", name="admin", claims={"groups": ("admins",)})
OTHER = Person(id="user_other", name="other", claims={"groups": ("others",)})


class Desk:
    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.database = MemoryDatabase()
        self.records = MemoryRecords(self.database)
        self.sessions = self.process()

    def process(self, *, issuer=ISSUER, rules=RULES, audit=None) -> Sessions:
        return Sessions(
            records=self.records,
            clock=self.clock,
            limits=LIMITS,
            issuer=issuer,
            rules=rules,
            audit=audit,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def ended(sessions, secret) -> bool:
    try:
        await sessions.authenticate(secret)
    except Unauthenticated:
        return True
    return False


async def test_a_session_acts_as_a_key_of_the_rules_role_and_grant(desk):
    secret, key = await desk.sessions.begin(ANNA)
    assert await desk.sessions.authenticate(secret) == key
    assert (key.id, key.name, key.role, key.grant) == (ANNA.id, ANNA.name, Role.DATA_READ, LEGAL)
    assert key.signed_in
    assert secret not in repr(desk.database.records)
    assert len(secret) > 40


async def test_two_browsers_are_the_same_person_with_a_session_each(desk):
    first, one = await desk.sessions.begin(ANNA)
    second, two = await desk.sessions.begin(ANNA)
    assert first != second
    assert one.id == two.id
    assert one.hash != two.hash


async def test_whom_no_rule_fits_gets_no_session(desk):
    with pytest.raises(PermissionDenied, match="no rule"):
        await desk.sessions.begin(Person(id="user_x", name="x", claims={"groups": ("x",)}))
    assert not desk.database.records


@pytest.mark.parametrize("secret", ["", "x", "session_x", "ä"])
async def test_what_is_no_secret_is_refused(desk, secret):
    assert await ended(desk.sessions, secret)


async def test_an_id_is_no_secret(desk):
    await desk.sessions.begin(ANNA)
    (session,) = await desk.sessions.list("default")
    assert await ended(desk.sessions, session.id)


async def test_it_ends_when_it_lies_idle(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    desk.clock.advance(HOUR)
    assert await ended(desk.sessions, secret)
    assert await desk.sessions.list("default") == []


async def test_its_use_keeps_it_until_its_end(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    for _ in range(7):
        desk.clock.advance(HOUR / 2)
        assert not await ended(desk.process(), secret)
    desk.clock.advance(HOUR / 2)
    assert await ended(desk.sessions, secret)


async def test_its_use_is_not_written_with_every_request(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    written = []
    put = desk.records.put

    async def counted(record):
        written.append(record.kind)
        await put(record)

    desk.records.put = counted
    for _ in range(10):
        desk.clock.advance(timedelta(seconds=10))
        await desk.sessions.authenticate(secret)
    assert written == []
    desk.clock.advance(HOUR / 10)
    await desk.sessions.authenticate(secret)
    assert written == [RecordKind.SESSION_USE]


async def test_a_use_that_cannot_be_written_refuses_nobody(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    desk.clock.advance(HOUR / 2)

    async def failing(record):
        raise Unavailable("read only")

    desk.records.put = failing
    assert not await ended(desk.sessions, secret)


async def test_signing_out_ends_it_here_at_once_and_elsewhere_soon(desk):
    elsewhere = desk.process()
    secret, _ = await desk.sessions.begin(ANNA)
    await elsewhere.authenticate(secret)
    await desk.sessions.end(secret)
    await desk.sessions.end(secret)  # changes nothing
    assert await ended(desk.sessions, secret)
    assert not await ended(elsewhere, secret)
    desk.clock.advance(CACHED_FOR)
    assert await ended(elsewhere, secret)


async def test_a_use_that_is_written_after_the_end_brings_nothing_back(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    desk.clock.advance(HOUR / 2)
    put = desk.records.put

    async def ended_meanwhile(record):
        desk.records.put = put
        await desk.process().end(secret)
        await put(record)

    desk.records.put = ended_meanwhile
    await desk.sessions.authenticate(secret)
    desk.clock.advance(CACHED_FOR)
    assert await ended(desk.sessions, secret)
    assert await desk.sessions.list("default") == []


async def test_an_administrator_revokes_one_and_the_log_says_so(desk):
    log = AuditLog(
        records=desk.records, clock=desk.clock, new_id=iter("abc").__next__, limits=LIMITS
    )
    secret, _ = await desk.sessions.begin(ANNA)
    kept, _ = await desk.sessions.begin(ADMIN)
    at_the_terminal = desk.process(audit=log)
    (session,) = [one for one in await desk.sessions.list("default") if one.name == ANNA.name]
    with pytest.raises(NotFound):
        await at_the_terminal.revoke("other", session.id)
    await at_the_terminal.revoke("default", session.id)
    with pytest.raises(NotFound):
        await at_the_terminal.revoke("default", session.id)
    assert await ended(desk.process(), secret)
    assert not await ended(desk.process(), kept)
    (entry,) = (await log.list("default", limit=9, after=None)).items
    assert (entry.action, entry.target) == ("revoke_session", {"session_id": session.id})


async def test_all_sessions_of_a_person_end_together(monkeypatch, desk):
    monkeypatch.setattr(module, "LISTED", 1)
    theirs = [(await desk.sessions.begin(ANNA))[0] for _ in range(2)]
    kept, _ = await desk.sessions.begin(ADMIN)
    await desk.sessions.forget_person("other", ANNA.id)
    assert not await ended(desk.sessions, theirs[0])
    await desk.sessions.forget_person("default", ANNA.id)
    await desk.sessions.forget_person("default", ANNA.id)  # changes nothing
    assert [await ended(desk.sessions, one) for one in (*theirs, kept)] == [True, True, False]


async def test_nothing_else_is_revoked_as_a_session(desk):
    await desk.sessions.begin(ANNA)
    others = [id_ for _, id_ in desk.database.records if not id_.startswith("session_")]
    assert others
    for id_ in others:
        with pytest.raises(NotFound):
            await desk.sessions.revoke("default", id_)


async def test_what_the_operator_changes_in_the_rules_holds_for_those_who_are_in(desk):
    secret, _ = await desk.sessions.begin(ANNA)
    now_editor = (SignInRule(claim="groups", value="legal", role=Role.DATA_WRITE),)
    key = await desk.process(rules=now_editor).authenticate(secret)
    assert (key.role, key.grant) == (Role.DATA_WRITE, None)
    for changed in (
        {"rules": RULES[:1]},
        {"rules": ()},
        {"rules": (SignInRule(claim="groups", value="legal", role=Role.ALL, project="other"),)},
        {"issuer": "https://other.example.com"},
        {"issuer": None},
    ):
        assert await ended(desk.process(**changed), secret), changed


async def test_each_project_sees_its_own_sessions(desk):
    secret, key = await desk.sessions.begin(OTHER)
    assert key.project_id == "other"
    assert (await desk.sessions.authenticate(secret)).project_id == "other"
    await desk.sessions.begin(ANNA)
    assert [one.name for one in await desk.sessions.list("other")] == ["other"]
    assert [one.name for one in await desk.sessions.list("default")] == [ANNA.name]


async def test_the_oldest_make_room(desk):
    secrets = []
    for _ in range(5):
        desk.clock.advance(timedelta(seconds=1))
        secrets.append((await desk.sessions.begin(ANNA))[0])
    assert [await ended(desk.sessions, one) for one in secrets] == [True, True, False, False, False]
    assert len(await desk.sessions.list("default")) == 3
