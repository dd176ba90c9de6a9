"""Keys that see some assistants or files alone, through every route that there is."""

import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in_rules import Person, SignInRule
from lodgepole.api.auth import GRANTED_ROUTES
from lodgepole.api.mcp import server
from lodgepole.model import Grant, Role

SECRET_WORD = "zanzibar"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "keys.md"
PUBLIC = b"The canteen opens at noon. It serves soup on Mondays."
PRIVATE = b"The canteen of the board is called Zanzibar. It opens at eight."


def form(name, content, metadata=None):
    said = {} if metadata is None else {"metadata": (None, orjson.dumps(metadata).decode())}
    return {"file": (name, content), **said}


async def upload(client, assistant, *parts):
    return await client.post(f"/assistant/files/{assistant}", files=form(*parts))


@pytest.fixture
async def shelves(house, new):
    """Two assistants; in `open` one file for everybody and one for the board."""
    for name in ("open", "closed"):
        await new.post("/assistant/assistants", json={"name": name})
    await upload(new, "open", "public.txt", PUBLIC, {"team": "all"})
    await upload(new, "open", "private.txt", PRIVATE, {"team": "board"})
    await upload(new, "closed", "other.txt", PRIVATE, {"team": "all"})
    await house.work()
    return house


async def bound(house, *, role=Role.DATA_WRITE, assistants=None, filter=None) -> str:
    names = None if assistants is None else frozenset(assistants)
    grant = Grant(assistants=names, filter=filter)
    secret, _ = await house.services.keys.create("default", name="bound", role=role, grant=grant)
    return secret


async def of_the_team(house):
    return house.client(key=await bound(house, assistants=["open"], filter={"team": "all"}))


async def files_of(client, assistant="open"):
    listed = (await client.get(f"/assistant/files/{assistant}")).json()["files"]
    return {file["name"]: file["id"] for file in listed}


def routes_of(app):
    """`(method, path, name)` of everything that is served."""
    for included in app.routes:
        for route in included.effective_route_contexts():
            for method in route.methods:
                yield method, re.sub(r"\{[^}]+\}", "open", route.path), route.name


async def test_every_route_is_refused_unless_its_answers_were_looked_at(shelves):
    async with await of_the_team(shelves) as team, shelves.client(key="no such key") as nobody:
        app = team._transport.app
        server.mount(app)
        seen = set()
        for method, path, name in routes_of(app):
            if name != "assistant_server":
                asked = await nobody.request(method, path)
                if asked.status_code != 401:
                    continue  # it asks for no key, or for another kind of one
            answer = await team.request(method, path)
            seen.add(name)
            if name not in GRANTED_ROUTES:
                assert answer.status_code == 403, (method, path)
    assert seen > GRANTED_ROUTES, "the walk met every route that a key with a grant may use"


RULES = tuple(
    SignInRule(claim="groups", value=name, role=role, grant=grant)
    for name, role, grant in (
        ("reader", Role.DATA_READ, None),
        ("editor", Role.DATA_WRITE, None),
        ("admin", Role.ALL, None),
        ("reader, bound", Role.DATA_READ, Grant(assistants=frozenset({"open"}))),
    )
)


async def sessions_of_each_rule(house) -> dict[str, dict[str, str]]:
    """What requests of somebody who signed in are sent with, by the rule that lets them in."""
    sessions = Sessions(
        records=house.services.audit._records,
        clock=house.clock,
        limits=house.services.limits,
        issuer="https://login.example.com",
        rules=RULES,
    )
    house.services = replace(house.services, sessions=sessions)
    found = {}
    for rule in RULES:
        person = Person(id="user_x", name="x", claims={"groups": (rule.value,)})
        secret, _ = await sessions.begin(person)
        found[rule.value] = {"Cookie": f"lodgepole_session={secret}", "Lodgepole-Console": "1"}
    return found


