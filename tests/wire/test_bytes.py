"""What no client library shows: the bytes on the wire, and clients that misbehave."""

import json
import re
import socket
import uuid
from collections.abc import Iterator

import httpx2
import pytest
from tests.wire.conftest import FILES, Server
from tests.wire.requirements import requirement

pytestmark = pytest.mark.live
ASK = {"messages": [{"role": "user", "content": "Which ships must take a pilot on board?"}]}
SECONDS = 30.0


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx2.Client]:
    headers = {"Api-Key": server.key, "X-Pinecone-Api-Version": "2026-07"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=SECONDS) as client:
        yield client


@pytest.fixture(scope="module")
def name(http: httpx2.Client) -> str:
    name = f"bytes-{uuid.uuid4().hex[:12]}"
    http.post("/assistants", json={"name": name})
    form = {"file": ("rules.pdf", FILES["rules.pdf"])}
    location = http.post(f"/files/{name}", files=form).headers["location"]
    while (operation := http.get(location).json())["status"] == "Processing":
        pass  # the server holds each look until there is news
    assert operation["status"] == "Completed"
    return name


def talk(server: Server, request: bytes) -> bytes:
    """Everything the server answers until it closes the connection."""
    with socket.create_connection(server.address, SECONDS) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def unchunked(body: bytes) -> list[bytes]:
    """The chunks of a chunked body that has an end."""
    chunks = []
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            assert body == b"\r\n"
            return chunks
        chunks.append(body[:length])
        assert body[length : length + 2] == b"\r\n"
        body = body[length + 2 :]


def events(chunks: list[bytes]) -> list[bytes]:
    """The events of a stream. What has gathered is one chunk, and no event is cut in two."""
    assert all(chunk.endswith(b"\n\n") for chunk in chunks)
    return [event + b"\n\n" for chunk in chunks for event in chunk[:-2].split(b"\n\n")]


FRAME = re.compile(rb'data:(\{"type":"[a-z_]+","id":"[^"]+","model":"gpt-4o"[^\n]*\})\n\n')


@pytest.mark.parametrize("version", ["", "X-Pinecone-Api-Version: 2026-07"])
@requirement("stream.bytes", "stream.order", "body.any-content-type")
def test_a_stream_is_data_lines_alone(server: Server, name: str, version: str):
    body = json.dumps(ASK | {"model": "gpt-4o", "stream": True}).encode()
    headers = [f"Api-Key: {server.key}", "Connection: close", "Content-Type: text/plain"]
    answer = talk(server, post(f"/chat/{name}", body, *headers, *filter(None, [version])))
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-type: text/event-stream; charset=utf-8" in head
    assert b"transfer-encoding: chunked" in head.lower()
    frames = [FRAME.fullmatch(event) for event in events(unchunked(rest))]
    assert all(frames)
    kinds = [json.loads(frame[1])["type"] for frame in frames if frame]
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_end"
    assert "citation" in kinds


@requirement("stream.bytes", "completions.stream", "auth.bearer")
def test_completions_stream_without_a_final_word(server: Server, name: str):
    body = json.dumps(ASK | {"stream": True}).encode()
    path = f"/assistant/chat/{name}/chat/completions"
    bearer = f"Authorization: Bearer {server.key}"
    answer = talk(server, post(path, body, bearer, "Connection: close"))
    sent = events(unchunked(answer.partition(b"\r\n\r\n")[2]))
    assert all(re.fullmatch(rb'data:\{"id":"[^\n]*\}\n\n', event) for event in sent)
    assert json.loads(sent[-1][5:])["choices"][0]["finish_reason"] == "stop"


@requirement("auth.first")
def test_a_stranger_is_answered_before_the_body_has_come(server: Server):
    head = post("/files/any", b"", "Content-Type: multipart/form-data; boundary=b")
    head = head.replace(b"Content-Length: 0", b"Content-Length: 90000000")
    with socket.create_connection(server.address, SECONDS) as connection:
        connection.sendall(head)
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 Unauthorized\r\n")


def upload_head(server: Server, name: str) -> bytes:
    lines = [
        f"POST /files/{name} HTTP/1.1",
        "Host: localhost",
        f"Api-Key: {server.key}",
        "X-Pinecone-Api-Version: 2026-07",
        "Content-Type: multipart/form-data; boundary=b",
        "Transfer-Encoding: chunked",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


OPEN = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


@requirement("error.too-large", "file.sizes")
def test_an_endless_upload_is_refused_at_its_limit(server: Server, name: str):
    piece = chunk(b"x" * 1_000_000)
    with socket.create_connection(server.address, SECONDS) as connection:
        connection.sendall(upload_head(server, name) + chunk(OPEN))
        for _ in range(11):
            connection.sendall(piece)
        answer = b""
        while not answer.endswith(b"}}"):
            answer += connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than the 10000000 bytes" in answer


@requirement("form.broken")
def test_an_upload_that_breaks_off_leaves_nothing(server: Server, http: httpx2.Client, name: str):
    with socket.create_connection(server.address, SECONDS) as connection:
        connection.sendall(upload_head(server, name) + chunk(OPEN + b"half a file"))
    files = http.get(f"/files/{name}").json()["files"]
    assert [f["name"] for f in files] == ["rules.pdf"]


def test_a_connection_serves_on_after_a_refused_upload(http: httpx2.Client, name: str):
    form = {"file": ("a.exe", b"x" * 100_000)}
    assert http.post(f"/files/{name}", files=form).status_code == 400
    assert http.get(f"/assistants/{name}").status_code == 200


@requirement("path.encoded")
def test_path_segments_may_be_percent_encoded(http: httpx2.Client, name: str):
    encoded = "".join(f"%{ord(letter):02X}" for letter in name)
    assert http.get(f"/assistant/assistants/{encoded}").json()["name"] == name
    missing = http.get("/files/a%2Fb")
    assert missing.json()["error"]["code"] == "NOT_FOUND"


def test_garbage_is_answered_and_closed(server: Server):
    assert talk(server, b"NONSENSE\r\n\r\n").startswith(b"HTTP/1.1 400 ")
