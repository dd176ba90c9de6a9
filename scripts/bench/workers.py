"""How much faster files are read by two worker processes than by one, on PostgreSQL and S3.

Files wait in the queue all the time. One worker and two take turns on the same queue, so that what
else happens on the machine happens to both; each turn counts once its workers are at work. Each
worker embeds with one thread: give the machine as many cores as the most workers. Beside it
stands what the machine itself allows: the bare network, at work in as many processes. PostgreSQL
and the S3 server of the tests work on the same cores.

    python scripts/bench/workers.py --workers 1 2
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import time
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from threading import Event

import httpx2
import platformdirs

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.cluster import KEY, Cluster, Process, cluster

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer

ASSISTANTS = 4
EMBED_SECONDS = 6.0
SETTLE_SECONDS = 12.0
"""Until a worker that was started has ended its first files, or those of one that was stopped are
taken over."""
MOST_BYTES_A_SECOND = 75_000  # of one worker, so that the queue is never empty
SYLLABLES = ("bour", "dal", "ght", "rm", "ker", "ven", "sel")
WORDS = tuple(f"{first}{second}" for first in ("har", "ti", "li", "sto") for second in SYLLABLES)


def text(number: int, size: int) -> str:
    chance = random.Random(number)  # noqa: S311  the same files at each run
    sentences: list[str] = []
    length = 0
    while length < size:
        words = [chance.choice(WORDS) for _ in range(chance.randint(6, 16))]
        sentence = f"{' '.join(words).capitalize()} {chance.randint(1, 9999)}."
        sentences.append(sentence)
        length += len(sentence) + 1
    return " ".join(sentences)


def throughput(
    made: Cluster, turns: list[int], files: int, size: int, seconds: float
) -> dict[int, list[float]]:
    """KB a second, for each number of workers as often as it has a turn."""
    served = made.api("--no-work")
    empty = index_bytes(made)
    with httpx2.Client(
        base_url=f"{served.url}/assistant",
        headers={"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"},
        trust_env=False,
        timeout=60,
    ) as http:
        for number in range(ASSISTANTS):
            http.post("/assistants", json={"name": f"a{number}"}).raise_for_status()
        for number in range(files):
            name = f"f{number}.txt"
            path = f"/files/a{number % ASSISTANTS}"
            http.post(path, files={"file": (name, text(number, size))}).raise_for_status()
    rates: dict[int, list[float]] = {}
    working: list[Process] = []
    database = server_of(made)
    for workers in turns:
        while len(working) > workers:
            working.pop().stop()
        while len(working) < workers:
            working.append(made.worker())
        Event().wait(SETTLE_SECONDS)
        pids = [process.popen.pid for process in working]
        before = [cpu_seconds(pid) for pid in (*pids, database)]
        Event().wait(seconds)
        after = [cpu_seconds(pid) for pid in (*pids, database)]
        used = [end - begin for begin, end in zip(before, after, strict=True)]
        ends = ends_since(made, seconds)
        assert unfinished(made), "more files are needed"
        # Files end in groups: the slope is steadier than their number.
        slope, _ = statistics.linear_regression(ends, range(len(ends)))
        rate = slope * size / 1000
        rates.setdefault(workers, []).append(rate)
        megabytes = rate * seconds / 1000
        print(
            f"  {workers} worker{'s' if workers > 1 else ''}: {rate:.1f} kB/s; CPU for each MB of "
            f"text: workers {sum(used[:-1]) / megabytes:.1f} s, "
            f"PostgreSQL {used[-1] / megabytes:.1f} s",
            flush=True,
        )
    for process in working:
        process.stop()
    stored = index_bytes(made) - empty
    [(passages,)] = made.rows("SELECT count(*) FROM index_passages")
    assert isinstance(passages, int)
    print(f"  {passages} passages, {stored / passages:.0f} bytes of each in PostgreSQL")
    [(failed,)] = made.rows("SELECT count(*) FROM operations WHERE status = 'Failed'")
    assert failed == 0, "every file was read"
    return rates


def ends_since(made: Cluster, seconds: float) -> list[float]:
    """When files ended, of those that did in the last so many seconds."""
    rows = made.rows(
        "SELECT completed_at FROM operations WHERE completed_at > now() - "  # noqa: S608  a number
        f"interval '{seconds} seconds' ORDER BY completed_at"
    )
    return [row[0].timestamp() for row in rows if isinstance(row[0], datetime)]


def unfinished(made: Cluster) -> bool:
    return made.rows("SELECT EXISTS (SELECT FROM operations WHERE due_at <= now())") == [(True,)]


def server_of(made: Cluster) -> int:
    """The process of PostgreSQL that all others of it come from."""
    [(folder,)] = made.rows("SHOW data_directory")
    return int(Path(str(folder), "postmaster.pid").read_text().split("\n")[0])


def bare(processes: int) -> float:
    """Passages a second of processes that do nothing but embed, with one thread each."""
    command = [sys.executable, __file__, "--embed"]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for step in range(2):  # each says that it is ready, then all begin
        answers = [process.stdout.readline() for process in started if process.stdout]
        if step == 0:
            for process in started:
                assert process.stdin is not None
                print("go", file=process.stdin, flush=True)
    for process in started:
        process.wait()
    return sum(map(float, answers))


def embed() -> None:
    """What each process of `bare` does."""
    cache = platformdirs.user_cache_path("lodgepole", appauthor=False)
    embedder = OnnxRuntimeEmbedder(cache, threads=1)
    tokenizer = TokenizersTokenizer(find_model(cache).tokenizer)
    words = text(0, 40_000)
    ends = [end for _, end in tokenizer.spans(words)]
    cuts = ends[125::126]
    passages = [words[begin:end] for begin, end in pairwise(cuts)]
    asyncio.run(embedder.embed_passages(passages[:16]))
    print("ready", flush=True)
    sys.stdin.readline()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < EMBED_SECONDS:
        asyncio.run(embedder.embed_passages(passages))
        done += len(passages)
    print(done / (time.perf_counter() - began))


def index_bytes(made: Cluster) -> int:
    [(size,)] = made.rows(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
        " WHERE relname ~ '^index_' AND relkind = 'r'"
    )
    assert isinstance(size, Decimal)
    return int(size)


def cpu_seconds(pid: int) -> float:
    """Of a process and of its children that have ended or not."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if pid in (int(entry.name), int(fields[1])):
                    total += sum(int(field) for field in fields[11:15])
    return total / ticks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--turns", type=int, default=4, help="of each number of workers")
    parser.add_argument("--seconds", type=float, default=25.0, help="of each turn that count")
    parser.add_argument("--size", type=int, default=40_000, help="bytes of each file")
    parser.add_argument("--embed", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.embed:
        embed()
        return 0
    turns: list[int] = options.workers * options.turns
    most = sum(turns) * (options.seconds + SETTLE_SECONDS) * MOST_BYTES_A_SECOND
    files = round(most / options.size)
    size = options.size / 1000
    print(f"files of {size:.0f} kB of text, one thread a worker; turns of {options.seconds:.0f} s")
    bares = {workers: [bare(workers)] for workers in options.workers}
    with cluster() as made:
        rates = throughput(made, turns, files, options.size, options.seconds)
    for workers in options.workers:
        bares[workers].append(bare(workers))
    first = options.workers[0]
    together = {workers: statistics.mean(rates[workers]) for workers in options.workers}
    alone = {workers: statistics.mean(bares[workers]) for workers in options.workers}
    for workers in options.workers:
        each = [rate / base for rate, base in zip(rates[workers], rates[first], strict=True)]
        print(
            f"{workers} worker{'s' if workers > 1 else ''}: {together[workers]:.1f} kB/s in all "
            f"turns, {together[workers] / together[first]:.2f} x (turn by turn {min(each):.2f} to "
            f"{max(each):.2f}); the bare network {alone[workers]:.0f} passages/s, "
            f"{alone[workers] / alone[first]:.2f} x"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
