"""What models can do with an assistant's files, without the protocol."""

import json

import pytest
from tests.api.conftest import House

from lodgepole.api.auth import Call
from lodgepole.api.mcp import tools as module
from lodgepole.api.mcp.tools import AssistantTools, file_text, tools
from lodgepole.api.versions import wire_version
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.limits import Limits


@pytest.fixture
async def asking(house: House, filled: str):
    """A function that calls a tool of `filled`, and reads what it answers."""
    (key,) = await house.services.keys.list("default")
    call = Call(
        services=house.services,
        key=key,
        version=wire_version(None),
        base_url="http://lodgepole.test",
        request=None,  # type: ignore[arg-type]  no tool looks at it
    )
    own = AssistantTools(call, await house.services.assistants.get("default", filled))

    async def ask(name: str, **arguments):
        return [json.loads(text) for text in await own.texts(name, arguments)]

    ask.tools = own
    return ask


async def test_files_are_listed_with_what_is_known_of_them(asking, new):
    (file,) = await asking("list_files")
    assert (file["name"], file["status"], file["pages"]) == ("report.pdf", "Available", 2)
    assert file["metadata"] == {"year": 2024}
    assert await asking("list_files", filter={"year": 1999}) == []
    await new.post("/assistant/files/filled", files={"file": ("b.txt", b"More.")})
    first, more = await asking("list_files", limit=1)
    assert (first["name"], more["more"]) == ("b.txt", True)
    assert [one["name"] for one in await asking("list_files", after=more["after"])] == [
        "report.pdf"
    ]


async def test_a_search_is_of_the_files_that_a_filter_chooses(asking):
    assert await asking("get_context", query="revenue", filter={"year": 2024})
    with pytest.raises(InvalidRequest):
        await asking("get_context", query="revenue", filter={"year": {"$like": 1}})


async def test_exact_words_are_found_with_their_pages(asking):
    (file,) = await asking("list_files")
    for named in (file["id"], "report.pdf"):
        (place,) = await asking("find_in_file", file=named, words="Freight  COSTS")
        assert (place["page"], place["words"]) == (2, "freight costs")
        assert "slower growth" in place["text"]
    assert await asking("find_in_file", file="report.pdf", words="freigh") == []
    _, more = await asking("find_in_file", file="report.pdf", words="the", limit=1)
    assert more == {"more": True}


async def test_pages_are_read_and_long_ones_in_parts(asking, monkeypatch):
    first, second = await asking("read_pages", file="report.pdf", first_page=1, last_page=9)
    assert (first["page"], second["page"], second["of"]) == (1, 2, 2)
    assert second["text"].strip().startswith("Outlook")
    (only,) = await asking("read_pages", file="report.pdf")
    assert only == first
    monkeypatch.setattr(module, "PAGE_CHARS", 10)
    (part,) = await asking("read_pages", file="report.pdf")
    (rest,) = await asking("read_pages", file="report.pdf", start=part["next_start"])
    assert part["text"] + rest["text"] == first["text"][:20]


async def test_a_file_without_pages_is_read_from_a_start(asking, new, house):
    await new.post("/assistant/files/filled", files={"file": ("b.txt", b"One two three.")})
    await house.work()
    (part,) = await asking("read_pages", file="b.txt", start=4)
    assert part["text"].strip() == "two three."
    assert "next_start" not in part


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_context", {}),
        ("get_context", {"query": "x", "filter": "year"}),
        ("list_files", {"limit": 0}),
        ("list_files", {"after": "elsewhere"}),
        ("find_in_file", {"file": "report.pdf"}),
        ("find_in_file", {"file": "report.pdf", "words": " "}),
        ("find_in_file", {"file": "report.pdf", "words": "x" * 201}),
        ("find_in_file", {"file": "report.pdf", "words": "x", "limit": 51}),
        ("find_in_file", {"file": "nothing.pdf", "words": "x"}),
        ("read_pages", {"file": "report.pdf", "first_page": 3}),
        ("read_pages", {"file": "report.pdf", "first_page": 0}),
        ("read_pages", {"file": "report.pdf", "first_page": 2, "last_page": 1}),
        ("read_pages", {"file": "report.pdf", "start": -1}),
        ("read_pages", {"file": "report.pdf", "start": 10_000_000}),
        ("read_pages", {"file": "report.pdf", "first_page": 1, "start": 1}),
        ("read_pages", {"file": 5}),
    ],
)
async def test_what_cannot_be_done_is_told(asking, name, arguments):
    with pytest.raises(LodgepoleError):
        await asking(name, **arguments)


async def test_a_text_that_goes_on_says_so(asking, monkeypatch):
    monkeypatch.setattr("lodgepole.documents.text_windows.VIEW_CHARS", 10)
    file = await asking.tools.file("report.pdf")
    text, more = await file_text(asking.tools.call, file)
    assert len(text) == 10
    assert "start 10" in more


def test_limits_of_the_tools_are_those_of_the_server():
    context = tools(Limits(top_k=7))[0]
    assert context.arguments["properties"]["top_k"]["maximum"] == 7
