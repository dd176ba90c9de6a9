"""Several processes at one address: who answers, who is killed, what everybody sees."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL, SIGTERM

import httpx2
import pytest

from lodgepole.cli import serving_processes
from lodgepole.errors import InvalidRequest
from lodgepole.runtime.settings import Settings

KEY = "chosen-by-the-operator"
PATIENCE = 60.0


def pids(parent: int, role: str) -> list[int]:
    """Children of a process that play a role."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if above == parent and role.encode() in command:
                found.append(int(entry.name))
    return found


def until(found: Callable[[], object]) -> object:
    """What `found` returns, once it is something."""
    end = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < end, "that did not happen"
        time.sleep(0.05)
    return result


class Asking:
    """Questions, each over a connection of its own, so that each may meet another process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}

    def send(self, method: str, path: str, **more: object) -> httpx2.Response:
        with httpx2.Client(
            base_url=self.url, headers=self.headers, timeout=30, trust_env=False
        ) as client:
            return client.request(method, f"/assistant{path}", **more)  # pyright: ignore

    def context(self) -> httpx2.Response:
        return self.send("POST", "/chat/a/context", json={"query": "What lifts the crane?"})

    def found(self) -> str:
        answer = self.context()
        return answer.text if answer.status_code == 200 else ""

    def upload(self, name: str, text: str) -> str:
        """The file's id, once it is Available."""
        files = {"file": (name, text.encode())}
        operation = self.send("POST", "/files/a", files=files).json()
        path = f"/operations/a/{operation['id']}"
        until(lambda: self.send("GET", path).json()["status"] == "Completed")
        return operation["file_id"]


@pytest.fixture
def served(machine, tmp_path: Path) -> Iterator[tuple[Asking, int]]:
    server = machine.start(tmp_path / "data", "--processes", "2", LODGEPOLE_API_KEY=KEY)
    asking = Asking(server.url)
    assert asking.send("POST", "/assistants", json={"name": "a"}).status_code == 200
    yield asking, server.process.pid
    if server.process.poll() is None:
        server.stop(SIGTERM)


@pytest.mark.live
@pytest.mark.timeout(300)
def test_every_process_sees_a_change_once_it_is_made_and_outlives_the_others(served):
    asking, launcher = served
    [owner], [reader] = pids(launcher, "owner"), pids(launcher, "reader")

    asking.upload("crane.txt", "The crane lifts forty tonnes.")
    assert all("forty tonnes" in asking.found() for _ in range(12))
    again = asking.upload("crane2.txt", "The crane lifts fifty pallets.")
    assert all("fifty pallets" in asking.found() for _ in range(12))
    assert asking.send("DELETE", f"/files/a/{again}").status_code in (200, 202)
    assert all("fifty pallets" not in asking.found() for _ in range(12))

    os.kill(owner, SIGKILL)
    statuses = [asking.send("GET", "/assistants").status_code for _ in range(3)]
    assert set(statuses) <= {200, 503}
    until(lambda: asking.send("GET", "/assistants").status_code == 200)
    assert "forty tonnes" in asking.found()
    assert pids(launcher, "reader") == [reader]
    until(lambda: pids(launcher, "owner"))

    os.kill(reader, SIGKILL)
    until(lambda: pids(launcher, "reader") not in ([], [reader]))
    until(lambda: all("forty tonnes" in asking.found() for _ in range(6)))
    asking.upload("later.txt", "The crane lifts a whole barge.")
    until(lambda: all("whole barge" in asking.found() for _ in range(12)))


@pytest.mark.live
@pytest.mark.timeout(120)
def test_a_signal_stops_all_of_them(machine, tmp_path: Path):
    server = machine.start(tmp_path / "data", "--processes", "2", LODGEPOLE_API_KEY=KEY)
    children = pids(server.process.pid, "owner") + pids(server.process.pid, "reader")
    assert len(children) == 2
    assert (tmp_path / "data" / "server.json").exists()
    assert server.stop(SIGTERM) == (0, "")
    assert not (tmp_path / "data" / "server.json").exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


@pytest.mark.live
@pytest.mark.timeout(120)
def test_why_it_cannot_start_is_said_once(machine, tmp_path: Path):
    first = machine.start(tmp_path / "data", LODGEPOLE_API_KEY=KEY)
    second = machine.run(
        "serve", "--processes", "2", "--port", "0", "--data-dir", str(tmp_path / "data"),
        LODGEPOLE_API_KEY=KEY,
    )  # fmt: skip
    assert second.returncode == 1
    assert second.stderr.count("is in use by another Lodgepole") == 1
    assert first.process.poll() is None


def test_other_systems_are_told_that_it_needs_linux(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(InvalidRequest, match="Linux"):
        serving_processes.serve(
            Settings(data_dir=tmp_path, processes=2, port=0), port_file=None, as_json=True
        )


def test_an_address_in_use_is_refused_before_anything_starts(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(data_dir=tmp_path, processes=2, port=other.getsockname()[1])
        with pytest.raises(Exception, match="in use by another program"):
            serving_processes.serve(settings, port_file=None, as_json=True)


async def test_a_process_that_was_told_to_stop_does_not_wait_for_the_owner(tmp_path: Path):
    settings = Settings(data_dir=tmp_path, processes=2)
    family = serving_processes._Family(settings, 1, tmp_path)  # pyright: ignore[reportPrivateUsage]
    family._stop.set()  # pyright: ignore[reportPrivateUsage]
    async with asyncio.timeout(PATIENCE):
        assert not await family._owner_listens()  # pyright: ignore[reportPrivateUsage]
        await family._readers_listen()  # pyright: ignore[reportPrivateUsage]
    assert not family.failed
