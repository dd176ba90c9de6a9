"""A sign-in from its beginning to its end, on every database that keeps what it stores."""

import pytest

from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in import SignIn
from lodgepole.access.sign_in_rules import SignInRule
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import Unauthenticated
from lodgepole.limits import Limits
from lodgepole.model import Role

RULES = (SignInRule(claim="groups", value="readers", role=Role.DATA_READ),)


class Provider:
    issuer = "https://login.example.com"

    async def authorization_url(self, asked):
        self.asked = asked
        return self.issuer

    async def claims(self, code, asked):
        return {"sub": "1", "name": "Ann\u0000a \U0001f332", "groups": ["readers", "\u0000"]}


async def test_somebody_comes_in_once_and_is_sent_out(stores):
    clock, provider = MemoryClock(), Provider()

    def process():
        return Sessions(
            records=stores.records,
            clock=clock,
            limits=Limits(),
            issuer=provider.issuer,
            rules=RULES,
        )

    sign_in = SignIn(
        provider,
        process(),
        rules=RULES,
        records=stores.records,
        clock=clock,
        secret=b"s",
        name="Example",
    )
    _, cookie = await sign_in.start("https://here/callback", "")
    answer = {"state": provider.asked.state, "code": "c"}
    come = await sign_in.finish(cookie, answer)
    assert await process().authenticate(come.secret) == come.key
    with pytest.raises(Unauthenticated, match="used already"):
        await sign_in.finish(cookie, answer)
    (session,) = await process().list("default")
    assert session.name == come.key.name
    await process().revoke("default", session.id)
    with pytest.raises(Unauthenticated):
        await process().authenticate(come.secret)
