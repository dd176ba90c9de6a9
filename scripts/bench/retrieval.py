"""Measure retrieval on evaluation sets, without HTTP: parse, chunk, embed, index, search, score.

    python scripts/bench/retrieval.py SETDIR ... [--ablate] [--index memory|tantivy|postgres]
        [--limit N]

A set is a directory with `files/`, `queries.jsonl`, `canon.jsonl` and `meta.json`; the file
`scoring.py` beside the sets does the scoring. With `--ablate`, one line for each ingredient left
out. Vectors are kept in `--cache`, so that a second run embeds nothing. `--questions FILE` asks
other words for some of the questions, for example in another language: JSON lines of `id` and
`question`. `--endpoint URL` embeds by a server, with the prefixes of E5.
"""

import argparse
import asyncio
import hashlib
import importlib.util
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from indexes import KINDS, index_opener

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.embedders.openai import EmbeddingEndpoint, OpenAIEmbedder
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.adapters.parsers import (
    docx as docx_parser,
)
from lodgepole.adapters.parsers import (
    json as json_parser,
)
from lodgepole.adapters.parsers import (
    markdown as markdown_parser,
)
from lodgepole.adapters.parsers import (
    pdf as pypdfium2_parser,
)
from lodgepole.adapters.parsers import (
    text as text_parser,
)
from lodgepole.ingestion.chunking import chunk
from lodgepole.limits import Limits
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    Passage,
    Upload,
)
from lodgepole.ports.embedder import Embedder
from lodgepole.ports.index import Index, IndexedFile, IndexedPassage
from lodgepole.retrieval.fusion import Weights
from lodgepole.retrieval.search import Recipe, Search
from lodgepole.retrieval.snippet_packing import Growth
from lodgepole.text.analyzer import file_words, passage_words
from lodgepole.text.languages import detect_language

PARSERS = {
    "pdf": pypdfium2_parser.parse,
    "docx": docx_parser.parse,
    "md": markdown_parser.parse,
    "txt": text_parser.parse,
    "json": json_parser.parse,
}
KINDS_OF_FILES = {
    "pdf": FileKind.PDF, "docx": FileKind.DOCX, "md": FileKind.MARKDOWN, "txt": FileKind.TEXT,
    "json": FileKind.JSON,
}  # fmt: skip
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASSISTANT = Assistant(
    id="bench", project_id="bench", name="bench", status=AssistantStatus.READY,
    instructions=None, metadata=None, region="us", created_at=NOW, updated_at=NOW,
)  # fmt: skip
COLUMNS = {
    "recall@4": ("recall@4", ".4f"),
    "recall_in_4000tok": ("recall in 4,000 tokens", ".4f"),
    "ndcg@10": ("nDCG@10", ".4f"),
    "recall@1": ("recall@1", ".4f"),
    "page_claim_prec": ("precision of pages", ".4f"),
    "page_claim_recall": ("recall of pages", ".4f"),
    "ctx_tokens@4": ("tokens of the first 4", ".0f"),
    "p50_ms": ("median ms", ".1f"),
}
"""What is shown of each measurement: its heading and how its numbers are written."""

NO_PRIOR = Weights(file_body=0.0, file_lead=0.0, file_name=0.0)
NO_NAMES = Weights(file_name=0.0)
NO_GROWTH = Growth(first=1, others=1, merged=1)
ABLATIONS: dict[str, tuple[Recipe, set[str]]] = {
    "whole recipe": (Recipe(), set()),
    "without vectors": (Recipe(dense=False), set()),
    "without words": (Recipe(words=False), set()),
    "without the file prior": (Recipe(weights=NO_PRIOR), set()),
    "without files' names": (Recipe(weights=NO_NAMES), set()),
    "without growth": (Recipe(growth=NO_GROWTH), set()),
    "without headers": (Recipe(), {"header"}),
    "without stemming": (Recipe(), {"stem"}),
}


class ListedFiles:
    """The one thing that Search asks of a catalog."""

    def __init__(self, files: list[File]) -> None:
        self._files = files

    async def available_files(self, assistant_id: str) -> list[File]:  # noqa: ARG002  the port's
        return self._files


def load_scoring(directory: Path) -> Any:
    spec = importlib.util.spec_from_file_location("scoring", directory / "scoring.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scoring"] = module
    spec.loader.exec_module(module)
    return module


def file_of(path: Path) -> File:
    upload = Upload(
        name=path.name, kind=KINDS_OF_FILES[path.suffix[1:]], size=0, crc32c="", sha256="",
        metadata=None, multimodal=False,
    )  # fmt: skip
    return File(
        id=hashlib.sha256(path.name.encode()).hexdigest()[:16], assistant_id="bench",
        upload=upload, status=FileStatus.AVAILABLE, created_at=NOW, updated_at=NOW, generation=1,
    )  # fmt: skip


