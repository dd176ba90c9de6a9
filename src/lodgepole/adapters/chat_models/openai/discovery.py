"""Model servers that already run on this machine, found at their usual ports on loopback.

Each kind is known by an answer that no other server gives, so that neither Lodgepole itself nor
whatever else listens at such a port is taken for one.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from lodgepole.adapters.chat_models.openai.status_json import as_object, as_objects, read_object

LOOK_SECONDS = 0.3
"""For all servers together. A port where nobody listens says so at once, and one that is open but
silent keeps nobody waiting."""
BODY_BYTES = 1_000_000
MOST_MODELS = 200
_NO_CHAT = re.compile(
    r"embed|rerank|\bbge-|\be5-|minilm|gte-|whisper|\btts\b|\bclip\b|bert\b", re.IGNORECASE
)
"""Names of models that do not answer questions."""


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A model server on loopback.

    Attributes:
        kind: Its name, for people.
        base_url: Up to and without `/chat/completions`.
        models: Its chat models as it names them, those that are loaded first.
    """

    kind: str
    base_url: str
    models: tuple[str, ...]


_Ask = Callable[[str], Awaitable[dict[str, Any]]]


async def _ollama(ask: _Ask) -> list[str] | None:
    version, tags = await asyncio.gather(ask("/api/version"), ask("/api/tags"))
    if not isinstance(version.get("version"), str) or "models" not in tags:
        return None
    return [
        str(model.get("name"))
        for model in as_objects(tags.get("models"))
        if not _NO_CHAT.search(str(as_object(model.get("details")).get("family")))
    ]


async def _lm_studio(ask: _Ask) -> list[str] | None:
    listed = as_objects((await ask("/api/v0/models")).get("data"))
    if not listed or any("type" not in m or "state" not in m for m in listed):
        return None
    chat = [m for m in listed if m["type"] in ("llm", "vlm")]
    chat.sort(key=lambda m: m["state"] != "loaded")
    return [str(model.get("id")) for model in chat]


async def _llama_cpp(ask: _Ask) -> list[str] | None:
    props, listed = await asyncio.gather(ask("/props"), ask("/v1/models"))
    if "default_generation_settings" not in props:
        return None
    return [str(model.get("id")) for model in as_objects(listed.get("data"))]


async def _vllm(ask: _Ask) -> list[str] | None:
    listed = as_objects((await ask("/v1/models")).get("data"))
    if not listed or any(model.get("owned_by") != "vllm" for model in listed):
        return None
    return [str(model.get("id")) for model in listed]


@dataclass(frozen=True, slots=True)
class Place:
    """Usual address of a kind of server, and how it is told from others."""

    kind: str
    port: int
    chat_models: Callable[[_Ask], Awaitable[list[str] | None]]


PLACES = (
    Place("Ollama", 11434, _ollama),
    Place("LM Studio", 1234, _lm_studio),
    Place("llama.cpp", 8080, _llama_cpp),
    Place("vLLM", 8000, _vllm),
)


async def find_servers(
    places: Sequence[Place] = PLACES, *, besides: Collection[int] = ()
) -> list[FoundServer]:
    """The servers that answer in time, in the order of `places`; never raises.

    Args:
        places: Where to look.
        besides: Ports that are not looked at, such as our own.
    """
    looking = [place for place in places if place.port not in besides]
    # Not through a proxy, and with no certificates to load: all of it stays on this machine.
    unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx2.AsyncClient(timeout=LOOK_SECONDS, trust_env=False, verify=unused) as client:
        tasks = [asyncio.create_task(_look(client, place)) for place in looking]
        if tasks:
            await asyncio.wait(tasks, timeout=LOOK_SECONDS)
        for task in tasks:
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
    return [server for server in found if isinstance(server, FoundServer)]


async def _look(client: httpx2.AsyncClient, place: Place) -> FoundServer | None:
    root = f"http://127.0.0.1:{place.port}"

    async def ask(path: str) -> dict[str, Any]:
        return await read_object(client, "GET", f"{root}{path}", most_bytes=BODY_BYTES)

    names = await place.chat_models(ask)
    if names is None:
        return None
    chat = [name for name in names[:MOST_MODELS] if name and not _NO_CHAT.search(name)]
    return FoundServer(place.kind, f"{root}/v1", tuple(chat))
