"""Measures the built-in embedder on this machine.

    uv run python scripts/bench/embed.py [--cache DIRECTORY]

Each form runs in a process of its own, so that its memory is its own. Passages have 128 tokens and
run on one thread and on one per core; a query has 14.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import platformdirs

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer

PASSAGE = "The lodgepole pine grows from Alaska to Baja California after fires. "
QUERY = "How tall does the lodgepole pine grow in the mountains?"
PASSAGES = 160
QUERIES = 200


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def rate(embedder, texts) -> tuple[float, float]:
    """Passages per CPU-second and per second."""
    cpu, wall = time.process_time(), time.perf_counter()
    asyncio.run(embedder.embed_passages(texts))
    return len(texts) / (time.process_time() - cpu), len(texts) / (time.perf_counter() - wall)


async def latencies(embedder, count: int) -> list[float]:
    """Milliseconds of each query, one after another."""
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        await embedder.embed_query(QUERY)
        taken.append((time.perf_counter() - begin) * 1000)
    return sorted(taken)


async def latencies_beside_passages(embedder, texts) -> list[float]:
    passages = asyncio.create_task(embedder.embed_passages(texts * 8))
    taken = await latencies(embedder, 60)
    passages.cancel()
    await asyncio.gather(passages, return_exceptions=True)
    return taken


def quantiles(taken: list[float]) -> str:
    return f"p50 {statistics.median(taken):.1f} ms, p95 {taken[int(len(taken) * 0.95)]:.1f} ms"


def measure(form: str, cache_dir: Path) -> None:

    tokenizer = TokenizersTokenizer(find_model(cache_dir).tokenizer)
    end = tokenizer.spans(PASSAGE * 20)[125][1]  # 126 and the two special ones
    texts = [(PASSAGE * 20)[:end]] * PASSAGES
    before, cpu = resident_mib(), time.process_time()
    embedder = OnnxRuntimeEmbedder(cache_dir, form=form)
    loaded = time.process_time() - cpu
    print(f"{embedder.identity.engine}")
    print(f"  load       {loaded:.2f} CPU-s, {resident_mib():.0f} MiB ({before:.0f} before)")
    asyncio.run(embedder.embed_passages(texts[:16]))
    one = OnnxRuntimeEmbedder(cache_dir, threads=1, form=form)
    for name, target in (("1 thread", one), (f"{os.cpu_count()} threads", embedder)):
        per_cpu, per_second = rate(target, texts)
        print(f"  {name:10} {per_cpu:.0f} passages/CPU-s, {per_second:.0f} passages/s")
    print(f"  query      {quantiles(asyncio.run(latencies(embedder, QUERIES)))}")
    beside = asyncio.run(latencies_beside_passages(embedder, texts))
    print(f"  beside     {quantiles(beside)} while every core embeds passages")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the built-in embedder.")
    default = platformdirs.user_cache_path("lodgepole", appauthor=False)
    parser.add_argument("--cache", type=Path, default=default)
    parser.add_argument("--form", choices=("int8", "f32"))
    arguments = parser.parse_args()
    if arguments.form:
        measure(arguments.form, arguments.cache)
        return
    for form in ("int8", "f32"):
        command = [sys.executable, __file__, "--cache", str(arguments.cache), "--form", form]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
