"""Our OpenAPI documents: complete, true to what is served, and as published but where we say."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import httpx2
import pytest
from tests.api.openapi.openapi_differences import DIFFERENCES
from tests.api.openapi.surface import Surface, differences

from lodgepole.api.errors import _BY_CLASS, _CODE_BY_STATUS
from lodgepole.api.openapi.document import DATES, UNCHANGED_SINCE, document
from lodgepole.api.openapi.markers import Source
from lodgepole.api.openapi.operations import ADDITIONS, OPERATIONS
from lodgepole.api.openapi.surfaces import OF_OUR_OWN, OWN
from lodgepole.api.routes.documentation import PAGE
from lodgepole.api.schemas.wire import ERROR_CODES
from lodgepole.chat.model_directory import WIRE_NAMES
from lodgepole.limits import Limits

ROOT = Path(__file__).parents[3]
PUBLISHED = Path(__file__).parent / "published_surface.json"
DOCUMENTS = ROOT.parent / "shared" / "openapi"  # as published; need not be there


def ours(date: str, limits: Limits = Limits()) -> dict:
    return document(Source(date=date, limits=limits, models=WIRE_NAMES))


def additions() -> dict:
    return document(Source(date=DATES[-1], limits=Limits(), models=WIRE_NAMES), OWN)


# --- against the published documents ----------------------------------------------------------


def found() -> dict[str, list[str]]:
    """Every difference with the versions that have it."""
    published = json.loads(PUBLISHED.read_text("utf-8"))
    versions: dict[str, list[str]] = {}
    for date in DATES:
        mine = Surface()
        mine.add(ours(date))
        for difference in differences(Surface(**published[date]), mine):
            versions.setdefault(difference, []).append(date)
    return versions


def matches(pattern: str, difference: str) -> bool:
    return fnmatchcase(difference, pattern.replace("[", "[[]"))


def test_every_difference_to_the_published_documents_has_a_reason():
    unexplained = [
        (difference, versions)
        for difference, versions in found().items()
        if not any(matches(pattern, difference) for pattern, _ in DIFFERENCES)
    ]
    assert unexplained == []


def test_every_reason_is_for_a_difference_that_exists():
    existing = list(found())
    assert [row for row, _ in DIFFERENCES if not any(matches(row, one) for one in existing)] == []


def test_every_published_operation_is_served():
    published = json.loads(PUBLISHED.read_text("utf-8"))
    for date in DATES:
        mine = Surface()
        mine.add(ours(date))
        assert set(published[date]["operations"]) == set(mine.operations), date


@pytest.mark.parametrize("change", ["operation", "field", "type"])
def test_a_change_of_ours_is_a_difference(change: str):
    published = Surface(**json.loads(PUBLISHED.read_text("utf-8"))["2026-04"])
    changed = ours("2026-04")
    before = Surface()
    before.add(ours("2026-04"))
    model = changed["components"]["schemas"]["ChatModel"]
    match change:
        case "operation":
            del changed["paths"]["/chat/{assistant_name}"]["post"]
        case "field":
            del model["properties"]["citations"]
        case _:
            model["properties"]["id"] = {"type": "integer"}
    after = Surface()
    after.add(changed)
    assert set(differences(published, after)) - set(differences(published, before))


def test_the_facts_are_those_of_the_documents(tmp_path: Path):
    if not DOCUMENTS.is_dir():
        return
    fresh = tmp_path / "surface.json"
    script = ROOT / "scripts" / "docs" / "published_surface.py"
    subprocess.run([sys.executable, script, DOCUMENTS, fresh], check=True)
    assert PUBLISHED.read_text("utf-8") == fresh.read_text("utf-8")


# --- in itself --------------------------------------------------------------------------------


def walk(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


@pytest.mark.parametrize("date", [*DATES, "own"])
def test_every_reference_leads_somewhere_and_no_marker_is_left(date: str):
    whole = additions() if date == "own" else ours(date)
    for node in walk(whole):
        if "$ref" in node:
            place = whole
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]
        assert not [key for key in node if isinstance(key, str) and key.startswith("x-")], node
        assert not [v for v in node.values() if isinstance(v, str) and v.startswith("limits.")]


def test_every_route_is_described_and_nothing_else():
    documented = {
        operation["operationId"]
        for item in ours("2026-04")["paths"].values()
        for operation in item.values()
    }
    assert documented == set(OPERATIONS)


def test_what_is_our_own_is_described_apart_and_named_below_its_own_prefix():
    whole = additions()
    documented = {
        operation["operationId"] for item in whole["paths"].values() for operation in item.values()
    }
    assert documented == set(ADDITIONS)
    assert [server["url"] for server in whole["servers"]] == ["/lodgepole"]
    assert not {*ADDITIONS} & {*OPERATIONS}


def ended(date: str) -> list[str]:
    """The reasons why an answer may end."""
    return ours(date)["components"]["schemas"]["ChatModel"]["properties"]["finish_reason"]["enum"]


def test_older_versions_have_no_operations_and_no_pages():
    text = json.dumps(ours("2025-10"))
    assert "/operations" not in ours("2025-10")["paths"]
    assert "pagination" not in text
    assert "context_snippet_count" not in text
    assert "function_call" in ended("2025-10")
    assert "function_call" not in ended("2026-04")


def test_limits_in_the_document_are_those_of_the_server():
    schemas = ours("2026-04", Limits(top_k=7))["components"]["schemas"]
    assert schemas["ContextRequest"]["properties"]["top_k"]["maximum"] == 7


def test_every_code_that_is_sent_is_documented():
    sent = {code for _, code in _BY_CLASS.values()} | {*_CODE_BY_STATUS.values(), "UNKNOWN"}
    assert sent | {"RESOURCE_EXHAUSTED"} == set(ERROR_CODES["enum"])


# --- as served --------------------------------------------------------------------------------


async def test_documents_are_served_without_a_key(house):
    async with house.client(None, key=None) as client:
        newest = (await client.get("/openapi.json")).json()
        assert newest["info"]["version"] == DATES[-1]
        for date in (*DATES, *UNCHANGED_SINCE, *OF_OUR_OWN):
            answer = await client.get(f"/openapi/{date}.json")
            assert answer.status_code == 200
            assert answer.json()["openapi"].startswith("3.1")
        missing = await client.get("/openapi/1999-01.json")
        assert missing.status_code == 404
        assert missing.json()["error"]["code"] == "NOT_FOUND"


async def test_the_page_loads_nothing_from_elsewhere(new: httpx2.AsyncClient):
    page = await new.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert asset.startswith("/")
        assert (await new.get(asset)).status_code == 200
    for file in PAGE.iterdir():
        text = file.read_text("utf-8")
        assert "://" not in text
        assert "innerHTML" not in text


async def test_405_names_every_method_of_the_path(new: httpx2.AsyncClient):
    answer = await new.put("/assistant/assistants/some-name")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PATCH, DELETE"


async def test_405_names_no_method_that_the_version_has_not(
    new: httpx2.AsyncClient, legacy: httpx2.AsyncClient
):
    path = "/assistant/files/some-name/some-id"
    assert (await new.post(path)).headers["Allow"] == "GET, HEAD, PUT, DELETE"
    assert (await legacy.post(path)).headers["Allow"] == "GET, HEAD, DELETE"


async def test_a_whole_number_may_be_written_with_a_point(new: httpx2.AsyncClient, filled: str):
    body = '{"query": "revenue", "top_k": 2.0}'
    answer = await new.post(f"/assistant/chat/{filled}/context", content=body)
    assert answer.status_code == 200
    refused = await new.post(
        f"/assistant/chat/{filled}/context", content=body.replace("2.0", "2.5")
    )
    assert refused.status_code == 400


@pytest.mark.parametrize("surface", list(OF_OUR_OWN.values()), ids=list(OF_OUR_OWN))
def test_links_lead_to_operations_of_the_same_document(surface):
    made = document(Source(date=DATES[-1], limits=Limits(), models=("gpt-4o",)), surface)
    operations = [one for path in made["paths"].values() for one in path.values()]
    known = {one["operationId"] for one in operations}
    links = [
        link["operationId"]
        for one in operations
        for answer in one["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert set(links) <= known