class Bench:
    def __init__(
        self, directory: Path, cache: Path, target_tokens: int, embedder: Embedder
    ) -> None:
        self.directory, self.cache, self.target_tokens = directory, cache, target_tokens
        self.embedder = embedder
        self.tokenizer = TokenizersTokenizer(find_model(cache / "models").tokenizer)
        self.files: list[tuple[File, str, list[Passage], np.ndarray]] = []
        self.times: dict[str, float] = {}

    async def ingest(self) -> None:
        for path in sorted((self.directory / "files").iterdir()):
            start = time.process_time()
            document = PARSERS[path.suffix[1:]](path, path.name, Limits())
            parsed = time.process_time()
            passages = chunk(
                document, file_name=path.name, tokenizer=self.tokenizer,
                target_tokens=self.target_tokens,
            )  # fmt: skip
            chunked = time.process_time()
            vectors = await self._vectors([passage.text for passage in passages])
            self._took("parse", parsed - start)
            self._took("chunk", chunked - parsed)
            self._took("embed", time.process_time() - chunked)
            self.files.append((file_of(path), document.text, passages, vectors))

    def _took(self, what: str, seconds: float) -> None:
        self.times[what] = self.times.get(what, 0.0) + seconds

    async def _vectors(self, texts: list[str]) -> np.ndarray:
        identity = self.embedder.identity
        key = hashlib.sha256(repr((identity, texts)).encode()).hexdigest()
        path = self.cache / f"{key}.npy"
        if not path.exists():
            np.save(path, await self.embedder.embed_passages(texts))
        return np.load(path)

    async def build(self, index: Index, without: set[str]) -> None:
        for file, text, passages, vectors in self.files:
            language = "und" if "stem" in without else detect_language(text)
            name = file.upload.name
            await index.add(
                ASSISTANT.id,
                IndexedFile(
                    version=file.version,
                    language=language,
                    lead_words=file_words(name, text, language),
                    passages=[
                        IndexedPassage(
                            passage=passage,
                            words=passage_words(
                                passage.text,
                                "" if "header" in without else passage.header,
                                language,
                            ),
                        )
                        for passage in passages
                    ],
                    vectors=vectors,
                    embedder=self.embedder.identity,
                ),
            )


async def measure(
    bench: Bench, index: Index, evaluation: Any, recipe: Recipe, limit: int, *, scoped: bool
) -> dict[str, float]:
    by_name = {file.upload.name: file for file, *_ in bench.files}
    everything = Search(
        index, bench.embedder, bench.tokenizer, ListedFiles(list(by_name.values())), recipe=recipe
    )  # type: ignore[arg-type]
    scores: list[dict[str, float]] = []
    latencies: list[float] = []
    for query in evaluation.q[: limit or None]:
        search = everything
        if scoped and query.get("scope"):
            search = Search(
                index, bench.embedder, bench.tokenizer, ListedFiles([by_name[query["scope"]]]),
                recipe=recipe,
            )  # fmt: skip
        start = time.perf_counter()
        snippets = await search.find(ASSISTANT, query["question"])
        latencies.append(time.perf_counter() - start)
        returned = [
            {"file": s.file.upload.name, "text": s.text, "pages": list(s.pages), "score": s.score}
            for s in snippets
        ]
        scores.append(sys.modules["scoring"].score_query(evaluation, query, returned))
    result = sys.modules["scoring"].aggregate(scores)
    result["p50_ms"] = float(np.median(latencies) * 1000)
    return result


def print_row(name: str, result: dict[str, float]) -> None:
    cells = (
        f"{result.get(key, float('nan')):>{len(heading)}{form}}"
        for key, (heading, form) in COLUMNS.items()
    )
    print(f"{name:<28}", *cells, sep="  ")


async def opened_embedder(arguments: argparse.Namespace) -> Embedder:
    if arguments.endpoint is None:
        return OnnxRuntimeEmbedder(arguments.cache / "models")
    return await OpenAIEmbedder.connect(
        EmbeddingEndpoint(
            base_url=arguments.endpoint,
            model="multilingual-e5-small",
            query_prefix="query: ",
            document_prefix="passage: ",
            timeout_seconds=600,
        )
    )


def ask_in_other_words(evaluation: Any, path: Path) -> None:
    """Keep the set's questions that the file has, in its words."""
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    words = {line["id"]: line["question"] for line in lines}
    evaluation.q = [
        {**query, "question": words[query["id"]]} for query in evaluation.q if query["id"] in words
    ]


async def run(arguments: argparse.Namespace) -> None:
    for directory in arguments.sets:
        scoring = load_scoring(directory.resolve().parent)
        evaluation = scoring.EvalSet(str(directory))
        if arguments.questions is not None:
            ask_in_other_words(evaluation, arguments.questions)
        embedder = await opened_embedder(arguments)
        bench = Bench(directory, arguments.cache, arguments.target_tokens, embedder)
        await bench.ingest()
        count = sum(len(passages) for _, _, passages, _ in bench.files)
        times = ", ".join(f"{what} {seconds:.1f}" for what, seconds in bench.times.items())
        asked = f"{len(evaluation.q)} questions, {count} passages"
        print(f"\n{evaluation.meta['name']}: {asked}; CPU seconds: {times}")
        print(" " * 28, *(heading for heading, _ in COLUMNS.values()), sep="  ")
        rows = ABLATIONS if arguments.ablate else {"whole recipe": ABLATIONS["whole recipe"]}
        for name, (recipe, without) in rows.items():
            with index_opener(arguments.index) as opener:
                index = opener()
                await bench.build(index, without)
                result = await measure(
                    bench, index, evaluation, recipe, arguments.limit, scoped=arguments.scoped
                )
                await index.close()
            print_row(name, result)
        await bench.embedder.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--index", choices=KINDS, default="tantivy")
    parser.add_argument("--limit", type=int, default=0, help="first N queries only")
    parser.add_argument("--scoped", action="store_true", help="search only the query's own file")
    parser.add_argument("--questions", type=Path, help="other words for some of the questions")
    parser.add_argument("--endpoint", help="embeddings with the prefixes of E5, up to and with /v1")
    parser.add_argument("--target-tokens", type=int, default=128)
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "lodgepole-bench"
    )
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
