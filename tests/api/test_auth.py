"""Whose key it is and what its role may do, before any body is read."""

import pytest
from fastapi import Request

from lodgepole.api.auth import api_key_of
from lodgepole.model import Role

ROUTES = [
    ("GET", "/assistant/assistants", {"all", "control_read", "control_write"}),
    ("POST", "/assistant/assistants", {"all", "control_write"}),
    ("DELETE", "/assistant/assistants/none", {"all", "control_write"}),
    ("GET", "/assistant/files/none", {"all", "data_read", "data_write"}),
    ("DELETE", "/assistant/files/none/f", {"all", "data_write"}),
    ("POST", "/assistant/chat/none", {"all", "data_read", "data_write"}),
    ("GET", "/assistant/assistants/none", set(Role)),
    ("GET", "/lodgepole/keys", {"all"}),
    ("GET", "/lodgepole/usage", {"all"}),
]


@pytest.mark.parametrize(("method", "path", "allowed"), ROUTES)
async def test_each_route_is_for_its_roles(house, method, path, allowed) -> None:
    may = set()
    for role in Role:
        async with house.client(key=await house.key(role)) as client:
            answer = await client.request(method, path, json={})
        assert answer.status_code != 401
        if answer.status_code != 403:
            may.add(str(role))
        else:
            assert f"the role `{role}`" in answer.json()["error"]["message"]
    assert may == {str(role) for role in allowed}


@pytest.mark.parametrize("secret", [None, "", "wrong", "ä"])
async def test_without_a_key_that_is_ours_nothing_is_answered(house, secret) -> None:
    headers = {} if secret is None else {"Api-Key": secret.encode()}
    async with house.client(key=None) as client:
        answer = await client.get("/assistant/assistants", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"api-key": " k "}, "k"),
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "bearer  k"}, "k"),
        ({"api-key": "a", "authorization": "Bearer b"}, "a"),
        ({"authorization": "Basic k"}, None),
        ({"authorization": "k"}, None),
        ({}, None),
    ],
)
def test_where_the_key_is_looked_for(headers: dict[str, str], secret: str | None) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert api_key_of(Request({"type": "http", "headers": raw})) == secret


async def test_what_a_version_has_not_is_not_found_and_says_which_has(house) -> None:
    async with house.client("2025-04") as client:
        answer = await client.get("/assistant/operations/none")
    assert answer.status_code == 404
    assert "X-Pinecone-Api-Version" in answer.text
