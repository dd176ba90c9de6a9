"""How much faster files are read by two worker processes than by one, on PostgreSQL and S3.

Files wait in the queue before the workers start. What counts is the middle of the run, between the
first and the last fifth of the files, so that neither starting nor the end of the queue counts.
Each worker embeds with one thread: give the machine as many cores as the most workers. Beside it
stands what the machine itself allows: the bare network, at work in as many processes. PostgreSQL
and the S3 server of the tests work on the same cores.

    python scripts/bench_workers.py --workers 1 2
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

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from cluster import KEY, Cluster, cluster
from lodgepole.adapters.onnxruntime_embedder import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.tokenizers_tokenizer import TokenizersTokenizer

ASSISTANTS = 4
EMBED_SECONDS = 6.0
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


def throughput(made: Cluster, workers: int, files: int, size: int) -> float:
    """kB a second, in the middle of the run."""
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
            path = f"/files/a{number % ASSISTANTS}/f{number}"
            http.put(path, files={"file": (name, text(number, size))}).raise_for_status()
        [(folder,)] = made.rows("SHOW data_directory")
        database = int(Path(str(folder), "postmaster.pid").read_text().split("\n")[0])
        database_before = cpu_seconds(database)
        started = [made.worker() for _ in range(workers)]
        while made.rows("SELECT count(*) FROM operations WHERE status = 'Processing'") != [(0,)]:
            Event().wait(1)
        cpu = sum(cpu_seconds(process.popen.pid) for process in started)
        database_cpu = cpu_seconds(database) - database_before
    rows = made.rows("SELECT status, completed_at FROM operations ORDER BY completed_at")
    assert {row[0] for row in rows} == {"Completed"}, "every file was read"
    stored = index_bytes(made) - empty
    [(passages,)] = made.rows("SELECT count(*) FROM index_passages")
    assert isinstance(passages, int)
    print(
        f"  CPU for each MB of text: workers {cpu / files / size * 1e6:.1f} s, starting included, "
        f"PostgreSQL {database_cpu / files / size * 1e6:.1f} s; "
        f"{passages} passages, {stored / passages:.0f} bytes of each in PostgreSQL"
    )
    ends = [row[1] for row in rows if isinstance(row[1], datetime)]
    fifth = len(ends) // 5
    middle = ends[fifth:-fifth]
    # Files end in groups, as they share commits: the slope is steadier than first to last.
    seconds = [(end - middle[0]).total_seconds() for end in middle]
    slope, _ = statistics.linear_regression(seconds, range(len(middle)))
    return slope * size / 1000


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
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--size", type=int, default=20_000, help="bytes of each file")
    parser.add_argument("--embed", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.embed:
        embed()
        return 0
    print(f"{options.files} files of {options.size / 1000:.0f} kB of text, one thread a worker")
    first = first_bare = 0.0
    for workers in options.workers:
        alone = bare(workers)
        with cluster() as made:
            rate = throughput(made, workers, options.files, options.size)
        first, first_bare = first or rate, first_bare or alone
        print(
            f"{workers} worker{'s' if workers > 1 else ''}: {rate:.1f} kB/s, {rate / first:.2f} x; "
            f"the bare network {alone:.0f} passages/s, {alone / first_bare:.2f} x",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