async def test_the_table_of_routes_and_keys_is_what_the_routes_answer(shelves, tmp_path):
    keys = {f"`{role}`": await shelves.key(role) for role in Role}
    keys["`data_read`, bound"] = await bound(shelves, role=Role.DATA_READ, assistants=["open"])
    keys["`data_write`, bound"] = await bound(shelves, assistants=["open"])
    kinds = {name: {"Api-Key": key} for name, key in keys.items()}
    kinds |= await sessions_of_each_rule(shelves)
    async with shelves.client(key=None) as client:
        app = client._transport.app
        server.mount(app)
        rows = []
        for method, path, name in sorted(set(routes_of(app))):
            if name in ("finish_sign_in", "sign_out"):
                continue  # they begin and end what the others ask for
            if (await client.request(method, path)).status_code != 401:
                continue  # it asks for no key
            answers = [
                (await client.request(method, path, headers=headers)).status_code
                for headers in kinds.values()
            ]
            shown = ["no" if answer == 403 else "yes" for answer in answers]
            rows.append([f"`{method} {path.replace('/open', '/…')}`", *shown])
    lines = [["Route", *kinds], ["---"] * (len(kinds) + 1), *rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    known = REFERENCE.read_text("utf-8").split("\n\n")[-1]
    fresh = tmp_path / "keys.md"
    fresh.write_text(table, "utf-8")
    assert known == table, f"the table in {REFERENCE} is to be as in {fresh}"


async def test_other_assistants_are_not_there(shelves):
    async with await of_the_team(shelves) as team:
        assert (await team.get("/assistant/assistants/open")).status_code == 200
        assert (await team.get("/assistant/assistants/closed")).status_code == 404
        assert (await team.get("/assistant/files/closed")).status_code == 404
        question = {"messages": [{"role": "user", "content": "Zanzibar?"}]}
        assert (await team.post("/assistant/chat/closed", json=question)).status_code == 404
        answered = await team.post("/v1/chat/completions", json={"model": "closed", **question})
        assert answered.status_code == 404
        models = (await team.get("/v1/models")).json()["data"]
        assert [model["id"] for model in models] == ["open"]


async def test_hidden_files_are_not_listed_described_read_or_deleted(shelves, new):
    hidden = (await files_of(new))["private.txt"]
    async with await of_the_team(shelves) as team:
        assert list(await files_of(team)) == ["public.txt"]
        for path in (
            f"/assistant/files/open/{hidden}",
            f"/lodgepole/files/open/{hidden}/text",
            f"/lodgepole/files/open/{hidden}/passages",
        ):
            assert (await team.get(path)).status_code == 404, path
        assert (await team.delete(f"/assistant/files/open/{hidden}")).status_code == 404
        filter = orjson.dumps({"team": "board"}).decode()
        listed = await team.get("/assistant/files/open", params={"filter": filter})
        assert listed.json()["files"] == []
        operations = await team.get("/assistant/operations/open")
        assert hidden not in operations.text


async def test_a_vector_store_is_searched_as_far_as_a_filter_goes(shelves):
    async with await of_the_team(shelves) as team:
        answer = await team.post("/v1/vector_stores/vs_open/search", json={"query": "canteen"})
        assert [found["filename"] for found in answer.json()["data"]] == ["public.txt"]


@pytest.mark.parametrize("filter", [None, {"team": "board"}, {"team": {"$exists": True}}])
async def test_nothing_of_a_hidden_file_is_found_or_answered(shelves, filter):
    question = [{"role": "user", "content": "What is the canteen of the board called?"}]
    asked = {"messages": question, "filter": filter}
    async with await of_the_team(shelves) as team:
        for path, body in (
            ("/assistant/chat/open", asked),
            ("/assistant/chat/open", {**asked, "stream": True}),
            ("/assistant/chat/open/context", {"query": "Zanzibar", "filter": filter}),
            ("/assistant/chat/open/chat/completions", asked),
            ("/v1/chat/completions", {"model": "open", "messages": question}),
            ("/v1/vector_stores/open/search", {"query": "canteen of the board"}),
            ("/assistant/chat/open", {"messages": [{"role": "user", "content": "Summarise"}]}),
        ):
            answer = await team.post(path, json=body)
            assert SECRET_WORD not in answer.text.lower().replace("zanzibar?", ""), path
            assert "private.txt" not in answer.text, path


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_context", {"query": "canteen of the board"}),
        ("list_files", {}),
        ("find_in_file", {"file": "private.txt", "words": "canteen"}),
        ("read_pages", {"file": "private.txt"}),
    ],
)
async def test_no_tool_shows_a_hidden_file(shelves, tool, arguments):
    async with await of_the_team(shelves) as team:
        server.mount(team._transport.app)
        answer = await team.post(
            "/mcp/assistants/open",
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": tool, "arguments": arguments},
            },
            headers={"Accept": "application/json, text/event-stream"},
        )
    assert answer.status_code == 200
    assert SECRET_WORD not in answer.text.lower()
    assert "at eight" not in answer.text
    assert ("private.txt" in answer.text) == ("file" in arguments)  # as it was asked for


