"""The Embedder port on onnxruntime."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lodgepole.adapters.embedders.builtin.conversion import converted_model
from lodgepole.adapters.embedders.builtin.graph import DIMENSION, Form
from lodgepole.adapters.embedders.builtin.network import Network
from lodgepole.adapters.embedders.builtin.self_test import passes
from lodgepole.adapters.embedders.builtin.weights import MODEL, find_model
from lodgepole.adapters.inference.thread_priority import step_back
from lodgepole.errors import Unavailable
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors

STEP_TEXTS = 16  # embedded by one thread before it looks for other work; about 0.1 s


class OnnxRuntimeEmbedder:
    """Embeds with all-MiniLM-L6-v2; a text counts up to its 254th token.

    Each text runs by itself: batches gain nothing on a CPU, would be padded, and in int8 a text's
    vector would depend on its neighbours. Passages run on `threads` threads; queries have a thread
    of their own, so they never wait for a passage.
    """

    def __init__(self, cache_dir: Path, *, threads: int = 0, form: Form = "int8") -> None:
        """Load the model (0.2 CPU-seconds), converting it first where that was never done.

        Args:
            cache_dir: Holds the converted model, and the pulled one where no package has it.
            threads: Passages embedded at once; 0 means one per core.
            form: What to try; int8 gives way to f32 where it fails the self-test.

        Raises:
            ModelMissing: The weights are not on this machine.
            ModelCorrupt: They are not the published ones.
            Unavailable: onnxruntime computes something else than the model on this machine.
        """
        self._network, self._form = _sound_network(cache_dir, form)
        self._threads = threads or os.cpu_count() or 1
        self._passage_pool = ThreadPoolExecutor(
            self._threads, thread_name_prefix="embed-passages", initializer=step_back
        )
        self._query_pool = ThreadPoolExecutor(1, thread_name_prefix="embed-query")

    @property
    def identity(self) -> EmbedderIdentity:
        return EmbedderIdentity(
            engine=f"onnxruntime-{self._form}", model=MODEL, dimension=DIMENSION
        )

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        loop = asyncio.get_running_loop()
        steps = iter(range(0, len(texts), STEP_TEXTS))

        def embed(begin: int) -> None:
            for row, text in enumerate(texts[begin : begin + STEP_TEXTS], begin):
                vectors[row] = self._network.embed(text)

        async def take_steps() -> None:
            for begin in steps:  # shared: whoever is free takes the next
                await loop.run_in_executor(self._passage_pool, embed, begin)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._threads):
                group.create_task(take_steps())
        return vectors

    async def embed_query(self, text: str) -> Vector:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._query_pool, self._network.embed, text)

    async def close(self) -> None:
        """Stop the threads once their steps are done; embedding is over."""
        for pool in (self._passage_pool, self._query_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._passage_pool.shutdown)


def _sound_network(cache_dir: Path, form: Form) -> tuple[Network, Form]:
    forms: tuple[Form, ...] = ("int8", "f32") if form == "int8" else ("f32",)
    tokenizer = find_model(cache_dir).tokenizer
    for candidate in forms:
        network = Network(converted_model(cache_dir, candidate), tokenizer)
        if passes(network.embed, candidate):
            return network, candidate
    raise Unavailable(
        f"onnxruntime does not compute {MODEL} correctly on this machine. "
        "Configure an embedding endpoint, or install another version of onnxruntime."
    )
