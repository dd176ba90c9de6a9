"""Clients through 2025-10 and those that send no version: files are polled, not operations."""

import json
import time
import uuid
from collections.abc import Iterator

import httpx2
import pytest
from tests.wire.conftest import FILES, Server
from tests.wire.requirements import requirement

pytestmark = pytest.mark.live
SECONDS = 30.0


@pytest.fixture(scope="module", params=["", "2025-01", "2025-04", "2025-10"])
def http(server: Server, request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    headers = {"Api-Key": server.key}
    if request.param:
        headers["X-Pinecone-Api-Version"] = request.param
    url = f"{server.url}/assistant"
    with httpx2.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
        yield client


def polled(http: httpx2.Client, path: str, *, while_: str) -> httpx2.Response:
    """The first look whose status is another one; looks are short of a second apart."""
    deadline = time.monotonic() + SECONDS
    while True:
        response = http.get(path)
        if response.status_code != 200 or response.json()["status"] != while_:
            return response
        assert time.monotonic() < deadline, response.text
        time.sleep(0.1)


@requirement("version.none", "version.legacy", "assistant.first-look", "file.deleting")
def test_a_whole_life(http: httpx2.Client, server: Server):
    name = f"legacy-{uuid.uuid4().hex[:12]}"
    made = http.post("/assistants", json={"name": name}).json()
    assert (made["status"], made["host"]) == ("Initializing", server.url)

    uploaded = http.post(
        f"/files/{name}",
        params={"metadata": json.dumps({"kind": "rules"})},
        files={"file": ("rules.pdf", FILES["rules.pdf"])},
    )
    assert uploaded.status_code == 200
    file = uploaded.json()
    assert (file["status"], file["metadata"]) == ("Processing", {"kind": "rules"})
    path = f"/files/{name}/{file['id']}"
    ready = polled(http, path, while_="Processing").json()
    assert (ready["status"], ready["percent_done"]) == ("Available", 1.0)

    ask = {"messages": [{"role": "user", "content": "Which ships must take a pilot on board?"}]}
    answer = http.post(f"/chat/{name}", json=ask | {"context_options": {}}).json()
    assert "90 metres" in answer["message"]["content"]
    assert answer["citations"][0]["references"][0]["pages"] == [1]
    streamed = http.post(f"/chat/{name}", json=ask | {"stream": True})
    lines = [line for line in streamed.text.split("\n") if line]
    assert all(line.startswith("data:{") for line in lines)

    deleted = http.delete(path)
    assert (deleted.status_code, deleted.content) == (200, b"")
    first = http.get(path)
    assert (first.status_code, first.json()["status"]) == (200, "Deleting")
    assert polled(http, path, while_="Deleting").status_code == 404

    assert http.delete(f"/assistants/{name}").status_code == 200
    first = http.get(f"/assistants/{name}")
    assert (first.status_code, first.json()["status"]) == (200, "Terminating")
    assert polled(http, f"/assistants/{name}", while_="Terminating").status_code == 404
