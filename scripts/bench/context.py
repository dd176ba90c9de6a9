"""Measure context over HTTP beside its floor, one way of serving beside another.

    python scripts/bench/context.py SETDIR [--against SRC] [--processes 1 2] [--turns 3]
        [--seconds 8] [--only latency|throughput]

A set is a directory with `files/` and `queries.jsonl`. The files are uploaded once; each way of
serving is started on a copy of the data, in turns, so that what else the machine does meets all of
them. `--against` names another version's folder of sources, measured beside this one.

Latency: one connection that is kept, each question asked for the first time since the server
started. Throughput: as many connections as `--parallel`, each asking the next question when it has
its answer; no question twice. The floor of a question is what cannot be left out: its embedding and
one scan of the codes, in this process, in the same turn.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import numpy as np
import platformdirs

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder
from lodgepole.adapters.indexes.quantization import nearest

KEY = "bench-key-0123456789"
WARM = 30  # questions before anything is measured


@dataclass(frozen=True, slots=True)
class Way:
    """One way to serve."""

    name: str
    sources: Path | None
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Measured:
    latency_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    parallel_ms: list[float] = field(default_factory=list)
    idle_mib: list[float] = field(default_factory=list)


class Asking:
    """One kept connection, written out by hand: a client library costs as much as a question."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, question: str) -> float:
        """Milliseconds until the whole answer is there."""
        body = json.dumps({"query": question}).encode()
        head = (
            f"POST /assistant/chat/bench/context HTTP/1.1\r\nHost: bench\r\nApi-Key: {KEY}\r\n"
            f"X-Pinecone-Api-Version: 2026-04\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        self._socket.sendall(head.encode() + body)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._received()
        answer, _, rest = got.partition(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(answer.decode())
        lengths = [
            line for line in answer.lower().split(b"\r\n") if line[:15] == b"content-length:"
        ]
        missing = int(lengths[0][15:]) - len(rest)
        while missing > 0:
            missing -= len(self._received())
        return (time.perf_counter() - begun) * 1000

    def _received(self) -> bytes:
        got = self._socket.recv(1 << 20)
        if not got:
            raise SystemExit("The server closed the connection.")
        return got

    def close(self) -> None:
        self._socket.close()


@contextmanager
def serving(way: Way, data: Path) -> Generator[tuple[int, int]]:
    """Port and process id."""
    environment = os.environ | {"LODGEPOLE_API_KEY": KEY}
    if way.sources is not None:
        environment["PYTHONPATH"] = str(way.sources)
    with tempfile.TemporaryDirectory() as place:
        port_file = Path(place, "port")
        command = [sys.executable, "-m", "lodgepole", "serve", "--port", "0", *way.options,
                   "--data-dir", str(data), "--port-file", str(port_file)]  # fmt: skip
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                while not (port_file.exists() and port_file.read_text().strip()):
                    if server.poll() is not None:
                        raise SystemExit(f"{way.name}: the server did not start")
                    time.sleep(0.05)
                yield int(port_file.read_text()), server.pid
            finally:
                server.terminate()
                server.wait(30)


def upload(way: Way, data: Path, directory: Path) -> None:
    """Every file of the set, and wait until all are searchable."""
    with serving(way, data) as (port, _):
        headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}
        base = f"http://127.0.0.1:{port}/assistant"
        with httpx2.Client(base_url=base, headers=headers, timeout=300, trust_env=False) as client:
            client.post("/assistants", json={"name": "bench"}).raise_for_status()
            waiting = [
                client.post("/files/bench", files={"file": (path.name, path.read_bytes())})
                for path in sorted((directory / "files").iterdir())
            ]
            for answer in waiting:
                path = f"/operations/bench/{answer.raise_for_status().json()['id']}"
                while client.get(path).json()["status"] == "Processing":
                    time.sleep(0.2)


def family(root: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
    below = [root]
    for pid in below:
        below += [child for child, parent in parents.items() if parent == pid]
    return below


def cpu_ms(root: int) -> float:
    ticks = 0
    for pid in family(root):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mib(root: int) -> float:
    """Of a process and all below it."""
    pages = sum(
        int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        for pid in family(root)
    )
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def mixed(questions: list[str]) -> Iterator[str]:
    """Questions that nobody asked before: the first half of one, the second of another."""
    for distance in range(1, len(questions)):
        for place, question in enumerate(questions):
            other = questions[(place + distance) % len(questions)].split()
            mine = question.split()
            yield " ".join(mine[: len(mine) // 2] + other[len(other) // 2 :])


def latency(port: int, pid: int, questions: list[str], result: Measured) -> None:
    one = Asking(port)
    before = cpu_ms(pid)
    result.latency_ms += [one.ask(question) for question in questions]
    result.cpu_ms.append((cpu_ms(pid) - before) / len(questions))
    one.close()


def throughput(port: int, fresh: Iterator[str], parallel: int, seconds: float, result: Measured):
    end = time.perf_counter() + seconds
    times: list[float] = []

    def client() -> None:
        asking = Asking(port)
        while time.perf_counter() < end:
            times.append(asking.ask(next(fresh)))
        asking.close()

    with ThreadPoolExecutor(parallel) as pool:
        for done in [pool.submit(client) for _ in range(parallel)]:
            done.result()
    result.rate.append(len(times) / seconds)
    result.parallel_ms += times


class Locked(Iterator[str]):
    """One iterator for many threads."""

    def __init__(self, values: Iterator[str]) -> None:
        self._values = iter(list(values))  # a list's own iterator is one step of the interpreter

    def __next__(self) -> str:
        return next(self._values)


async def floors(questions: list[str], passages: int) -> list[float]:
    embedder = OnnxRuntimeEmbedder(platformdirs.user_cache_path("lodgepole", appauthor=False))
    bits = np.random.default_rng(0).integers(0, 2**63, (6, passages), np.uint64)
    await embedder.embed_query("warm")
    times: list[float] = []
    for question in questions:
        begun = time.perf_counter()
        nearest(bits, await embedder.embed_query(question), 400)
        times.append((time.perf_counter() - begun) * 1000)
    await embedder.close()
    return times


def measure(arguments: argparse.Namespace, ways: list[Way], work: Path) -> None:
    lines = (arguments.set / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    upload(ways[0], work / "filled", arguments.set)
    results = {way.name: Measured() for way in ways}
    floor: list[float] = []
    for _ in range(arguments.turns):
        floor += asyncio.run(floors(questions[:100], arguments.passages))
        for way in ways:
            data, result = work / "data", results[way.name]
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(work / "filled", data)
            with serving(way, data) as (port, pid):
                result.idle_mib.append(resident_mib(pid))
                fresh = Locked(mixed(questions))
                warming = Asking(port)
                for _ in range(WARM):
                    warming.ask(next(fresh))
                warming.close()
                if arguments.only != "throughput":
                    latency(port, pid, questions, result)
                if arguments.only != "latency":
                    throughput(port, fresh, arguments.parallel, arguments.seconds, result)
    show(arguments, results, floor)


def show(arguments: argparse.Namespace, results: dict[str, Measured], floor: list[float]) -> None:
    least = statistics.median(floor)
    print(f"floor (embedding and one scan) p50 {least:.2f}  p95 {np.percentile(floor, 95):.2f} ms")
    base = next(iter(results.values()))
    for name, result in results.items():
        idle = f"resident idle {min(result.idle_mib):.0f} MiB"
        if result.latency_ms:
            p50, p95 = np.percentile(result.latency_ms, [50, 95]).tolist()
            print(f"{name:<24} p50 {p50:5.1f} ms ({p50 / least:4.1f} floors)  p95 {p95:5.1f} ms "
                  f"({p95 / least:4.1f} floors)  "
                  f"CPU {min(result.cpu_ms):.1f} ms  {idle}")  # fmt: skip
        if result.rate:
            ratios = [now / then for now, then in zip(result.rate, base.rate, strict=True)]
            p95 = float(np.percentile(result.parallel_ms, 95))
            alone = f" ({p95 / float(np.percentile(result.latency_ms, 95)):.1f} x alone)" if (
                result.latency_ms) else ""  # fmt: skip
            print(f"{name:<24} {arguments.parallel} at once: {max(result.rate):5.0f}/s, "
                  f"{statistics.median(ratios):.2f} x the first (turn by turn "
                  f"{min(ratios):.2f} to {max(ratios):.2f}), p95 {p95:.1f} ms{alone}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--against", type=Path, help="the folder `src` of another version")
    parser.add_argument("--processes", type=int, nargs="*", default=[1])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6.0, help="of throughput, each turn")
    parser.add_argument("--passages", type=int, default=1100, help="of the scan in the floor")
    parser.add_argument("--only", choices=("latency", "throughput"))
    arguments = parser.parse_args()
    ways = [] if arguments.against is None else [Way("before", arguments.against)]
    for count in arguments.processes:
        options = () if count == 1 else ("--processes", str(count))
        ways.append(Way(f"{count} process{'es' * (count > 1)}", None, options))
    with tempfile.TemporaryDirectory(prefix="lodgepole-bench-") as work:
        measure(arguments, ways, Path(work))


if __name__ == "__main__":
    main()
