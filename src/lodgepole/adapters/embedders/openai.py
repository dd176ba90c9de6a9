"""The Embedder port on any endpoint that speaks OpenAI's `/v1/embeddings`.

Wire format: https://platform.openai.com/docs/api-reference/embeddings; Ollama, vLLM, LM Studio,
text-embeddings-inference and most gateways serve the same.
"""

import asyncio
import base64
import binascii
import logging
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import numpy as np
import orjson

from lodgepole.adapters.inference.batching import at_once
from lodgepole.adapters.inference.endpoint_requests import Address
from lodgepole.errors import DeadlineExceeded, LodgepoleError, RateLimited, Unavailable
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors

log = logging.getLogger(__name__)

RESPONSE_BYTES = 64 * 1024 * 1024
PASSAGE_ATTEMPTS = 5
QUERY_ATTEMPTS = 2  # someone waits for the answer
FIRST_PAUSE_SECONDS = 0.5  # doubled from attempt to attempt
LONGEST_PAUSE_SECONDS = 20.0  # told to wait longer, we give up: the caller's own retry is later

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingEndpoint:
    """Address of a model, and what it wants to be sent."""

    base_url: str  # up to and with `/v1`
    model: str
    api_key: str | None = field(default=None, repr=False)
    dimensions: int | None = None  # asked of the model; None is the model's own
    encoding: Literal["float", "base64"] = "float"  # base64 is a third of the size
    query_prefix: str = ""
    document_prefix: str = ""
    batch_texts: int = 64
    batch_chars: int = 100_000  # OpenAI takes 300,000 tokens a request, others less
    text_chars: int = 8_000  # of each text; 8,191 tokens is OpenAI's limit
    timeout_seconds: float = 60.0
    parallel_requests: int = 4


class OpenAIEmbedder:
    """Embeds over HTTP; rows are scaled to unit length here, whatever the model does."""

    def __init__(
        self,
        endpoint: EmbeddingEndpoint,
        dimension: int,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Use `connect` unless the vectors' dimension is known."""
        self._endpoint = endpoint
        self._dimension = dimension
        self._pause = pause
        self._slots = asyncio.Semaphore(endpoint.parallel_requests)
        self._address = Address(
            f"{endpoint.base_url.rstrip('/')}/embeddings",
            name="embedding endpoint",
            model=endpoint.model,
            api_key=endpoint.api_key,
            timeout_seconds=endpoint.timeout_seconds,
            response_bytes=RESPONSE_BYTES,
            transport=transport,
        )

    @classmethod
    async def connect(
        cls,
        endpoint: EmbeddingEndpoint,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        pause: Pause = asyncio.sleep,
    ) -> "OpenAIEmbedder":
        """Embed one word to learn the dimension, and so that a wrong key is known at start-up.

        Raises:
            UpstreamRejected: The endpoint refuses the key, the model or the request.
            RateLimited, Unavailable, DeadlineExceeded: It does not answer now, and the dimension
                is not known without it.
        """
        embedder = cls(endpoint, endpoint.dimensions or 0, transport=transport, pause=pause)
        try:
            rows = await embedder._embed(["pine"], attempts=QUERY_ATTEMPTS)
        except (RateLimited, Unavailable, DeadlineExceeded) as error:
            if endpoint.dimensions is not None:
                log.warning("Starting without the embedding endpoint: %s", error)
                return embedder
            await embedder.close()
            raise
        except LodgepoleError:
            await embedder.close()
            raise
        embedder._dimension = rows.shape[1]
        return embedder

    @property
    def identity(self) -> EmbedderIdentity:
        endpoint, model = self._endpoint, self._endpoint.model
        if endpoint.document_prefix:  # part of what passages are embedded by
            model += f"+{zlib.crc32(endpoint.document_prefix.encode()):08x}"
        return EmbedderIdentity(engine="openai", model=model, dimension=self._dimension)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._dimension), np.float32)
        sent = [self._prepared(self._endpoint.document_prefix, text) for text in texts]
        batches = iter(list(_batches(sent, self._endpoint)))

        async def take_batches() -> None:
            for begin, end in batches:  # shared: whoever is free takes the next
                async with self._slots:
                    vectors[begin:end] = await self._embed(
                        sent[begin:end], attempts=PASSAGE_ATTEMPTS
                    )

        await at_once(take_batches, self._endpoint.parallel_requests)
        return vectors

    async def embed_query(self, text: str) -> Vector:
        sent = self._prepared(self._endpoint.query_prefix, text)
        return (await self._embed([sent], attempts=QUERY_ATTEMPTS))[0]

    async def close(self) -> None:
        await self._address.close()

    def _prepared(self, prefix: str, text: str) -> str:
        # OpenAI refuses a request that holds an empty text; a space it accepts.
        return f"{prefix}{text}"[: self._endpoint.text_chars] or " "

    async def _embed(self, texts: Sequence[str], *, attempts: int) -> Vectors:
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, attempts + 1):
            try:
                return self._vectors(await self._address.ask(self._body(texts)), len(texts))
            except (RateLimited, Unavailable, DeadlineExceeded) as failure:
                asked = getattr(failure, "retry_after", None)
                wait = max(pause, asked or 0.0)
                if attempt == attempts or wait > LONGEST_PAUSE_SECONDS:
                    raise
            await self._pause(wait)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _body(self, texts: Sequence[str]) -> dict[str, Any]:
        endpoint = self._endpoint
        body: dict[str, Any] = {"model": endpoint.model, "input": texts}
        if endpoint.dimensions is not None:
            body["dimensions"] = endpoint.dimensions
        if endpoint.encoding == "base64":  # float is the default, and some refuse the field
            body["encoding_format"] = "base64"
        return body

    def _vectors(self, content: bytes, count: int) -> Vectors:
        try:
            items = orjson.loads(content)["data"]
            rows: list[Any] = [None] * count
            for position, item in enumerate(items):
                rows[item.get("index", position)] = _row(item["embedding"])
            vectors = np.array(rows, np.float32)
        except (
            ValueError, KeyError, IndexError, TypeError, AttributeError, binascii.Error
        ) as error:  # fmt: skip
            raise self._address.malformed("is not the answer that was asked for") from error
        if vectors.ndim != 2 or vectors.shape[0] != count or len(items) != count:
            raise self._address.malformed(f"does not hold {count} vectors of one length")
        if self._dimension and vectors.shape[1] != self._dimension:
            raise self._address.malformed(
                f"has {vectors.shape[1]} dimensions, not {self._dimension}"
            )
        if not np.isfinite(vectors).all():
            raise self._address.malformed("holds values that are not numbers")
        return _unit_rows(vectors)


def _row(embedding: Any) -> Any:
    """A list of numbers, or base64 of little-endian float32."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
    return embedding


def _unit_rows(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Some models give zeros for a text without words; such a row becomes near to nothing.
    vectors = np.where(lengths > 0, vectors, 1.0).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _batches(texts: Sequence[str], endpoint: EmbeddingEndpoint) -> Iterator[tuple[int, int]]:
    """`(begin, end)` of runs within the endpoint's limits; at least one text each."""
    begin = chars = 0
    for end, text in enumerate(texts):
        full = end - begin >= endpoint.batch_texts or chars + len(text) > endpoint.batch_chars
        if end > begin and full:
            yield begin, end
            begin, chars = end, 0
        chars += len(text)
    if begin < len(texts):
        yield begin, len(texts)
