"""A real server that is stopped in the middle, crowded, or short of descriptors and of disk."""

import contextlib
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.support.machine import LODGEPOLE, Machine, Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(240)]

KEY = "secret-of-the-tests"
STOP_SECONDS = 90  # ten of grace, and a machine that is busy


@pytest.fixture
def machine(tmp_path) -> Iterator[Machine]:
    home = tmp_path / "home"
    home.mkdir(mode=0o777)
    made = Machine(home, tmp_path / "cache")
    yield made
    made.shut_down()


def client_of(server: Server) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"{server.url}/assistant",
        headers={"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"},
        trust_env=False,
        timeout=STOP_SECONDS,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.txt", "!" * 600_000), ("a.md", "> b\n" * 400_000), ("a.txt", "\ufdfa" * 300_000)],
    ids=["exclamations", "lines", "ligatures"],
)
def test_it_stops_while_it_reads_what_was_made_to_be_slow(machine, tmp_path, name, text):
    server = machine.start(tmp_path / "data", LODGEPOLE_API_KEY=KEY)
    with client_of(server) as http:
        http.post("/assistants", json={"name": "a"}).raise_for_status()
        http.post("/files/a", files={"file": (name, text.encode())}).raise_for_status()
        http.get("/operations/a").raise_for_status()
    server.process.send_signal(signal.SIGTERM)
    _, errors = server.process.communicate(timeout=STOP_SECONDS)
    assert server.process.returncode == 0, errors
    assert "Traceback" not in errors


def healthz(server: Server) -> int:
    return httpx2.get(f"{server.url}/healthz", trust_env=False, timeout=60).status_code


@contextlib.contextmanager
def silent_connections(url: str, count: int) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        address = urlsplit(url)
        for _ in range(count):
            with contextlib.suppress(OSError):
                made = socket.create_connection((address.hostname, address.port), timeout=30)
                stack.enter_context(made)
        yield


def test_healthz_answers_beside_many_silent_connections(machine, tmp_path):
    settings = {"LODGEPOLE_API_KEY": KEY, "LODGEPOLE_LIMITS__CONNECTIONS": "40"}
    server = machine.start(tmp_path / "data", **settings)
    with silent_connections(server.url, 120):
        for _ in range(5):
            assert (
                httpx2.get(f"{server.url}/healthz", trust_env=False, timeout=60).status_code == 200
            )


def test_it_answers_with_64_open_files(machine, tmp_path):
    limited = ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")
    options = ("--json", "--port", "0", "--data-dir", str(tmp_path / "data"))
    process = subprocess.Popen(
        [*limited, *LODGEPOLE, "serve", *options],
        env=machine.environment(LODGEPOLE_API_KEY=KEY),
        cwd=machine.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    server = Server(process, json.loads(line)["url"], KEY, tmp_path / "data")
    machine.servers.append(server)
    with silent_connections(server.url, 100), client_of(server) as http:
        for _ in range(5):
            assert (
                httpx2.get(f"{server.url}/healthz", trust_env=False, timeout=60).status_code == 200
            )
        assert http.post("/assistants", json={"name": "a"}).status_code in (200, 201)


def test_on_a_disk_that_is_nearly_full_it_starts_reads_and_deletes(machine, tmp_path):
    server = machine.start(tmp_path / "data", LODGEPOLE_API_KEY=KEY)
    with client_of(server) as http:
        http.post("/assistants", json={"name": "a"}).raise_for_status()
        sent = http.post("/files/a", files={"file": ("a.txt", b"The boat is blue.")})
        file_id = sent.json()["file_id"]
        while http.get(f"/files/a/{file_id}").json()["status"] == "Processing":
            pass
    assert server.stop()[0] == 0
    reserve = {"LODGEPOLE_LIMITS__DISK_RESERVE_BYTES": str(10**18)}
    server = machine.start(tmp_path / "data", LODGEPOLE_API_KEY=KEY, **reserve)
    with client_of(server) as http:
        refused = http.post("/files/a", files={"file": ("b.txt", b"The car is red.")})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "UNAVAILABLE")
        found = http.post("/chat/a/context", json={"query": "What is the boat?"}).json()
        assert "blue" in found["snippets"][0]["content"]
        assert http.delete(f"/files/a/{file_id}").status_code < 300
