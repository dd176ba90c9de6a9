"""How much faster files are read by two worker processes than by one, on PostgreSQL and S3.

Files wait in the queue before the workers start. What counts is the middle of the run, between the
first and the last fifth of the files, so that neither starting nor the end of the queue counts.
Each worker embeds with one thread: give the machine as many cores as the most workers.

    python scripts/bench_workers.py --workers 1 2
"""

import argparse
import contextlib
import os
import random
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Event

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from cluster import KEY, Cluster, cluster

ASSISTANTS = 4
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
        started = [made.worker() for _ in range(workers)]
        while made.rows("SELECT count(*) FROM operations WHERE status = 'Processing'") != [(0,)]:
            Event().wait(0.25)
        cpu = sum(cpu_seconds(process.popen.pid) for process in started)
    rows = made.rows("SELECT status, completed_at FROM operations ORDER BY completed_at")
    assert {row[0] for row in rows} == {"Completed"}, "every file was read"
    stored = index_bytes(made) - empty
    [(passages,)] = made.rows("SELECT count(*) FROM index_passages")
    assert isinstance(passages, int)
    print(
        f"  workers' CPU {cpu / files / size * 1e6:.1f} s for each MB of text, starting included; "
        f"{passages} passages, {stored / passages:.0f} bytes of each in PostgreSQL"
    )
    ends = [row[1] for row in rows if isinstance(row[1], datetime)]
    fifth = len(ends) // 5
    middle = ends[fifth:-fifth]
    return (len(middle) - 1) * size / 1000 / (middle[-1] - middle[0]).total_seconds()


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
    parser.add_argument("--files", type=int, default=120)
    parser.add_argument("--size", type=int, default=10_000, help="bytes of each file")
    options = parser.parse_args()
    print(f"{options.files} files of {options.size / 1000:.0f} kB of text, one thread a worker")
    first = 0.0
    for workers in options.workers:
        with cluster() as made:
            rate = throughput(made, workers, options.files, options.size)
        first = first or rate
        print(
            f"{workers} worker{'s' if workers > 1 else ''}: {rate:.1f} kB/s, {rate / first:.2f} x",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
