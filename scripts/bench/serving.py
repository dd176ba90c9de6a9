"""A server for a measurement: started in a folder of its own, its memory watched, stopped."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx2

KEY = "measured"
MIB = 1024 * 1024


@dataclass(slots=True)
class Memory:
    """The most that was resident, in MiB: the server alone, and with all below it."""

    server: float = 0.0
    total: float = 0.0
    now: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Served:
    http: httpx2.Client
    data_dir: Path
    pid: int
    memory: Memory


@contextmanager
def serving(*options: str, **settings: str) -> Generator[Served]:
    """A server on a free port with a key, until the context ends."""
    with tempfile.TemporaryDirectory(prefix="lodgepole-bench-") as folder:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "lodgepole",
                "serve",
                "--json",
                "--port",
                "0",
                "--data-dir",
                f"{folder}/data",
                *options,
            ],
            env={**os.environ, "LODGEPOLE_API_KEY": KEY, **settings},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        url = json.loads(process.stdout.readline())["url"]
        memory, stop = Memory(), Event()
        watching = Thread(target=_watch, args=(process.pid, memory, stop))
        watching.start()
        try:
            with httpx2.Client(
                base_url=f"{url}/assistant",
                headers={"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"},
                trust_env=False,
                timeout=300,
            ) as http:
                yield Served(http, Path(folder, "data"), process.pid, memory)
        finally:
            stop.set()
            watching.join()
            process.terminate()
            process.wait()


def wait_for_files(http: httpx2.Client, assistant: str, seconds: float) -> float:
    """Seconds until no operation of the assistant is under way."""
    began = time.monotonic()
    while http.get(f"/operations/{assistant}", params={"status": "Processing", "limit": 1}).json()[
        "operations"
    ]:
        if time.monotonic() - began > seconds:
            raise SystemExit(f"not done after {seconds:.0f} s")
        Event().wait(0.2)
    return time.monotonic() - began


def _watch(pid: int, memory: Memory, stop: Event) -> None:
    while not stop.wait(0.2):
        resident = _resident(pid)
        memory.now = {str(each): size for each, size in resident.items()}
        memory.server = max(memory.server, resident.get(pid, 0.0))
        memory.total = max(memory.total, sum(resident.values()))


def _resident(root: int) -> dict[int, float]:
    """MiB by process, of `root` and all below it."""
    parents: dict[int, int] = {}
    sizes: dict[int, float] = {}
    page = os.sysconf("SC_PAGE_SIZE") / MIB
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        sizes[int(entry.name)] = int(fields[21]) * page
    below = {root}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return {pid: sizes[pid] for pid in below if pid in sizes}
