"""Settings as rules, sessions and a provider."""

from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest

from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.records import MemoryRecords
from lodgepole.errors import InvalidRequest
from lodgepole.model import Grant, Role
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.sign_in import open_sessions, open_sign_in, sign_in_rules

GOOD = {
    "oidc_issuer": "https://login.example.com/",
    "oidc_client_id": "lodgepole",
    "oidc_groups_claim": "roles",
    "oidc_name": "Example",
    "oidc_rules": (
        {"value": "admins", "role": "admin"},
        {"value": "legal", "role": "editor", "assistants": ("a",), "filter": {"x": 1}},
        {"claim": "hd", "value": "example.com", "project": "other"},
    ),
}


def stores():
    return SimpleNamespace(
        records=MemoryRecords(MemoryDatabase()), clock=MemoryClock(), signing_secret=b"s"
    )


async def opened(**changed):
    settings, held = Settings(**{**GOOD, **changed}), stores()
    async with AsyncExitStack() as stack:
        sessions = open_sessions(settings, held.records, held.clock)
        return open_sign_in(settings, held, sessions, stack)


def test_rules_are_as_they_are_written():
    admins, legal, company = sign_in_rules(Settings(**GOOD))
    assert (admins.claim, admins.role, admins.grant) == ("roles", Role.ALL, None)
    assert legal.grant == Grant(assistants=frozenset({"a"}), filter={"x": 1})
    assert (company.claim, company.role, company.project) == ("hd", Role.DATA_READ, "other")


def test_a_rule_that_no_key_could_be_bound_by_is_refused():
    rules = ({"value": "a", "role": "admin", "assistants": ("a",)},)
    with pytest.raises(InvalidRequest, match="Rule 1"):
        sign_in_rules(Settings(**{**GOOD, "oidc_rules": rules}))


async def test_a_provider_is_opened_where_one_is_set():
    assert (await opened()).name == "Example"
    assert await opened(oidc_issuer=None) is None


async def test_what_cannot_be_meant_stops_the_start():
    with pytest.raises(InvalidRequest):
        await opened(oidc_issuer="http://login.example.com")
