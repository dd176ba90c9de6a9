"""Part of the wiring: embedder and reranker, from the settings."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder
from lodgepole.adapters.embedders.onnx import OnnxDirectoryEmbedder
from lodgepole.adapters.rerankers.onnx import OnnxDirectoryReranker
from lodgepole.errors import InvalidRequest
from lodgepole.ports.clock import Clock
from lodgepole.ports.embedder import Embedder, EmbedderIdentity, Vector, Vectors
from lodgepole.ports.reranker import Reranker
from lodgepole.ports.telemetry import Metrics
from lodgepole.retrieval.embedders import Embedders
from lodgepole.retrieval.reranking import Reranking
from lodgepole.runtime.model_presets import preset_embedder, preset_reranker
from lodgepole.runtime.retrieval_settings import (
    BuiltinEmbedderSettings,
    EndpointRerankerSettings,
    OnnxEmbedderSettings,
    OnnxRerankerSettings,
    OpenAIEmbedderSettings,
    PresetEmbedderSettings,
    PresetRerankerSettings,
)
from lodgepole.runtime.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
_BUILTIN_ENGINE = "onnxruntime-"
_BUILTIN = EmbedderIdentity(
    engine=f"{_BUILTIN_ENGINE}int8", model="all-MiniLM-L6-v2", dimension=384
)
_FormerSettings = (
    BuiltinEmbedderSettings | OpenAIEmbedderSettings | OnnxEmbedderSettings | PresetEmbedderSettings
)


async def open_embedders(settings: Settings, closing: AsyncExitStack) -> Embedders:
    """The configured embedder; former ones are opened when they are needed.

    All are closed with `closing`.

    Raises:
        InvalidRequest: The key is missing.
        Unavailable: The model is missing, or its endpoint does not answer.
        UpstreamRejected: The endpoint refuses the key or the model.
    """
    opener = _Opener(settings, closing)
    return Embedders(await opener.open(settings.embedder), opener.find_former)


def judging_embedder(settings: Settings, embedders: Embedders) -> Embedder:
    """Return the embedder that compares sentences, whatever passages are embedded with.

    Its cosines are what the thresholds of quoting and of judging answers were measured with;
    other models crowd theirs between 0.7 and 0.9. It is opened when it is first needed.
    """
    if isinstance(settings.embedder, BuiltinEmbedderSettings):
        return embedders.configured
    return _Judging(embedders)


class _Judging:
    """The built-in embedder, opened late; the configured one where its model is missing."""

    def __init__(self, embedders: Embedders) -> None:
        self._embedders = embedders

    @property
    def identity(self) -> EmbedderIdentity:
        return _BUILTIN

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return await (await self._chosen()).embed_passages(texts)

    async def embed_query(self, text: str) -> Vector:
        return await (await self._chosen()).embed_query(text)

    async def _chosen(self) -> Embedder:
        for form in ("int8", "f32"):
            found = await self._embedders.of(replace(_BUILTIN, engine=f"{_BUILTIN_ENGINE}{form}"))
            if found is not None:
                return found
        return self._embedders.configured


async def open_reranking(
    settings: Settings, clock: Clock, closing: AsyncExitStack, metrics: Metrics | None = None
) -> Reranking | None:
    """The configured reranker, or None; closed with `closing`.

    Raises:
        Unavailable: The ONNX directory does not hold a cross-encoder.
        InvalidRequest: The preset is unknown, or was not pulled.
    """
    chosen = settings.reranker
    if isinstance(chosen, PresetRerankerSettings):
        chosen = preset_reranker(settings, chosen)
    match chosen:
        case EndpointRerankerSettings():
            # An HTTP client, which costs a tenth of a second of CPU.
            from lodgepole.adapters.rerankers.endpoint import HttpReranker, RerankEndpoint

            endpoint = HttpReranker(
                RerankEndpoint(
                    base_url=chosen.base_url,
                    wire=chosen.wire,
                    model=chosen.model,
                    api_key=chosen.api_key.get_secret_value() if chosen.api_key else None,
                    timeout_seconds=chosen.timeout_seconds,
                )
            )
            closing.push_async_callback(endpoint.close)
            reranker: Reranker = endpoint
        case OnnxRerankerSettings():
            local = await asyncio.to_thread(
                OnnxDirectoryReranker,
                chosen.path,
                max_tokens=chosen.max_tokens,
                threads=settings.worker_threads,
            )
            closing.push_async_callback(local.close)
            reranker = local
        case _:
            return None
    return Reranking(
        reranker,
        clock,
        top_n=chosen.top_n,
        timeout_seconds=chosen.timeout_seconds,
        metrics=metrics,
    )


class _Opener:
    def __init__(self, settings: Settings, closing: AsyncExitStack) -> None:
        self._settings = settings
        self._closing = closing

    async def open(self, chosen: _FormerSettings) -> Embedder:
        match chosen:
            case OpenAIEmbedderSettings():
                return await self._remote(chosen)
            case OnnxEmbedderSettings():
                return await self._directory(chosen)
            case PresetEmbedderSettings():
                return await self._directory(preset_embedder(self._settings, chosen))
            case BuiltinEmbedderSettings():
                return await self._builtin("int8")

    async def find_former(self, identity: EmbedderIdentity) -> Embedder | None:
        """The built-in one in the form it had, or the one kept under `[former_embedder]`."""
        if identity.engine == f"{_BUILTIN_ENGINE}f32":
            return await self._builtin("f32")
        if identity.engine.startswith(_BUILTIN_ENGINE):
            return await self._builtin("int8")
        former = self._settings.former_embedder
        return None if former is None else await self.open(former)

    async def _builtin(self, form: str) -> Embedder:
        embedder = await asyncio.to_thread(
            OnnxRuntimeEmbedder,
            self._settings.cache_dir,
            threads=self._settings.worker_threads,
            form="f32" if form == "f32" else "int8",
        )
        self._closing.push_async_callback(embedder.close)
        return embedder

    async def _remote(self, chosen: OpenAIEmbedderSettings) -> Embedder:
        # An HTTP client, which costs a tenth of a second of CPU.
        from lodgepole.adapters.embedders.openai import EmbeddingEndpoint, OpenAIEmbedder

        key, base_url = chosen.api_key, chosen.base_url
        if base_url is None:
            # The provider's own key goes to the provider's own address and nowhere else.
            provider = next((e for e in self._settings.endpoints if e.provider == "openai"), None)
            base_url = (provider.base_url if provider else None) or OPENAI_URL
            secret = key.get_secret_value() if key else provider.api_key if provider else None
            if secret is None and base_url == OPENAI_URL:
                raise InvalidRequest(
                    "The embedder is OpenAI's, but there is no key: set OPENAI_API_KEY or "
                    "LODGEPOLE_EMBEDDER__API_KEY, or base_url for another server."
                )
        else:
            secret = key.get_secret_value() if key else None
        embedder = await OpenAIEmbedder.connect(
            EmbeddingEndpoint(
                base_url=base_url,
                model=chosen.model,
                api_key=secret,
                dimensions=chosen.dimensions,
                query_prefix=chosen.query_prefix,
                document_prefix=chosen.document_prefix,
                batch_texts=chosen.batch_texts,
                parallel_requests=chosen.parallel_requests,
                timeout_seconds=chosen.timeout_seconds,
            )
        )
        self._closing.push_async_callback(embedder.close)
        return embedder

    async def _directory(self, chosen: OnnxEmbedderSettings) -> Embedder:
        embedder = await asyncio.to_thread(
            OnnxDirectoryEmbedder,
            chosen.path,
            pooling=chosen.pooling,
            max_tokens=chosen.max_tokens,
            query_prefix=chosen.query_prefix,
            document_prefix=chosen.document_prefix,
            threads=self._settings.worker_threads,
        )
        self._closing.push_async_callback(embedder.close)
        return embedder
