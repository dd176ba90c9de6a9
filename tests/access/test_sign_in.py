"""From the question who somebody is to their session, with a provider that says what it is told."""

from datetime import timedelta

import pytest

from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in import ATTEMPT, SignIn
from lodgepole.access.sign_in_rules import SignInRule
from lodgepole.adapters.databases.sql.tables import records
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.errors import InvalidRequest, PermissionDenied, Unauthenticated
from lodgepole.limits import Limits
from lodgepole.model import Role

RULES = (SignInRule(claim="groups", value="readers", role=Role.DATA_READ),)
BACK = "https://lodgepole.test/lodgepole/sign-in/callback"


class Provider:
    issuer = "https://login.example.com"

    def __init__(self):
        self.asked = []
        self.token = {"sub": "1", "name": "Anna", "groups": ["readers"]}
        self.refuses = False

    async def authorization_url(self, asked):
        self.asked.append(asked)
        return f"{self.issuer}/authorize"

    async def claims(self, code, asked):
        assert asked == self.asked[-1]
        if self.refuses:
            raise Unauthenticated("no")
        return self.token


class Door:
    def __init__(self):
        self.clock = MemoryClock()
        self.provider = Provider()
        self.database = MemoryDatabase()
        self.records = MemoryRecords(self.database)
        self.sessions = Sessions(
            records=self.records,
            clock=self.clock,
            limits=Limits(),
            issuer=Provider.issuer,
            rules=RULES,
        )
        self.sign_in = self.process()

    def process(self, secret=b"signing"):
        return SignIn(
            self.provider,
            self.sessions,
            rules=RULES,
            records=self.records,
            clock=self.clock,
            secret=secret,
            name="Example",
        )

    async def begun(self, to="#/assistants"):
        """The cookie, and what the provider answers."""
        _, cookie = await self.sign_in.start(BACK, to)
        return cookie, {"state": self.provider.asked[-1].state, "code": "c"}


@pytest.fixture
def door() -> Door:
    return Door()


async def test_somebody_comes_in_at_any_process_and_is_sent_where_they_wanted(door):
    cookie, answer = await door.begun()
    come = await door.process().finish(cookie, answer)
    assert (come.key.name, come.key.role, come.to) == ("Anna", Role.DATA_READ, "#/assistants")
    assert (await door.sessions.authenticate(come.secret)) == come.key


async def test_what_is_stored_has_room_in_every_database(door):
    cookie, answer = await door.begun()
    await door.sign_in.finish(cookie, answer)
    stored = list(door.database.records.values())
    assert len(stored) == 3
    id_, kind = records.c.id.type.length, records.c.kind.type.length
    assert all(len(one.id) <= id_ and len(one.kind) <= kind for one in stored)


async def test_no_attempt_is_like_another(door):
    for _ in range(2):
        await door.begun()
    one, two = door.provider.asked
    secrets = {one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}
    assert len(secrets) == 6
    assert all(len(each) >= 43 for each in secrets)  # RFC 7636, 4.1


async def test_an_answer_is_used_once(door):
    cookie, answer = await door.begun()
    await door.sign_in.finish(cookie, answer)
    with pytest.raises(Unauthenticated, match="used already"):
        await door.process().finish(cookie, answer)
    assert len(await door.sessions.list("default")) == 1


async def test_what_failed_may_be_tried_again(door):
    cookie, answer = await door.begun()
    door.provider.refuses = True
    with pytest.raises(Unauthenticated):
        await door.sign_in.finish(cookie, answer)
    door.provider.refuses = False
    await door.sign_in.finish(cookie, answer)


async def test_an_answer_to_somebody_elses_question_is_refused(door):
    _, theirs = await door.begun()
    mine, _ = await door.begun()
    with pytest.raises(Unauthenticated, match="another attempt"):
        await door.sign_in.finish(mine, theirs)
    with pytest.raises(Unauthenticated, match="another attempt"):
        await door.sign_in.finish(mine, {"code": "c"})


@pytest.mark.parametrize("spoil", [lambda c: None, lambda c: "", lambda c: "x", lambda c: c[:-1]])
async def test_without_the_cookie_as_it_was_made_nobody_comes_in(door, spoil):
    cookie, answer = await door.begun()
    with pytest.raises(Unauthenticated, match="has not begun"):
        await door.sign_in.finish(spoil(cookie), answer)


async def test_a_cookie_is_of_servers_with_the_same_secret(door):
    cookie, answer = await door.begun()
    with pytest.raises(Unauthenticated, match="has not begun"):
        await door.process(b"another").finish(cookie, answer)


async def test_an_attempt_lasts_ten_minutes(door):
    cookie, answer = await door.begun()
    door.clock.advance(ATTEMPT + timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="too long"):
        await door.sign_in.finish(cookie, answer)


async def test_the_providers_refusal_is_told_in_one_line(door):
    cookie, answer = await door.begun()
    refusal = {"state": answer["state"], "error": "access_denied", "error_description": "no\nway"}
    with pytest.raises(PermissionDenied, match="did not sign you in: no way"):
        await door.sign_in.finish(cookie, refusal)


async def test_another_provider_cannot_answer(door):
    cookie, answer = await door.begun()
    with pytest.raises(Unauthenticated, match="another identity provider"):
        await door.sign_in.finish(cookie, {**answer, "iss": "https://evil.example.com"})
    await door.sign_in.finish(cookie, {**answer, "iss": Provider.issuer})


@pytest.mark.parametrize("code", ["", "x" * 5000])
async def test_a_code_has_a_length(door, code):
    cookie, answer = await door.begun()
    with pytest.raises(InvalidRequest):
        await door.sign_in.finish(cookie, {**answer, "code": code})


async def test_whom_no_rule_fits_and_who_is_nobody_are_refused(door):
    cookie, answer = await door.begun()
    door.provider.token = {"sub": "1", "groups": ["others"]}
    with pytest.raises(PermissionDenied):
        await door.sign_in.finish(cookie, answer)
    cookie, answer = await door.begun()
    door.provider.token = {"groups": ["readers"]}
    with pytest.raises(Unauthenticated, match="who you are"):
        await door.sign_in.finish(cookie, answer)
    assert await door.sessions.list("default") == []
