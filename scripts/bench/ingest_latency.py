"""How long /context takes beside a heavy ingestion, against idle, with and without workers.

python scripts/bench/ingest_latency.py --workers 0 2
"""

import argparse
import random
import statistics
import time

import httpx2
from serving import serving

SMALL_FILES = 40


def words(chance: random.Random, count: int) -> str:
    return " ".join(f"w{chance.randrange(4000)}" for _ in range(count))


def heavy_files(chance: random.Random) -> list[tuple[str, bytes]]:
    """What strains: one endless line, many records, deep lists, long prose."""
    line = words(chance, 300_000)
    records = ",".join(f'{{"n": {n}, "text": "{words(chance, 20)}"}}' for n in range(8000))
    prose = "\n\n".join(f"# Part {n}\n\n{words(chance, 150)}" for n in range(2000))
    bullets = "\n".join("  " * (n % 40) + f"- {words(chance, 8)}" for n in range(20_000))
    return [
        ("line.txt", line.encode()),
        ("records.json", f"[{records}]".encode()),
        ("prose.md", prose.encode()),
        ("bullets.md", bullets.encode()),
    ]


def measure(http: httpx2.Client, seconds: float, chance: random.Random) -> list[float]:
    """Seconds of each question, asked one after the other with a pause between."""
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        answer = http.post("/chat/small/context", json={"query": words(chance, 8)})
        taken.append(time.perf_counter() - began)
        answer.raise_for_status()
        time.sleep(0.03)
    return taken


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def run(workers: int, seconds: float) -> None:
    chance = random.Random(7)  # noqa: S311  the same words each time, not a secret
    with serving("--workers", str(workers)) as served:
        http = served.http
        for name in ("small", "heavy"):
            http.post("/assistants", json={"name": name}).raise_for_status()
        for number in range(SMALL_FILES):
            content = words(chance, 150).encode()
            http.post("/files/small", files={"file": (f"{number}.txt", content)})
        while http.get("/operations/small", params={"status": "Processing"}).json()["operations"]:
            time.sleep(0.2)
        measure(http, 2.0, chance)
        idle = measure(http, seconds / 2, chance)
        memory_idle = served.memory.now
        for name, content in heavy_files(chance):
            http.post("/files/heavy", files={"file": (name, content)}).raise_for_status()
        time.sleep(1.0)
        busy = measure(http, seconds, chance)
        left = http.get("/operations/heavy", params={"status": "Processing"}).json()["operations"]
        print(
            f"workers {workers}: /context p50 {statistics.median(idle) * 1e3:.1f} → "
            f"{statistics.median(busy) * 1e3:.1f} ms, p95 {p95(idle) * 1e3:.1f} → "
            f"{p95(busy) * 1e3:.1f} ms ({p95(busy) / p95(idle):.2f} ×), most {max(busy) * 1e3:.0f} "
            f"ms; {len(idle)} and {len(busy)} questions, {len(left)} heavy files still under way; "
            f"resident idle {sum(memory_idle.values()):.0f} MiB in {len(memory_idle)} processes, "
            f"at most {served.memory.server:.0f} MiB server, {served.memory.total:.0f} MiB in all",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 2])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    for workers in options.workers:
        run(workers, options.seconds)


if __name__ == "__main__":
    main()
