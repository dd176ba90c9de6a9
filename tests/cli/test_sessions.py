"""`sessions`: who is signed in, listed and ended in a catalog that another process may use."""

import asyncio
import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in_rules import Person, SignInRule
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.cli import sessions as commands
from lodgepole.errors import NotFound
from lodgepole.limits import Limits
from lodgepole.model import Role

ANNA = Person(id="user_anna", name="anna@example.com", claims={"groups": ("a",)})


@pytest.fixture
def kept(monkeypatch):
    found = Sessions(
        records=MemoryRecords(MemoryDatabase()),
        clock=MemoryClock(),
        limits=Limits(),
        issuer="https://login.example.com",
        rules=(SignInRule(claim="groups", value="a", role=Role.DATA_READ),),
    )

    @asynccontextmanager
    async def opened(settings):
        yield found

    monkeypatch.setattr(commands, "own_catalog", lambda: SimpleNamespace(opened_sessions=opened))
    return found


def run(*arguments):
    return CliRunner().invoke(commands.app, arguments, catch_exceptions=False)


def test_where_nobody_is_signed_in_it_says_so(kept):
    assert run("list").stdout == "Nobody is signed in.\n"
    assert json.loads(run("list", "--json").stdout) == {"sessions": []}


async def test_who_is_signed_in_is_listed_and_sent_out(kept):
    secret, _ = await kept.begin(ANNA)
    (session,) = await kept.list("default")
    # The commands run a loop of their own, which a loop that runs does not allow.
    listed = await asyncio.to_thread(run, "list")
    assert ANNA.name in listed.stdout
    assert session.id in listed.stdout
    assert secret not in listed.stdout
    shown = json.loads((await asyncio.to_thread(run, "list", "--json")).stdout)["sessions"]
    assert [(one["id"], one["person_id"]) for one in shown] == [(session.id, ANNA.id)]
    assert (await asyncio.to_thread(run, "list", "--project", "other")).stdout.startswith("Nobody")
    assert "Ended" in (await asyncio.to_thread(run, "revoke", session.id)).stdout
    assert await kept.list("default") == []
    with pytest.raises(NotFound):
        await asyncio.to_thread(run, "revoke", session.id, "--json")
