"""The ChatModel port on pydantic-ai's direct API, for Anthropic and Google.

A provider's library is imported when the first generation is asked for, not before.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import httpx2

from lodgepole.adapters.chat_models.refusals import (
    RETRY_AFTER_SECONDS,
    bounded_wait,
    is_beyond_window,
    why,
)
from lodgepole.errors import (
    DeadlineExceeded,
    InvalidRequest,
    LodgepoleError,
    PromptTooLong,
    RateLimited,
    Unavailable,
    UpstreamRejected,
)
from lodgepole.model import (
    ContentFilter,
    FinishReason,
    Message,
    ModelEnded,
    ModelEvent,
    ModelRequest,
    ModelText,
    Source,
    Usage,
)

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponseStreamEvent, UserContent
    from pydantic_ai.models import Model, StreamedResponse
    from pydantic_ai.settings import ModelSettings

Provider = Literal["anthropic", "google"]

BASE_URLS: dict[Provider, str] = {
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
CONNECT_SECONDS = 10.0
MOST_IMAGES = 20
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_call": "tool_calls",
}

_T = TypeVar("_T")
_opened: ContextVar[list[httpx2.Response] | None] = ContextVar("_opened", default=None)
"""Responses of the attempt under way, to be closed with it: a provider's library may leave that
to the garbage collector, and the provider would go on generating until then."""
_log = logging.getLogger(__name__)


class PydanticAiChatModel:
    """One provider's endpoint. Model names come with each request.

    Args:
        provider: Which wire format the endpoint speaks.
        api_key: None where the endpoint wants none.
        base_url: None for the provider's own.
        first_event_seconds: Longest wait for the first event.
        total_seconds: Longest time from a request to its end.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        api_key: str | None,
        base_url: str | None = None,
        first_event_seconds: float = 60.0,
        total_seconds: float = 600.0,
    ) -> None:
        self._provider: Provider = provider
        self._api_key = api_key
        self._base_url = base_url or BASE_URLS[provider]
        self._first_event_seconds = first_event_seconds
        self._total_seconds = total_seconds
        self._client: httpx2.AsyncClient | None = None
        self._models: dict[str, Model] = {}
        self._making = asyncio.Lock()

    async def close(self) -> None:
        """Close all connections; generations under way fail."""
        if self._client is not None:
            await self._client.aclose()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`."""
        deadline = asyncio.get_running_loop().time() + self._total_seconds
        model = await self._model(request.model)
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.models import ModelRequestParameters

        calls = _Calls(self._provider, request.model)
        first = min(asyncio.get_running_loop().time() + self._first_event_seconds, deadline)
        async with AsyncExitStack() as stack:
            opening = model_request_stream(
                model,
                _messages(request),
                model_settings=_settings(request, takes_seed=self._provider == "google"),
                model_request_parameters=ModelRequestParameters(
                    output_mode="prompted" if request.json_object else "text"
                ),
                instrument=False,
            )
            response = await calls.bounded(_open(stack, opening), first)
            if response is None:
                yield ModelEnded(finish_reason="content_filter", usage=Usage())
                return
            events = aiter(response)
            until = first
            while (event := await calls.bounded(anext(events, None), until)) is not None:
                until = deadline
                text = _text(event)
                if text:
                    yield ModelText(text)
            yield _ended(response, self._provider, calls)

    async def _model(self, name: str) -> "Model":
        async with self._making:
            if name not in self._models:
                # In a thread: the first one imports a provider's library, which takes a second.
                self._models[name] = await asyncio.to_thread(self._make, name)
            return self._models[name]

    def _make(self, name: str) -> "Model":
        if self._client is None:
            # Reading waits as long as the whole answer may; the caller's deadlines are shorter.
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._total_seconds, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
                event_hooks={"response": [_remember]},
            )
        key = self._api_key or "none"
        make = _anthropic if self._provider == "anthropic" else _google
        return make(name, key, self._base_url, self._client)


async def _remember(response: httpx2.Response) -> None:
    opened = _opened.get()
    if opened is not None:
        opened.append(response)


async def _open(
    stack: AsyncExitStack, opening: "AbstractAsyncContextManager[StreamedResponse]"
) -> "StreamedResponse":
    """Send the request; whatever it opens is closed with `stack`."""
    opened: list[httpx2.Response] = []

    async def close() -> None:
        for response in opened:
            await response.aclose()

    stack.push_async_callback(close)
    token = _opened.set(opened)
    try:
        response = await opening.__aenter__()
    finally:
        _opened.reset(token)
    stack.push_async_exit(opening)
    return response


def _anthropic(name: str, key: str, url: str, client: httpx2.AsyncClient) -> "Model":
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    provider = AnthropicProvider(api_key=key, base_url=url, http_client=client)
    return AnthropicModel(name, provider=provider)


def _google(name: str, key: str, url: str, client: httpx2.AsyncClient) -> "Model":
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=url, http_client=client))


def _settings(request: ModelRequest, *, takes_seed: bool) -> "ModelSettings":
    settings: ModelSettings = {"max_retries": 0}
    if request.max_output_tokens is not None:
        settings["max_tokens"] = request.max_output_tokens
    if request.temperature is not None:
        settings["temperature"] = request.temperature
    sampling = request.sampling
    if sampling.top_p is not None:
        settings["top_p"] = sampling.top_p
    if sampling.stop:
        settings["stop_sequences"] = list(sampling.stop)
    if sampling.seed is not None:
        if takes_seed:
            settings["seed"] = sampling.seed
        else:
            raise InvalidRequest(f"Model {request.model!r} takes no `seed`")
    return settings


def _messages(request: ModelRequest) -> "list[ModelMessage]":
    from pydantic_ai import messages as m

    last = max((i for i, s in enumerate(request.messages) if s.role == "user"), default=-1)
    out: list[ModelMessage] = []
    for i, message in enumerate(request.messages):
        if message.role == "assistant":
            out.append(m.ModelResponse(parts=[m.TextPart(message.content)]))
        elif message.role == "system":
            out.append(m.ModelRequest(parts=[m.SystemPromptPart(message.content)]))
        else:
            content = _content(message, request.sources if i == last else ())
            out.append(m.ModelRequest(parts=[m.UserPromptPart(content)]))
    return out


def _content(message: Message, sources: Sequence[Source]) -> "str | list[UserContent]":
    """The message's text, followed by the sources' figures, each named."""
    from pydantic_ai.messages import BinaryContent

    figures = [(s.number, f) for s in sources for f in s.snippet.figures if f.data][:MOST_IMAGES]
    if not figures:
        return message.content
    content: list[UserContent] = [message.content]
    for number, figure in figures:
        content.append(f"Figure in source {number}, page {figure.page}:")
        content.append(BinaryContent(figure.data, media_type=figure.mime_type))
    return content


def _text(event: "ModelResponseStreamEvent") -> str:
    from pydantic_ai import messages as m

    if isinstance(event, m.PartStartEvent) and isinstance(event.part, m.TextPart):
        return event.part.content
    if isinstance(event, m.PartDeltaEvent) and isinstance(event.delta, m.TextPartDelta):
        return event.delta.content_delta
    return ""


def _ended(response: "StreamedResponse", provider: Provider, calls: "_Calls") -> ModelEnded:
    usage = Usage(response.usage.input_tokens, response.usage.output_tokens)
    details = response.provider_details or {}
    if calls.filtered or response.finish_reason == "content_filter":
        return ModelEnded(
            finish_reason="content_filter", usage=usage, content_filter=_filter(provider, details)
        )
    if response.finish_reason is None or response.finish_reason == "error":
        raise Unavailable(f"Model {calls.model!r} broke off its answer. Try again.")
    return ModelEnded(finish_reason=_FINISH.get(response.finish_reason, "stop"), usage=usage)


def _filter(provider: Provider, details: dict[str, Any]) -> ContentFilter | None:
    if provider == "google":
        names = ("block_reason", "block_reason_message", "safety_ratings", "finish_reason")
        return ContentFilter(spec="gemini", results={k: details[k] for k in names if k in details})
    return None


class _Calls:
    """Awaits the provider's library under a deadline and turns its failures into ours."""

    def __init__(self, provider: Provider, model: str) -> None:
        self._provider = provider
        self.model = model
        self.filtered = False

    async def bounded(self, awaitable: Awaitable[_T], until: float) -> _T | None:
        """The result, or None when the provider's safety filter ended the answer."""
        from pydantic_ai import exceptions as e

        timeout = asyncio.timeout_at(until)
        try:
            async with timeout:
                return await awaitable
        except TimeoutError as failure:
            raise DeadlineExceeded(
                f"Model {self.model!r} at {self._provider} took too long. Try again, or raise "
                "model_first_event_seconds or model_total_seconds."
            ) from failure
        except e.ContentFilterError:
            self.filtered = True
            return None
        except (e.AgentRunError, e.UserError) as failure:
            raise self._failure(failure) from failure
        except httpx2.HTTPError as failure:
            raise Unavailable(f"{self._whose} cannot be reached. Try again.") from failure

    @property
    def _whose(self) -> str:
        return f"Model {self.model!r} at {self._provider}"

    def _failure(self, failure: Exception) -> LodgepoleError:
        """What a provider's failure means to us; its own words stay in the log."""
        from pydantic_ai import exceptions as e

        _log.warning("%s failed: %s", self._whose, type(failure).__name__)
        status = failure.status_code if isinstance(failure, e.ModelHTTPError) else None
        retry_after = failure.retry_after if isinstance(failure, e.ModelAPIError) else None
        retry_after = None if retry_after is None else bounded_wait(retry_after)
        words = str(failure.body) if isinstance(failure, e.ModelHTTPError) else ""
        if isinstance(failure, e.ModelTimeoutError) or status in (408, 504):
            return DeadlineExceeded(f"{self._whose} took too long. Try again.")
        if isinstance(failure, e.ModelQuotaExceededError):
            return UpstreamRejected(f"{self._whose}: the quota is used up. Check the billing.")
        if isinstance(failure, e.ModelRateLimitError) or status == 429:
            return RateLimited(
                f"{self._whose} is over its rate limit. Try again later.",
                retry_after=RETRY_AFTER_SECONDS if retry_after is None else retry_after,
            )
        if isinstance(failure, e.ModelContextWindowExceededError) or is_beyond_window(words):
            return PromptTooLong(
                f"{self._whose} refused a prompt beyond its window. Lower its context_tokens."
            )
        if isinstance(failure, e.UserError) or (status is not None and 400 <= status < 500):
            return UpstreamRejected(f"{self._whose} refused the request{why(status, words)}")
        return Unavailable(f"{self._whose} is not available. Try again.", retry_after=retry_after)
