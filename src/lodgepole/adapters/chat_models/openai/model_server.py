"""Context windows of models, as servers of OpenAI's format report them.

Each kind of server tells it somewhere else: llama.cpp at `/props`, Ollama at `/api/ps` and
`/api/show`, LM Studio at `/api/v0/models`, vLLM and others in the list of models.
"""

import asyncio
from typing import Any

import httpx2

from lodgepole.adapters.chat_models.openai.status_json import as_object, as_objects, read_object

ASK_SECONDS = 2.0  # for all questions together; a server that loads a model is slow to answer
REMEMBERED_SECONDS = 600.0  # a model may be loaded anew with another window
LEAST_TOKENS, MOST_TOKENS = 512, 10_000_000
OLLAMA_TOKENS = (
    4_096  # its window where nobody has set another; what is beyond is cut off in silence
)
BODY_BYTES = 4_000_000


class OpenAiModelServer:
    """See `ModelServer`.

    Args:
        base_url: As that of the chat model, up to and without `/models`.
        api_key: None where the endpoint wants none.
    """

    def __init__(self, base_url: str, *, api_key: str | None) -> None:
        self._base = base_url.rstrip("/")
        self._root = self._base.removesuffix("/v1")
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client: httpx2.AsyncClient | None = None
        self._known: dict[str, tuple[float, int | None]] = {}

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()

    async def context_tokens(self, model: str) -> int | None:
        """See `ModelServer.context_tokens`."""
        now = asyncio.get_running_loop().time()
        asked_at, tokens = self._known.get(model, (-REMEMBERED_SECONDS, None))
        if now - asked_at >= REMEMBERED_SECONDS:
            tokens = await self._ask(model)
            self._known = {**dict([*self._known.items()][-100:]), model: (now, tokens)}
        return tokens

    async def _ask(self, model: str) -> int | None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                for question in (self._llama_cpp, self._ollama, self._lm_studio, self._listed):
                    tokens = await question(model)
                    if tokens is not None and LEAST_TOKENS <= tokens <= MOST_TOKENS:
                        return tokens
        except TimeoutError:
            return None
        return None

    async def _llama_cpp(self, _: str) -> int | None:
        settings = as_object(
            (await self._json("GET", f"{self._root}/props")).get("default_generation_settings")
        )
        return _count(settings.get("n_ctx"))

    async def _ollama(self, model: str) -> int | None:
        running = await self._json("GET", f"{self._root}/api/ps")
        if "models" not in running:
            return None
        for loaded in as_objects(running.get("models")):
            if model in (loaded.get("name"), loaded.get("model")):
                return _count(loaded.get("context_length")) or OLLAMA_TOKENS
        shown = await self._json("POST", f"{self._root}/api/show", {"model": model})
        for line in str(shown.get("parameters") or "").splitlines()[:100]:
            name, _, value = line.strip().partition(" ")
            if name == "num_ctx" and value.strip().isdigit():
                return int(value)
        return OLLAMA_TOKENS

    async def _lm_studio(self, model: str) -> int | None:
        for found in as_objects(
            (await self._json("GET", f"{self._root}/api/v0/models")).get("data")
        ):
            if found.get("id") == model:
                return _count(found.get("loaded_context_length"))
        return None

    async def _listed(self, model: str) -> int | None:
        for found in as_objects((await self._json("GET", f"{self._base}/models")).get("data")):
            if found.get("id") == model:
                for name in ("max_model_len", "context_window", "context_length"):
                    tokens = _count(found.get(name))
                    if tokens is not None:
                        return tokens
        return None

    async def _json(self, method: str, url: str, body: Any = None) -> dict[str, Any]:
        """The answer's object; an empty one where the server has no such thing."""
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=ASK_SECONDS)
        return await read_object(
            self._client,
            method,
            url,
            most_bytes=BODY_BYTES,
            headers=self._headers,
            body=body,
        )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
