"""Ask the same passages and vectors of Lodgepole, Chroma, Qdrant and Haystack, in turns.

    python scripts/bench/peers.py SETDIR ... [--limit N]

It needs the peers beside Lodgepole in one environment: `make bench-peers` makes one in `.peers`.
Everybody is given the question's vector, so that its embedding is in nobody's time, and each
question is asked of all, once, the first one changing from question to question. Lodgepole and
Haystack look by meaning and by words, Chroma and Qdrant (both in memory) by meaning alone; what
Lodgepole returns is grown to snippets and cut to their size, what the others return is passages.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import chromadb
import numpy as np
from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from indexes import index_opener
from qdrant_client import QdrantClient, models

import retrieval
from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder
from lodgepole.retrieval.search import Search

FIRST = 16  # passages that each returns
ADDED_AT_ONCE = 500

Row = dict[str, Any]
Asked = Callable[[str, np.ndarray], Awaitable[list[Row]]]


class Prepared:
    """An embedder that has embedded the questions before anybody is asked."""

    def __init__(self, embedder: OnnxRuntimeEmbedder, vectors: dict[str, np.ndarray]) -> None:
        self.identity = embedder.identity
        self._vectors = vectors

    async def embed_query(self, text: str) -> np.ndarray:
        return self._vectors[text]


def lodgepole(bench: retrieval.Bench, index: Any, vectors: dict[str, np.ndarray]) -> Asked:
    files = retrieval.ListedFiles([file for file, *_ in bench.files])
    search = Search(index, Prepared(bench.embedder, vectors), bench.tokenizer, files)  # type: ignore[arg-type]

    async def ask(question: str, _: np.ndarray) -> list[Row]:
        return [
            {"file": s.file.upload.name, "text": s.text, "pages": list(s.pages), "score": s.score}
            for s in await search.find(retrieval.ASSISTANT, question)
        ]

    return ask


def chroma(rows: list[Row], vectors: np.ndarray) -> Asked:
    collection = chromadb.EphemeralClient().create_collection(
        uuid4().hex, configuration={"hnsw": {"space": "cosine"}}
    )
    for begin in range(0, len(rows), ADDED_AT_ONCE):
        part = slice(begin, begin + ADDED_AT_ONCE)
        collection.add(
            ids=[str(number) for number in range(len(rows))[part]],
            embeddings=vectors[part],  # type: ignore[arg-type]
            documents=[row["text"] for row in rows[part]],
        )

    async def ask(_: str, vector: np.ndarray) -> list[Row]:
        found = collection.query(query_embeddings=vector[None], n_results=FIRST)  # type: ignore[arg-type]
        return [rows[int(number)] for number in found["ids"][0]]

    return ask


def qdrant(rows: list[Row], vectors: np.ndarray) -> Asked:
    client = QdrantClient(":memory:")
    client.create_collection(
        "bench",
        vectors_config=models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE),
    )
    client.upload_collection("bench", vectors=vectors, payload=rows, ids=list(range(len(rows))))

    async def ask(_: str, vector: np.ndarray) -> list[Row]:
        found = client.query_points("bench", query=vector.tolist(), limit=FIRST)
        return [dict(point.payload or {}) for point in found.points]

    return ask


def haystack(rows: list[Row], vectors: np.ndarray) -> Asked:
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=str(number), content=row["text"], embedding=vector.tolist())
            for number, (row, vector) in enumerate(zip(rows, vectors, strict=True))
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=FIRST)
    meaning = InMemoryEmbeddingRetriever(store, top_k=FIRST)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=FIRST)

    async def ask(question: str, vector: np.ndarray) -> list[Row]:
        both = [
            words.run(query=question)["documents"],
            meaning.run(query_embedding=vector.tolist())["documents"],
        ]
        return [rows[int(found.id)] for found in joiner.run(documents=both)["documents"]]

    return ask


async def compare(directory: Path, scoring: Any, cache: Path, limit: int) -> None:
    evaluation = scoring.EvalSet(str(directory))
    embedder = OnnxRuntimeEmbedder(cache / "models")
    bench = retrieval.Bench(directory, cache, 128, embedder)
    await bench.ingest()
    rows = [
        {"file": file.upload.name, "text": p.text, "pages": [p.page] if p.page else [], "score": 0}
        for file, _, passages, _ in bench.files
        for p in passages
    ]
    vectors = np.concatenate([each for *_, each in bench.files])
    queries = evaluation.q[: limit or None]
    asked = {q["question"]: await embedder.embed_query(q["question"]) for q in queries}
    with index_opener("tantivy") as opener:
        index = opener()
        await bench.build(index, set())
        contenders = {
            "Lodgepole": lodgepole(bench, index, asked),
            "Chroma": chroma(rows, vectors),
            "Qdrant, in memory": qdrant(rows, vectors),
            "Haystack, hybrid": haystack(rows, vectors),
        }
        took: dict[str, list[float]] = {name: [] for name in contenders}
        scores: dict[str, list[Any]] = {name: [] for name in contenders}
        names = list(contenders)
        for number, query in enumerate(queries):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                begun = time.perf_counter()
                found = await contenders[name](query["question"], asked[query["question"]])
                took[name].append((time.perf_counter() - begun) * 1000)
                scores[name].append(scoring.score_query(evaluation, query, found))
        await index.close()
    await embedder.close()
    print(f"\n{evaluation.meta['name']}: {len(rows)} passages, {len(queries)} questions")
    print(f"{'':<20}  p50 ms  p95 ms  recall@4  tokens of the first 4")
    for name in names:
        p50, p95 = np.percentile(took[name], [50, 95])
        whole = scoring.aggregate(scores[name])
        recall, tokens = whole["recall@4"], whole["ctx_tokens@4"]
        print(f"{name:<20}  {p50:6.1f}  {p95:6.1f}  {recall:8.3f}  {tokens:21.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="first N queries only")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "lodgepole-bench"
    )
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    for directory in arguments.sets:
        scoring = retrieval.load_scoring(directory.resolve().parent)
        asyncio.run(compare(directory, scoring, arguments.cache, arguments.limit))


if __name__ == "__main__":
    main()
