"""The client against a transport that answers as the specification says."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import orjson
import pytest

from lodgepole.client.api_client import Client, Unreachable, user_message
from lodgepole.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    LodgepoleError,
    NotFound,
    PermissionDenied,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UpstreamRejected,
)

Handler = Callable[[httpx2.Request], httpx2.Response]


def client(handler: Handler, *, key: str | None = "secret") -> Client:
    return Client("http://127.0.0.1:1/", key, transport=httpx2.MockTransport(handler))


def failing(status: int, code: str = "X", **headers: str) -> Handler:
    body = {"status": status, "error": {"code": code, "message": "why"}}
    return lambda request: httpx2.Response(
        status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "INVALID_ARGUMENT", InvalidRequest),
        (401, "UNAUTHENTICATED", Unauthenticated),
        (403, "PERMISSION_DENIED", PermissionDenied),
        (404, "NOT_FOUND", NotFound),
        (409, "ALREADY_EXISTS", AlreadyExists),
        (409, "ABORTED", Conflict),
        (413, "OUT_OF_RANGE", TooLarge),
        (418, "NEW_KIND", InvalidRequest),
        (500, "UNKNOWN", Unavailable),
        (502, "FAILED_PRECONDITION", UpstreamRejected),
        (503, "UNAVAILABLE", Unavailable),
        (504, "DEADLINE_EXCEEDED", DeadlineExceeded),
    ],
)
def test_an_error_answer_becomes_the_failure_it_stands_for(
    status: int, code: str, kind: type[LodgepoleError]
):
    with pytest.raises(kind, match="why") as caught:
        client(failing(status, code)).assistant("a")
    assert type(caught.value) is kind


def test_a_rate_limit_says_how_long_to_wait():
    with pytest.raises(RateLimited) as caught:
        client(failing(429, "TOO_MANY_REQUESTS", Retry_After="7")).assistant("a")
    assert caught.value.retry_after == 7.0


def test_an_error_page_that_is_not_json_is_told_by_its_status():
    with pytest.raises(Unavailable, match="answered 500"):
        client(lambda request: httpx2.Response(500, text="<html>")).assistant("a")


def test_an_address_of_another_program_is_told_as_such():
    with pytest.raises(Unavailable, match="not JSON"):
        client(lambda request: httpx2.Response(200, text="<html>")).assistant("a")


def test_no_server_at_the_address_says_how_to_start_one():
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match="lodgepole serve"):
        client(refuse).assistant("a")


def test_requests_carry_the_key_and_the_newest_version():
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"name": "a b"})

    client(answer).assistant("a b/c")
    assert seen[0].headers["Api-Key"] == "secret"
    assert seen[0].headers["X-Pinecone-Api-Version"] == "2026-07"
    assert seen[0].url.raw_path == b"/assistant/assistants/a%20b%2Fc"


def test_lists_are_read_to_the_last_page():
    pages = {
        None: {"assistants": [{"name": "1"}], "pagination": {"next": "t"}},
        "t": {"assistants": [{"name": "2"}]},
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=pages[request.url.params.get("pagination_token")])

    assert [item["name"] for item in client(answer).assistants()] == ["1", "2"]


def test_an_upload_sends_file_and_metadata_and_counts_what_it_reads(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"x" * 200_000)
    counts: list[int] = []
    bodies: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request.read())
        return httpx2.Response(202, json={"id": "op", "file_id": "f"})

    operation = client(answer).upload_file("a", path, metadata={"year": 2026}, sent=counts.append)
    assert operation == {"id": "op", "file_id": "f"}
    assert counts[-1] == 200_000
    assert counts == sorted(counts)
    assert b'name="file"; filename="notes.txt"' in bodies[0]
    assert b'name="metadata"\r\n\r\n{"year":2026}' in bodies[0]
    assert b"x" * 200_000 in bodies[0]


def sse(*events: dict[str, object], heartbeat: bool = False) -> Handler:
    lines = [b": hold on\n\n"] if heartbeat else []
    lines += [b"data:" + orjson.dumps(event) + b"\n\n" for event in events]
    return lambda request: httpx2.Response(200, content=b"".join(lines))


def test_a_stream_is_read_event_by_event_and_heartbeats_are_passed_over():
    events = [{"type": "message_start"}, {"type": "message_end"}]
    request = {"messages": [user_message("hi")]}
    assert list(client(sse(*events, heartbeat=True)).stream_chat("a", request)) == events


def test_a_stream_that_breaks_off_is_a_failure():
    stream = client(sse({"type": "message_start"})).stream_chat("a", {"messages": []})
    assert next(stream) == {"type": "message_start"}
    with pytest.raises(Unavailable, match="broke off"):
        next(stream)


def test_a_stream_that_is_refused_is_the_failure_it_stands_for():
    with pytest.raises(InvalidRequest, match="why"):
        next(client(failing(400)).stream_chat("a", {"messages": []}))
