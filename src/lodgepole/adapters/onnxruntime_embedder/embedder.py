"""The Embedder port on onnxruntime."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lodgepole.adapters.onnxruntime_embedder.conversion import converted_model
from lodgepole.adapters.onnxruntime_embedder.graph import DIMENSION, MAX_TOKENS, Form
from lodgepole.adapters.onnxruntime_embedder.weights import MODEL, find_model
from lodgepole.ports import EmbedderIdentity, Vector, Vectors

BATCH_TOKENS = 1024  # padded; 8 passages of 128: larger ones gain nothing and delay queries
WINDOW_TEXTS = 512  # sorted by length together, so that a batch holds equals
MAX_CHARS = 16_384  # of one text; far beyond MAX_TOKENS of any text with words in it

Ids = npt.NDArray[np.int32]


class OnnxRuntimeEmbedder:
    """Embeds with all-MiniLM-L6-v2; a text's tokens beyond the 256th are ignored.

    Passages run on `threads` threads, one batch each; queries have a thread of their own and so
    never wait for a passage.
    """

    def __init__(self, cache_dir: Path, *, threads: int = 0, form: Form = "int8") -> None:
        """Load the model, converting it when this is the first time on this machine.

        Args:
            cache_dir: Holds the converted model, and the pulled one where no package has it.
            threads: Batches of passages run at once; 0 means one per core.
            form: `int8` or `f32`.

        Raises:
            ModelMissing: The weights are not on this machine.
            ModelCorrupt: They are not the published ones.
        """
        self._tokenizer = _load_tokenizer(find_model(cache_dir).tokenizer)
        self._session = _load_session(converted_model(cache_dir, form))
        self._form = form
        self._threads = threads or os.cpu_count() or 1
        self._passage_pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embed-passages")
        self._query_pool = ThreadPoolExecutor(1, thread_name_prefix="embed-query")

    @property
    def identity(self) -> EmbedderIdentity:
        return EmbedderIdentity(
            engine=f"onnxruntime-{self._form}", model=MODEL, dimension=DIMENSION
        )

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for begin in range(0, len(texts), WINDOW_TEXTS):
            window = texts[begin : begin + WINDOW_TEXTS]
            await self._embed_window(window, vectors[begin : begin + WINDOW_TEXTS])
        return vectors

    async def embed_query(self, text: str) -> Vector:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._query_pool, self._embed_one, text)

    async def close(self) -> None:
        """Stop the threads once their batches are done."""
        for pool in (self._passage_pool, self._query_pool):
            await asyncio.to_thread(partial(pool.shutdown, cancel_futures=True))

    async def _embed_window(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Fill `vectors` with one row per text."""
        loop = asyncio.get_running_loop()
        pool = self._passage_pool
        rows = await loop.run_in_executor(pool, self._tokenise, texts)
        batches = iter(list(_batches(rows)))

        async def take_batches() -> None:
            for batch in batches:
                part = await loop.run_in_executor(pool, self._run, [rows[i] for i in batch])
                vectors[batch] = part

        async with asyncio.TaskGroup() as group:
            for _ in range(self._threads):
                group.create_task(take_batches())

    def _embed_one(self, text: str) -> Vector:
        return self._run(self._tokenise([text]))[0]

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, [CLS] and [SEP] included, at most MAX_TOKENS."""
        encode = self._tokenizer.encode
        return [encode(text[:MAX_CHARS]).ids for text in texts]

    def _run(self, rows: Sequence[list[int]]) -> Vectors:
        width = max(len(row) for row in rows)
        ids: Ids = np.zeros((len(rows), width), np.int32)
        mask: Ids = np.zeros((len(rows), width), np.int32)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        (vectors,) = self._session.run(("embedding",), {"input_ids": ids, "attention_mask": mask})
        return vectors


def _batches(rows: Sequence[list[int]]) -> Iterator[list[int]]:
    """Indices of rows of like length, at most BATCH_TOKENS a batch once padded."""
    batch: list[int] = []
    width = 0
    for index in sorted(range(len(rows)), key=lambda i: (len(rows[i]), i)):
        width = len(rows[index])  # ascending, so the newest is the longest
        if batch and width * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _load_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415  loads a native library; only this adapter's users pay

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _load_session(model: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415  0.1 s and 30 MB that a server with another embedder saves

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
