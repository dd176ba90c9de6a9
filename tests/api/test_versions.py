import itertools
from dataclasses import fields, replace

import httpx2
import orjson
import pytest
from tests.api.conftest import House
from tests.wire.requirements import requirement

from lodgepole.api import versions
from lodgepole.api.versions import FAMILIES, WireVersion, wire_version
from lodgepole.errors import RateLimited
from lodgepole.model import Figure, Snippet

OLDEST, WITH_FIGURES, WITH_OPERATIONS, NEWEST = FAMILIES
ODD = replace(
    NEWEST,
    since="2031-01",
    has_metadata_in_form=False,
    has_content_filter=False,
    tool_calls_word="function_call",
    rate_limit_code="RESOURCE_EXHAUSTED",
)
"""A family that nobody has published: what it can do is a row, and nothing else had to change."""


@pytest.mark.parametrize(
    ("header", "family"),
    [
        (None, WITH_FIGURES),
        ("", WITH_FIGURES),
        ("  ", WITH_FIGURES),
        ("unstable", OLDEST),
        ("2024-07", OLDEST),
        ("2025-01", OLDEST),
        ("2025-04", OLDEST),
        ("2025-10", WITH_FIGURES),
        ("2026-01.alpha", WITH_OPERATIONS),
        ("2026-04", NEWEST),
        (" 2026-07 ", NEWEST),
        ("2031-01", NEWEST),
        ("tomorrow", NEWEST),
    ],
)
@requirement("version.none", "version.legacy", "version.new", "version.unknown")
def test_a_header_names_the_family_that_its_version_belongs_to(header, family):
    assert wire_version(header) is family


@requirement("stream.heartbeat")
def test_heartbeats_are_for_2026_04_and_later_alone():
    assert [family.takes_heartbeats for family in FAMILIES] == [False, False, False, True]


def test_families_are_in_order_and_each_differs_from_the_one_before():
    assert [f.since for f in FAMILIES] == sorted({f.since for f in FAMILIES})
    for older, newer in itertools.pairwise(FAMILIES):
        assert replace(older, since="") != replace(newer, since="")
    for field in fields(WireVersion):
        assert len({getattr(family, field.name) for family in FAMILIES}) > 1, field.name


# --- each family over the wire, side by side ---------------------------------------------------


@pytest.fixture(params=[*FAMILIES, ODD], ids=lambda family: family.since or "oldest")
def family(request, monkeypatch) -> WireVersion:
    if request.param is ODD:
        monkeypatch.setattr(versions, "FAMILIES", (*FAMILIES, ODD))
    return request.param


@pytest.fixture
async def client(house: House, family: WireVersion, filled: str):
    del filled
    async with house.client(family.since or "2025-01") as client:
        yield client


@requirement("version.legacy", "version.new")
async def test_an_upload_is_answered_as_the_family_expects(client: httpx2.AsyncClient, family):
    form = {"file": ("a.txt", b"Some text.")}
    if family.has_metadata_in_form:
        form["metadata"] = (None, '{"year": 1}')
        refused = await client.post("/files/filled", files=form, params={"metadata": "{}"})
        assert refused.status_code == 400
        answer = await client.post("/files/filled", files=form)
    else:
        answer = await client.post("/files/filled", files=form, params={"metadata": '{"year": 1}'})
    if family.has_operations:
        assert answer.status_code == 202
        operation = answer.json()
        assert answer.headers["Location"].endswith(operation["id"])
        file_id = operation["file_id"]
    else:
        assert answer.status_code == 200
        file_id = answer.json()["id"]
    file = (await client.get(f"/files/filled/{file_id}")).json()
    assert file["metadata"] == {"year": 1}


@requirement("version.legacy", "version.new")
async def test_operations_and_upserts_are_there_or_a_404(client: httpx2.AsyncClient, family):
    listed = await client.get("/operations/filled")
    put = await client.put("/files/filled/mine", files={"file": ("a.txt", b"Some text.")})
    found = (listed.status_code, put.status_code)
    assert found == ((200, 202) if family.has_operations else (404, 404))
    if not family.has_operations:
        assert "not part of this API version" in put.json()["error"]["message"]
    wrong = await client.post("/files/filled/mine")
    assert ("PUT" in wrong.headers["Allow"]) == family.has_operations


@requirement("list.legacy-whole", "list.pages")
async def test_lists_come_in_pages_or_whole(house, client: httpx2.AsyncClient, family):
    for name in ("a", "b"):
        await client.post("/assistants", json={"name": name})
    answer = (await client.get("/assistants", params={"limit": 1})).json()
    assert len(answer["assistants"]) == (1 if family.has_pages else 3)
    assert ("pagination" in answer) == family.has_pages


async def test_deletions_are_answered_as_the_family_expects(client: httpx2.AsyncClient, family):
    [file] = (await client.get("/files/filled")).json()["files"]
    answer = await client.delete(f"/files/filled/{file['id']}")
    assert answer.status_code == (202 if family.has_operations else 200)
    assert bool(answer.content) == family.has_operations


async def test_answers_tell_what_the_family_reads(house, client: httpx2.AsyncClient, family):
    asked = {"messages": [{"content": "How did revenue change?"}], "model": "scripted"}
    whole = (await client.post("/chat/filled", json=asked)).json()
    assert ("context_snippet_count" in whole) == family.has_snippet_count
    streamed = await client.post("/chat/filled", json={**asked, "stream": True})
    start = orjson.loads(streamed.content.split(b"\n\n")[0].removeprefix(b"data:"))
    assert ("context_snippet_count" in start) == family.has_snippet_count
    context = (await client.post("/chat/filled/context", json={"query": "revenue"})).json()
    assert context["snippets"][0]["type"] == "text"


class FigureEverywhere:
    """Gives every snippet a figure, as files uploaded as multimodal have them."""

    async def attach(self, assistant_id: str, snippets: list[Snippet], *, data: bool):
        figure = Figure(
            page=1,
            position=0,
            caption="A map",
            mime_type="image/png",
            data=b"png" if data else b"",
            width=1,
            height=1,
        )
        return [replace(snippet, figures=(figure,)) for snippet in snippets]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"multimodal": True}, "multimodal"),
        ({"include_binary_content": False}, "multimodal"),
        ({"multimodal": False}, "text"),
        ({}, None),
    ],
)
@requirement("context.multimodal")
async def test_figures_are_for_families_that_know_them_and_for_who_asks(
    house: House, client: httpx2.AsyncClient, family, *, asked, given, monkeypatch
):
    monkeypatch.setattr(house.services.chat, "_figures", FigureEverywhere())
    body = {"query": "revenue", **asked}
    answer = (await client.post("/chat/filled/context", json=body)).json()
    unasked = "multimodal" if family.takes_figures_unasked else "text"
    assert answer["snippets"][0]["type"] == (given or unasked)


@requirement("error.rate")
async def test_too_many_requests_have_the_familys_code(
    house: House, client: httpx2.AsyncClient, family, monkeypatch
):
    async def used_up(*_: object, **__: object) -> None:
        raise RateLimited("Too many.", retry_after=1.0)

    monkeypatch.setattr(type(house.services.assistants), "list", used_up)
    answer = await client.get("/assistants")
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == family.rate_limit_code
