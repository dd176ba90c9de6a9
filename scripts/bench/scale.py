"""Measure an index at size: searches, filters, changes, memory, opening, recall.

    python scripts/bench/scale.py [--index tantivy|postgres] [--sizes 10000 100000]
        [--passages 250] [--keep DIR] [--fill] [--out FILE]

Passages are made up: words as frequent as in natural text. Their vectors are mixtures: the built-in
model embeds 1,500 made sentences; each passage is two of those in random shares and a little noise,
so directions and distances are those of the model. Queries are embedded sentences of their own.
Searches are whole ones (files, filter, both rankings, fusion, packing), without embedding the
query. Every time is given in milliseconds and as a multiple of a floor measured in the same run:
one scan of all codes. Before all that, many small assistants.

Filling takes minutes. What was filled below `--keep` is found there by a later run, which then
measures at once; with `--fill` nothing is measured.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from indexes import KINDS, Opener, index_opener

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder
from lodgepole.adapters.indexes.quantization import nearest
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.metadata_filter import parse_filter
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    FileVersion,
    Passage,
    Upload,
)
from lodgepole.ports.embedder import EmbedderIdentity, Vector
from lodgepole.ports.index import IndexedFile, IndexedPassage, IndexQuery
from lodgepole.retrieval.search import Search

DIMENSION, VOCABULARY, WORDS, SENTENCES, PROBES = 384, 60_000, 90, 1_500, 64
NOISE = 0.3  # beside vectors of length 1
IDENTITY = EmbedderIdentity(engine="made-up", model="mixtures", dimension=DIMENSION)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASSISTANT = Assistant(
    id="scale", project_id="scale", name="scale", status=AssistantStatus.READY,
    instructions=None, metadata=None, region="us", created_at=NOW, updated_at=NOW,
)  # fmt: skip


WHO = (
    "the court|a farmer|our supplier|the engine|every patient|the council|an old pump|the fund|"
    "the river|a violinist|the warehouse|the new law|a nurse|the compiler|the glacier|the auditor"
)
DOES = (
    "approved|lost|measures|delayed|rejected|stores|repaired|describes|bought|cools|limits|taught"
)
WHAT = (
    "the annual report|two tons of wheat|a leaking valve|the insurance claim|its memory|the pain|"
    "a string quartet|the loading dock|the tax rate|the winter schedule|blood pressure|the index"
)
WHERE = (
    "in Oslo|during the war|after the merger|at low temperature|for small companies|since 1987|"
    "without permission|in the third quarter|on the night shift|near the coast|by mistake|in spring"
)


async def embedded() -> tuple[np.ndarray, np.ndarray]:
    """Vectors of sentences to make passages of, and of others to ask with."""
    parts = [part.split("|") for part in (WHO, DOES, WHAT, WHERE)]
    random = np.random.default_rng(0)
    sentences = dict.fromkeys(
        " ".join(words[random.integers(0, len(words))] for words in parts)
        for _ in range(2 * SENTENCES)
    )
    texts = list(sentences)[: SENTENCES + 200]
    embedder = OnnxRuntimeEmbedder(platformdirs.user_cache_path("lodgepole", appauthor=False))
    vectors = await embedder.embed_passages(texts)
    await embedder.close()
    return vectors[:SENTENCES], vectors[SENTENCES:]


class World:
    """Files by number, the same in every run."""

    def __init__(self, passages: int, base: np.ndarray, asked: np.ndarray) -> None:
        self.base, self.asked = base, asked
        syllables = [first + second for first in "bcdfghjklmnprstvwxyz" for second in "aeiou"]
        self.vocabulary = np.array(
            [
                syllables[i % 100] + syllables[i // 100 % 100] + syllables[i // 10_000]
                for i in range(VOCABULARY)
            ]
        )
        self.passages = passages

    def words(self, random: np.random.Generator, count: int) -> list[str]:
        # The n-th commonest word with a chance of 1/n, as in natural text.
        ranks = np.exp(random.random(count) * np.log(VOCABULARY)).astype(int) - 1
        return self.vocabulary[ranks].tolist()

    def vectors(self, random: np.random.Generator, count: int) -> np.ndarray:
        share = random.random((count, 1), np.float32)
        one, other = (self.base[random.integers(0, len(self.base), count)] for _ in range(2))
        noise = random.standard_normal((count, DIMENSION), np.float32) * NOISE / DIMENSION**0.5
        rows = share * one + (1 - share) * other + noise
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def file(self, number: int, generation: int = 1) -> IndexedFile:
        random = np.random.default_rng([number, generation])
        indexed: list[IndexedPassage] = []
        for ordinal in range(self.passages):
            words = self.words(random, WORDS)
            text = " ".join(words)
            passage = Passage(
                ordinal=ordinal, start=ordinal * 1000, end=ordinal * 1000 + len(text), text=text,
                page=ordinal // 4 + 1, heading_path=("Part",), header="", tokens=128, gap="\n",
            )  # fmt: skip
            indexed.append(IndexedPassage(passage=passage, words=words))
        return IndexedFile(
            version=FileVersion(f"file-{number}", generation), language="und",
            lead_words=self.words(random, 200), passages=indexed,
            vectors=self.vectors(random, self.passages), embedder=IDENTITY,
        )  # fmt: skip


def listed(number: int, generation: int = 1) -> File:
    upload = Upload(
        name=f"file-{number}.txt", kind=FileKind.TEXT, size=1, crc32c="", sha256="",
        metadata={"share": number % 100}, multimodal=False,
    )  # fmt: skip
    return File(
        id=f"file-{number}", assistant_id="scale", upload=upload, status=FileStatus.AVAILABLE,
        created_at=NOW, updated_at=NOW, generation=generation,
    )  # fmt: skip


class ListedFiles:
    def __init__(self, files: list[File]) -> None:
        self.files = files

    async def available_files(self, assistant_id: str) -> list[File]:  # noqa: ARG002  the port's
        return self.files


class NextVector:
    """An embedder that costs nothing."""

    identity = IDENTITY

    def __init__(self, world: World) -> None:
        self._world, self._random = world, np.random.default_rng(99)

    async def embed_query(self, text: str) -> Vector:  # noqa: ARG002  the port's
        return self._world.asked[self._random.integers(0, len(self._world.asked))]


@dataclass
class Truth:
    """The best passages of a few probes, found by comparing every vector."""

    probes: np.ndarray
    best: list[list[tuple[float, str, int]]] = field(default_factory=list)

    def see(self, file: IndexedFile) -> None:
        self.best = self.best or [[] for _ in self.probes]
        scores = self.probes @ file.vectors.T
        for row, found in zip(scores, self.best, strict=True):
            found += [(float(row[i]), file.version.file_id, int(i)) for i in np.argsort(-row)[:16]]
            found.sort(reverse=True)
            del found[16:]


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def timed(count: int, parallel: int, action: Callable[[], Any]) -> tuple[float, float, float]:
    """p50 and p95 in milliseconds, and actions a second."""
    times: list[float] = []

    async def one() -> None:
        start = time.perf_counter()
        await action()
        times.append((time.perf_counter() - start) * 1000)

    for _ in range(3):
        await one()
    times.clear()
    begun = time.perf_counter()
    for _ in range(count // parallel):
        await asyncio.gather(*(one() for _ in range(parallel)))
    rate = len(times) / (time.perf_counter() - begun)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95)), rate


class Run:
    def __init__(self, opener: Opener, world: World, noted: Path | None) -> None:
        self.opener, self.world, self.noted = opener, world, noted
        self.index = opener()
        self.truth = Truth(world.asked[:PROBES])
        self.files: list[File] = []
        self.random = np.random.default_rng(5)

    async def fill(self, size: int) -> float:
        """Until there are so many passages; the seconds it took, now or when it was done."""
        if self.noted is not None and self.noted.exists():
            noted = json.loads(self.noted.read_bytes())
            self.truth.best = [[tuple(found) for found in best] for best in noted["best"]]
            self.files = [listed(number) for number in range(noted["files"])]
            return noted["seconds"]
        start = time.perf_counter()
        while len(self.files) * self.world.passages < size:
            file = self.world.file(len(self.files))
            self.truth.see(file)
            await self.index.add("scale", file)
            self.files.append(listed(len(self.files)))
        seconds = time.perf_counter() - start
        if self.noted is not None:
            noted = {"best": self.truth.best, "files": len(self.files), "seconds": seconds}
            self.noted.write_text(json.dumps(noted), encoding="utf-8")
        return seconds

    async def reopen(self) -> tuple[float, float]:
        """Seconds until the first answer, and the megabytes it took."""
        await self.index.close()
        before, start = resident_mb(), time.perf_counter()
        self.index = self.opener()
        await self.index.versions("scale")
        return time.perf_counter() - start, resident_mb() - before

    def floor(self) -> float:
        """Milliseconds of one scan of as many codes."""
        shape = (DIMENSION // 64, len(self.files) * self.world.passages)
        bits = self.random.integers(0, 2**63, shape, np.uint64)
        times: list[float] = []
        for probe in self.truth.probes:
            start = time.perf_counter()
            nearest(bits, probe, 400)
            times.append((time.perf_counter() - start) * 1000)
        return float(np.median(times))

    async def recall(self) -> float:
        versions = frozenset(file.version for file in self.files)
        found = 0
        for probe, best in zip(self.truth.probes, self.truth.best, strict=True):
            query = IndexQuery(versions=versions, vector=probe, words=(), limit=200)
            hits = (await self.index.search("scale", query)).dense[:16]
            keys = {(hit.key.version.file_id, hit.key.ordinal) for hit in hits}
            found += len(keys & {(file_id, ordinal) for _, file_id, ordinal in best})
        return found / (16 * PROBES)

    async def searches(self) -> dict[str, tuple[float, float, float]]:
        search = Search(
            self.index, NextVector(self.world), MemoryTokenizer(), ListedFiles(self.files)
        )  # type: ignore[arg-type]
        filters = {"1 % of the files": parse_filter({"share": 0}),
                   "50 % of the files": parse_filter({"share": {"$lt": 50}})}  # fmt: skip

        def ask(name: str) -> Callable[[], Any]:
            return lambda: search.find(
                ASSISTANT, " ".join(self.world.words(self.random, 8)), filter=filters.get(name)
            )

        result = {name: await timed(60, 1, ask(name)) for name in ("all files", *filters)}
        result["all files, 8 at once"] = await timed(80, 8, ask("all files"))
        return result

    async def replace(self) -> tuple[float, float]:
        """Milliseconds to publish a new generation of a file and to remove the old one, p50."""
        added: list[float] = []
        removed: list[float] = []
        for generation in range(2, 9):
            file = self.world.file(0, generation)
            start = time.perf_counter()
            await self.index.add("scale", file)
            between = time.perf_counter()
            await self.index.remove("scale", [FileVersion("file-0", generation - 1)])
            added.append((between - start) * 1000)
            removed.append((time.perf_counter() - between) * 1000)
        await self.index.remove("scale", [FileVersion("file-0", 8)])
        await self.index.add("scale", self.world.file(0))
        return float(np.median(added)), float(np.median(removed))


async def measure(run: Run, size: int, *, kind: str, fill_only: bool) -> dict[str, Any]:
    filled = await run.fill(size)
    if fill_only:
        return {}
    opened, megabytes = await run.reopen()
    before = resident_mb() - megabytes
    floor = run.floor()
    searches = await run.searches()
    grown = resident_mb() - before
    added, removed = await run.replace()
    report = {
        "passages": size, "files": len(run.files), "fill_s": filled, "cold_open_s": opened,
        "open_mb": megabytes, "searched_mb": grown, "floor_ms": floor,
        "recall_at_16": await run.recall(), "replace_ms": added + removed,
        "stored": run.opener.stored(),
        "searches_ms": {name: {"p50": p50, "p95": p95, "per_second": rate}
                        for name, (p50, p95, rate) in searches.items()},
    }  # fmt: skip
    print(f"\n{kind}: {size} passages in {len(run.files)} files, filled in {filled:.0f} s")
    print(f"  cold open {opened:.2f} s, {megabytes:.0f} MB; {grown:.0f} MB after the searches")
    sizes = ", ".join(f"{what} {size / 1e6:.1f}" for what, size in report["stored"].items())
    print(f"  stored, in MB: {sizes}")
    print(f"  recall@16 against every vector {report['recall_at_16']:.4f}")
    print(f"  replace {added:.0f} ms + {removed:.0f} ms; floor (one scan) {floor:.2f} ms")
    for name, (p50, p95, rate) in searches.items():
        print(f"  {name:<22} p50 {p50:6.1f}  p95 {p95:6.1f} ms  {p95 / floor:6.1f} floors"
              f"  {rate:5.0f}/s", flush=True)  # fmt: skip
    return report


async def measure_assistants(opener: Opener, world: World, count: int, *, fill_only: bool) -> None:
    """Many assistants of one small file each, asked in no order."""
    small = World(20, world.base, world.asked)
    names = [f"assistant-{number}" for number in range(count)]
    index = opener()
    there = await index.assistants()
    for number, name in enumerate(names):
        if name not in there:
            await index.add(name, small.file(number))
    await index.close()
    if fill_only:
        return
    before = resident_mb()
    index = opener()
    random = np.random.default_rng(7)

    async def ask() -> None:
        number = int(random.integers(0, count))
        query = IndexQuery(
            versions=frozenset({listed(number).version}),
            vector=world.asked[random.integers(0, len(world.asked))],
            words=small.words(random, 8),
            limit=200,
        )
        await index.search(names[number], query)

    p50, p95, rate = await timed(600, 1, ask)
    print(f"\n{count} assistants of {small.passages} passages, any of them asked")
    print(f"  p50 {p50:6.1f}  p95 {p95:6.1f} ms  {rate:5.0f}/s, {resident_mb() - before:.0f} MB",
          flush=True)  # fmt: skip
    await index.close()


async def run_all(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    world = World(arguments.passages, *await embedded())
    if arguments.assistants:
        keep = arguments.keep and arguments.keep / "assistants" / "index"
        with index_opener(arguments.index, keep) as opener:
            await measure_assistants(opener, world, arguments.assistants, fill_only=arguments.fill)
    reports: list[dict[str, Any]] = []
    for size in arguments.sizes:
        keep = arguments.keep and arguments.keep / f"{size}-{arguments.passages}"
        with index_opener(arguments.index, keep and keep / "index") as opener:
            run = Run(opener, world, keep and keep / "noted.json")
            reports.append(await measure(run, size, kind=arguments.index, fill_only=arguments.fill))
            await run.index.close()
    return reports


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--index", choices=KINDS[1:], default="tantivy")
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--passages", type=int, default=250, help="of each file")
    parser.add_argument("--assistants", type=int, default=1000, help="small ones; 0 for none")
    parser.add_argument("--keep", type=Path, help="folder where a later run finds what was filled")
    parser.add_argument("--fill", action="store_true", help="fill, and measure nothing")
    parser.add_argument("--out", type=Path, help="JSON report")
    arguments = parser.parse_args()
    reports = asyncio.run(run_all(arguments))
    if arguments.out:
        arguments.out.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
