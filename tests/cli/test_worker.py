"""Workers as processes of their own."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from signal import SIGKILL, SIGTERM

import httpx2
import pytest
from tests.support.machine import LODGEPOLE

pytestmark = pytest.mark.live
KEY = "chosen-by-the-operator"
WAIT_SECONDS = 90


class Api:
    """A few calls of the API."""

    def __init__(self, server) -> None:
        self._http = httpx2.Client(
            base_url=server.url + "/assistant",
            headers={"Api-Key": KEY},
            trust_env=False,
            timeout=60,
        )

    def close(self) -> None:
        self._http.close()

    def create(self, name: str) -> None:
        assert self._http.post("/assistants", json={"name": name}).status_code == 200

    def upload(self, name: str, file: str, content: bytes) -> str:
        answer = self._http.post(f"/files/{name}", files={"file": (file, content)})
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()["id"]

    def delete(self, name: str, file_id: str) -> None:
        assert self._http.delete(f"/files/{name}/{file_id}").status_code < 300

    def files(self, name: str) -> dict[str, str]:
        return {f["name"]: f["status"] for f in self._http.get(f"/files/{name}").json()["files"]}

    def available(self, name: str, count: int) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while list(self.files(name).values()).count("Available") < count:
            assert time.monotonic() < end, self.files(name)

    def found(self, name: str, word: str) -> bool:
        answer = self._http.post(f"/chat/{name}/context", json={"query": word})
        return any(word in snippet["content"] for snippet in answer.json()["snippets"])


@pytest.fixture
def api_of():
    made: list[Api] = []

    def of(server) -> Api:
        made.append(Api(server))
        return made[-1]

    yield of
    for api in made:
        api.close()


def children(pid: int) -> list[int]:
    """Worker processes that a server started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if " worker " in line]


def long_text(seed: int, words: int = 6_000) -> bytes:
    return " ".join(f"w{seed}x{n % 997}" for n in range(words)).encode()


def test_the_server_starts_as_many_as_it_is_told_and_they_end_with_it(
    machine, api_of, tmp_path: Path
):
    server = machine.start(tmp_path / "data", "--workers", "2", LODGEPOLE_API_KEY=KEY)
    api = api_of(server)
    api.create("a")
    for number in range(6):
        api.upload("a", f"{number}.txt", f"The keeper of light {number} is zz{number}.".encode())
    api.available("a", 6)
    assert api.found("a", "zz4")
    pids = children(server.process.pid)
    assert len(pids) == 2
    assert server.stop(SIGTERM)[0] == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_worker_that_is_killed_in_the_middle_costs_nothing_and_is_replaced(
    machine, api_of, tmp_path: Path
):
    server = machine.start(tmp_path / "data", "--workers", "1", LODGEPOLE_API_KEY=KEY)
    api = api_of(server)
    api.create("a")
    api.upload("a", "long.txt", long_text(1))
    end = time.monotonic() + WAIT_SECONDS
    while not (pids := children(server.process.pid)) or api.files("a")["long.txt"] != "Processing":
        assert time.monotonic() < end
    os.kill(pids[0], SIGKILL)
    api.available("a", 1)
    assert set(children(server.process.pid)).isdisjoint(pids)
    assert server.stop(SIGTERM)[0] == 0


def test_workers_end_when_the_server_is_killed_and_the_next_one_goes_on(
    machine, api_of, tmp_path: Path
):
    server = machine.start(tmp_path / "data", "--workers", "2", LODGEPOLE_API_KEY=KEY)
    api = api_of(server)
    api.create("a")
    for number in range(4):
        api.upload("a", f"{number}.txt", long_text(number, 2000))
    pids = children(server.process.pid)
    server.stop(SIGKILL)
    server = machine.start(tmp_path / "data", "--workers", "2", LODGEPOLE_API_KEY=KEY)
    api_of(server).available("a", 4)
    end = time.monotonic() + WAIT_SECONDS
    while any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
        assert time.monotonic() < end, "workers of the killed server are still there"
    server.stop()
    assert machine.run("verify", "--data-dir", str(tmp_path / "data")).returncode == 0


def test_one_started_by_hand_joins_the_server_and_leaves_in_good_order(
    machine, api_of, tmp_path: Path
):
    data = tmp_path / "data"
    worker = subprocess.Popen(
        [*LODGEPOLE, "worker", "--data-dir", str(data)],
        env=machine.environment(LODGEPOLE_LOG_LEVEL="info"),
        cwd=machine.home,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        server = machine.start(data, LODGEPOLE_API_KEY=KEY)
        api = api_of(server)
        api.create("a")
        for number in range(3):
            api.upload("a", f"{number}.txt", long_text(number, 1500))
        api.available("a", 3)
        worker.send_signal(SIGTERM)
        assert worker.communicate(timeout=30) == (None, "")
        assert worker.returncode == 0
        api.upload("a", "after.txt", b"The server goes on alone.")
        api.available("a", 4)
    finally:
        worker.kill()
        worker.communicate()


def test_verify_finds_what_a_deletion_left_and_what_it_did_not(machine, api_of, tmp_path: Path):
    data = tmp_path / "data"
    server = machine.start(data, LODGEPOLE_API_KEY=KEY)
    api = api_of(server)
    api.create("a")
    api.upload("a", "kept.txt", b"The kept word is abracadabra.")
    gone = api.upload("a", "unmentionable.txt", b"The deleted word is hocuspocus.")
    api.available("a", 2)
    api.delete("a", gone)
    end = time.monotonic() + WAIT_SECONDS
    while len(api.files("a")) > 1:
        assert time.monotonic() < end
    running = machine.run("verify", "--data-dir", str(data))
    assert running.returncode == 1
    assert "in use by another Lodgepole" in running.stderr
    server.stop()
    clean = machine.run(
        "verify", "--data-dir", str(data), "--absent", "hocuspocus", "--absent", "unmentionable"
    )
    assert clean.returncode == 0, clean.stdout
    assert "1 Available file: nothing is missing" in clean.stdout
    trace = machine.run("verify", "--data-dir", str(data), "--absent", "abracadabra", "--json")
    assert trace.returncode == 1
    assert "index.db holds 'abracadabra'" in trace.stdout
    check_that_garbage_is_told_from_loss(machine, data)


def check_that_garbage_is_told_from_loss(machine, data: Path) -> None:
    [content] = (data / "blobs").glob("*/*/*")
    shutil.copytree(content, content.with_name("99"))
    left = machine.run("verify", "--data-dir", str(data))
    assert left.returncode == 1
    assert "lodgepole verify --repair" in left.stdout
    assert machine.run("verify", "--data-dir", str(data), "--repair").returncode == 0