async def test_metadata_neither_bring_a_file_in_nor_take_one_out(shelves, new):
    known = await files_of(new)
    async with await of_the_team(shelves) as team:
        for name, team_name, refused in (("private", "all", 404), ("public", "board", 403)):
            path = f"/lodgepole/files/open/{known[f'{name}.txt']}"
            answer = await team.patch(path, json={"metadata": {"team": team_name}})
            assert answer.status_code == refused


async def test_what_is_uploaded_must_be_what_the_key_sees(shelves, new):
    known = await files_of(new)
    async with await of_the_team(shelves) as team:
        refused = await upload(team, "open", "a.txt", b"One.", {"team": "board"})
        assert refused.status_code == 403
        assert (await upload(team, "open", "a.txt", b"One.")).status_code == 403
        assert (await upload(team, "open", "a.txt", b"One.", {"team": "all"})).status_code == 202
        replaced = await team.put(
            f"/assistant/files/open/{known['private.txt']}",
            files=form("private.txt", b"Mine now.", {"team": "all"}),
        )
        assert replaced.status_code == 403
        hiding = await team.put(
            f"/assistant/files/open/{known['public.txt']}",
            files=form("public.txt", b"Hidden now.", {"team": "board"}),
        )
        assert hiding.status_code == 403
    await shelves.work()
    assert set(await files_of(new)) == {"public.txt", "private.txt", "a.txt"}


async def test_two_keys_never_share_what_is_kept_for_one(shelves):
    asked = {"query": "canteen"}
    async with (
        await of_the_team(shelves) as team,
        shelves.client(key=await bound(shelves, filter={"team": "board"})) as board,
    ):
        for _ in range(2):
            found = (await team.post("/assistant/chat/open/context", json=asked)).text
            assert "public.txt" in found
            assert "private.txt" not in found
            found = (await board.post("/assistant/chat/open/context", json=asked)).text
            assert "private.txt" in found
            assert "public.txt" not in found


async def test_a_bound_key_is_made_listed_and_described(house, new):
    body = {"name": "team", "role": "data_read", "assistants": ["open"], "filter": {"team": "all"}}
    made = (await new.post("/lodgepole/keys", json=body)).json()
    assert (made["assistants"], made["filter"]) == (["open"], {"team": "all"})
    listed = (await new.get("/lodgepole/keys")).json()["keys"]
    assert listed[-1]["assistants"] == ["open"]
    assert "assistants" not in listed[0]
    async with house.client(key=made["api_key"]) as team:
        assert (await team.get("/lodgepole/me")).json()["filter"] == {"team": "all"}


@pytest.mark.parametrize(
    "body",
    [
        {"role": "all", "assistants": ["open"]},
        {"role": "control_write", "filter": {"team": "all"}},
        {"role": "data_read", "assistants": []},
        {"role": "data_read", "filter": {"$near": 1}},
        {"assistants": ["open"]},
        {"role": "data_read", "assistant": ["open"]},
        {"role": "data_read", "filters": {"team": "all"}},
    ],
)
async def test_a_grant_that_no_key_may_have_is_refused(new, body):
    refused = await new.post("/lodgepole/keys", json={"name": "bad", **body})
    assert refused.status_code == 400
    assert len((await new.get("/lodgepole/keys")).json()["keys"]) == 1
