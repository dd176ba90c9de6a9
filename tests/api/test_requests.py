"""Bodies and flags are read within limits, and what is wrong with them is said."""

from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import Request
from pydantic import BaseModel

from lodgepole.api.requests import flag, json_parameter, read_body, read_json
from lodgepole.errors import InvalidRequest, TooLarge
from lodgepole.limits import Limits


class Body(BaseModel):
    name: str
    count: int = 0


def request(*chunks: bytes, declared: str | None = None) -> Request:
    messages = messages_of(chunks)

    async def receive() -> dict[str, object]:
        return await anext(messages)

    headers = [] if declared is None else [(b"content-length", declared.encode())]
    return Request({"type": "http", "headers": headers}, receive)


async def messages_of(chunks: Sequence[bytes]) -> AsyncIterator[dict[str, object]]:
    for chunk in chunks:
        yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


async def test_a_body_in_pieces_is_one_body() -> None:
    assert await read_body(request(b"ab", b"", b"c"), limit=3) == b"abc"


async def test_what_declares_too_much_is_not_read() -> None:
    async def never() -> dict[str, object]:
        raise AssertionError("read")

    declared = Request({"type": "http", "headers": [(b"content-length", b"4")]}, never)
    with pytest.raises(TooLarge, match="3 bytes"):
        await read_body(declared, limit=3)


@pytest.mark.parametrize("declared", [None, "1", "many", "-5"])
async def test_what_declares_less_than_it_sends_is_cut_off(declared: str | None) -> None:
    with pytest.raises(TooLarge):
        await read_body(request(b"ab", b"cd", declared=declared), limit=3)


async def test_json_is_read_as_its_schema() -> None:
    assert await read_json(request(b'{"name": "a"}'), Body, Limits()) == Body(name="a")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b"[1]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"count": 1}', "name"),
        (b'{"name": "a", "count": "x"}', "count"),
    ],
)
async def test_what_is_wrong_with_a_body_is_said(body: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        await read_json(request(body), Body, Limits())


@pytest.mark.parametrize(
    ("value", "meant"), [("true", True), ("TRUE", True), ("False", False), ("", True), (None, True)]
)
def test_a_flag_is_true_or_false_in_any_case(value: str | None, meant: bool) -> None:
    assert flag("multimodal", value, default=True) is meant


@pytest.mark.parametrize("value", ["1", "yes", " true", "x" * 500])
def test_any_other_flag_is_refused_in_brief(value: str) -> None:
    with pytest.raises(InvalidRequest, match="`multimodal`: use true or false") as refused:
        flag("multimodal", value)
    assert len(str(refused.value)) < 120


def test_a_parameter_that_holds_json() -> None:
    assert json_parameter("filter", '{"a": 1}') == {"a": 1}
    with pytest.raises(InvalidRequest, match="`filter` is not valid JSON"):
        json_parameter("filter", "{a}")
