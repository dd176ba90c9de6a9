"""A real server with settings of its own, and assistants in it."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.wire.conftest import KEY, Server

START_SECONDS = 60.0


@contextlib.contextmanager
def served(home: Path, **settings: str) -> Iterator[Server]:
    """A server on a free port with its data below `home`, stopped at the end."""
    port_file, log = home / "port", home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "lodgepole", "serve", "--port", "0", "--json"),
                *("--data-dir", str(home / "data"), "--port-file", str(port_file)),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LODGEPOLE_API_KEY": KEY, **settings},
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Server(f"http://127.0.0.1:{port_file.read_text()}", KEY)
    finally:
        process.terminate()
        process.wait(60)


def assistant_with(server: Server, name: str, file: str, content: bytes) -> None:
    """Make an assistant with one file, and wait until it is available."""

    def request(method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        headers = {
            "Api-Key": server.key,
            "X-Pinecone-Api-Version": "2026-07",
            "Content-Type": kind,
        }
        connection = http.client.HTTPConnection(*server.address, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        assert answer.status < 400, content
        return json.loads(content or b"null")

    request("POST", "/assistants", json.dumps({"name": name}).encode(), "application/json")
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{file}"\r\n\r\n'
    form = head.encode() + content + b"\r\n--B--\r\n"
    operation = request("POST", f"/files/{name}", form, "multipart/form-data; boundary=B")
    while operation["status"] == "Processing":  # each request is held until the end is near
        operation = request("GET", f"/operations/{name}/{operation['id']}")
    assert operation["status"] == "Completed", operation
