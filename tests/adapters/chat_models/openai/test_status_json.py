"""What a server tells of itself, and everything that is no such thing."""

import httpx2
import pytest

from lodgepole.adapters.chat_models.openai.status_json import as_objects, read_object

URL = "http://127.0.0.1:9/props"


async def asked(answer, *, most_bytes=100, url=URL, **options):
    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport) as client:
        return await read_object(client, "GET", url, most_bytes=most_bytes, **options)


async def test_an_object_is_read_and_the_request_is_as_it_was_given():
    seen = []

    def answer(request):
        seen.append((request.headers["authorization"], request.content))
        return httpx2.Response(200, json={"n_ctx": 4096})

    found = await asked(answer, headers={"authorization": "Bearer k"}, body={"model": "m"})
    assert found == {"n_ctx": 4096}
    assert seen == [("Bearer k", b'{"model":"m"}')]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (404, b"{}"),
        (500, b'{"n_ctx": 1}'),
        (200, b""),
        (200, b"<html>"),
        (200, b'{"n_ctx": '),
        (200, b"[1]"),
        (200, b"null"),
        (200, b"\xff\xfe"),
    ],
)
async def test_whatever_is_no_object_is_an_empty_one(status, content):
    assert await asked(lambda _: httpx2.Response(status, content=content)) == {}


async def test_an_answer_is_read_up_to_its_limit():
    content = b'{"a": "' + b"x" * 92 + b'"}'
    assert len(content) == 101
    assert await asked(lambda _: httpx2.Response(200, content=content)) == {}
    assert await asked(lambda _: httpx2.Response(200, content=content), most_bytes=101)


async def test_no_server_and_no_address_are_empty_too():
    def refuse(request):
        raise httpx2.ConnectError("refused", request=request)

    assert await asked(refuse) == {}
    assert await asked(lambda _: httpx2.Response(200, json={"a": 1}), url="http://[::bad") == {}


def test_items_that_are_no_objects_keep_their_place():
    assert as_objects([{"a": 1}, 2, None]) == [{"a": 1}, {}, {}]
    assert as_objects({"a": 1}) == as_objects(None) == []
