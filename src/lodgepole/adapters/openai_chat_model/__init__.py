"""The ChatModel port on OpenAI's chat completions, as OpenAI and most local servers speak them.

Written out, because a client library's objects for each event cost more than everything else a
token passes through: 210 µs a token against 21, which decides how many answers stream at once.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar, cast

import httpx2
import orjson

from lodgepole.errors import (
    DeadlineExceeded,
    LodgepoleError,
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

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0
RETRY_AFTER_SECONDS = 10.0  # told to callers when the provider gives no time
MOST_IMAGES = 20
ERROR_BYTES = 65_536  # of a refusal's body that are read
LINE_BYTES = 4_000_000  # of one event, at most
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
_REASONS = {
    401: ": the key is not valid. Check the provider's API key.",
    403: ": the key may not use this model. Check the key's permissions.",
    404: ": there is no such model or path. Check the model's name and base_url.",
}
_T = TypeVar("_T")


class OpenAiChatModel:
    """One endpoint. Model names come with each request.

    Args:
        api_key: None where the endpoint wants none.
        base_url: Up to and without `/chat/completions`; None for OpenAI's own.
        first_event_seconds: Longest wait for the first event.
        total_seconds: Longest time from a request to its end.
    """

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None = None,
        first_event_seconds: float = 60.0,
        total_seconds: float = 600.0,
    ) -> None:
        self._own_endpoint = base_url is None
        self._url = f"{(base_url or OPENAI_URL).rstrip('/')}/chat/completions"
        self._headers = {"content-type": "application/json", "accept": "text/event-stream"}
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._first_event_seconds = first_event_seconds
        self._total_seconds = total_seconds
        self._client: httpx2.AsyncClient | None = None

    async def close(self) -> None:
        """Close all connections; generations under way fail."""
        if self._client is not None:
            await self._client.aclose()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`."""
        now = asyncio.get_running_loop().time()
        deadline = now + self._total_seconds
        until = min(now + self._first_event_seconds, deadline)
        reply = _Reply(request.model)
        async with AsyncExitStack() as stack:
            opening = self._opened().stream(
                "POST", self._url, content=self._body(request), headers=self._headers
            )
            response = await reply.bounded(stack.enter_async_context(opening), until)
            if response.status_code != 200:
                yield await reply.refused(response, until)
                return
            chunks = response.aiter_bytes()
            while (chunk := await reply.bounded(anext(chunks, None), until)) is not None:
                text = reply.read(chunk)
                if text:
                    until = deadline
                    yield ModelText(text)
        yield reply.ended()

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            # Reading waits as long as the whole answer may; the caller's deadlines are shorter.
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._total_seconds, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            )
        return self._client

    def _body(self, request: ModelRequest) -> bytes:
        last = max((i for i, m in enumerate(request.messages) if m.role == "user"), default=-1)
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [
                {"role": m.role, "content": _content(m, request.sources if i == last else ())}
                for i, m in enumerate(request.messages)
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.max_output_tokens is not None:
            # Reasoning models take the new name alone; other servers often know the old one alone.
            name = "max_completion_tokens" if self._own_endpoint else "max_tokens"
            body[name] = request.max_output_tokens
        if request.json_object:
            body["response_format"] = {"type": "json_object"}
        return orjson.dumps(body)


def _content(message: Message, sources: Sequence[Source]) -> str | list[dict[str, Any]]:
    """The message's text, followed by the sources' figures, each named."""
    figures = [(s.number, f) for s in sources for f in s.snippet.figures if f.data][:MOST_IMAGES]
    if not figures:
        return message.content
    content: list[dict[str, Any]] = [{"type": "text", "text": message.content}]
    for number, figure in figures:
        name = f"Figure in source {number}, page {figure.page}:"
        data = base64.b64encode(figure.data).decode()
        url = f"data:{figure.mime_type};base64,{data}"
        content.append({"type": "text", "text": name})
        content.append({"type": "image_url", "image_url": {"url": url}})
    return content


class _Reply:
    """Reads one stream of events, and says what became of it."""

    def __init__(self, model: str) -> None:
        self._whose = f"Model {model!r}"
        self._rest = b""
        self._thoughts = _Thoughts()
        self._finish: FinishReason | None = None
        self._filter: Any = None
        self._usage = Usage()

    async def bounded(self, awaitable: Awaitable[_T], until: float) -> _T:
        """The result, or our error for the transport's."""
        timeout = asyncio.timeout_at(until)
        try:
            async with timeout:
                return await awaitable
        except (TimeoutError, httpx2.ReadTimeout) as failure:
            raise DeadlineExceeded(
                f"{self._whose} took too long. Try again, or raise model_first_event_seconds or "
                "model_total_seconds."
            ) from failure
        except (httpx2.HTTPError, httpx2.StreamError) as failure:
            raise Unavailable(f"{self._whose} cannot be reached. Try again.") from failure

    def read(self, chunk: bytes) -> str:
        """The text of all events that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LINE_BYTES:
            raise Unavailable(f"{self._whose} sent an event without an end.")
        return "".join(self._thoughts.without(text) for text in self._texts(lines))

    def _texts(self, lines: Sequence[bytes]) -> Iterator[str]:
        for line in lines:
            if not line.startswith(b"data:") or line.startswith((b"data: [DONE]", b"data:[DONE]")):
                continue
            try:
                event: Any = orjson.loads(line[5:])
            except orjson.JSONDecodeError as failure:
                raise Unavailable(f"{self._whose} sent an event that is not JSON.") from failure
            text = self._event(event) if isinstance(event, dict) else None
            if isinstance(text, str) and text:
                yield text

    def _event(self, event: dict[str, Any]) -> Any:
        if event.get("error"):
            raise self._failure(None, _fields(event["error"]), None)
        usage = _fields(event.get("usage"))
        if usage:
            self._usage = Usage(_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            return None
        choice = _fields(cast(list[Any], choices)[0])
        self._filter = choice.get("content_filter_results") or self._filter
        delta = _fields(choice.get("delta"))
        if delta.get("refusal"):
            self._finish = "content_filter"
            refused = _fields(self._filter).get("refusal", "")
            self._filter = {"refusal": f"{refused}{delta['refusal']}"}
        elif choice.get("finish_reason") and self._finish != "content_filter":
            self._finish = _FINISH.get(str(choice["finish_reason"]), "stop")
        return delta.get("content")

    def ended(self) -> ModelEnded:
        if self._finish is None:
            raise Unavailable(f"{self._whose} broke off its answer. Try again.")
        filtered = self._finish == "content_filter"
        return ModelEnded(
            finish_reason=self._finish,
            usage=self._usage,
            content_filter=(
                ContentFilter(spec="openai", results=self._filter or {}) if filtered else None
            ),
        )

    # --- refusals ---

    async def refused(self, response: httpx2.Response, until: float) -> ModelEnded:
        """The end of an answer that the safety filter refused; any other refusal is raised."""
        body = b""
        chunks = response.aiter_bytes()
        while (chunk := await self.bounded(anext(chunks, None), until)) is not None:
            body += chunk
            if len(body) > ERROR_BYTES:
                break
        try:
            error = _fields(_fields(orjson.loads(body)).get("error"))
        except orjson.JSONDecodeError:
            error = {}
        if error.get("code") == "content_filter":
            inner = _fields(error.get("innererror"))
            self._finish = "content_filter"
            self._filter = inner.get("content_filter_result")
            return self.ended()
        retry_after = _seconds(response.headers.get("retry-after"))
        raise self._failure(response.status_code, error, retry_after)

    def _failure(
        self, status: int | None, error: dict[str, Any], retry_after: float | None
    ) -> LodgepoleError:
        """What a refusal means to us; the provider's own words are not passed on."""
        kinds = {str(error.get("code")), str(error.get("type"))}
        if kinds & {"insufficient_quota", "billing_hard_limit_reached"}:
            return UpstreamRejected(f"{self._whose}: the quota is used up. Check the billing.")
        if status == 429 or "rate_limit_exceeded" in kinds:
            return RateLimited(
                f"{self._whose} is over its rate limit. Try again later.",
                retry_after=RETRY_AFTER_SECONDS if retry_after is None else retry_after,
            )
        if status in (408, 504):
            return DeadlineExceeded(f"{self._whose} took too long. Try again.")
        if "context_length_exceeded" in kinds:
            return UpstreamRejected(
                f"{self._whose} refused a prompt beyond its window. Lower its context_tokens."
            )
        if status is not None and status < 500:
            why = _REASONS.get(status, f" ({status}). Check the model's settings.")
            return UpstreamRejected(f"{self._whose} refused the request{why}")
        return Unavailable(f"{self._whose} is not available. Try again.", retry_after=retry_after)


class _Thoughts:
    """Leaves out `<think>…</think>` before the answer, as local reasoning models write it."""

    OPEN, CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held: str | None = ""  # None once the answer has begun
        self._thinking = False

    def without(self, text: str) -> str:
        if self._held is None:
            return text
        self._held += text
        if not self._thinking:
            begin = self._held.lstrip()
            if self.OPEN.startswith(begin):
                return ""
            if not begin.startswith(self.OPEN):
                answer, self._held = self._held, None
                return answer
            self._thinking = True
        _, closed, answer = self._held.partition(self.CLOSE)
        if not closed:
            # What was thought so far cannot hold more than the beginning of the closing tag.
            self._held = self._held[-len(self.CLOSE) :]
            return ""
        self._held = None
        return answer.lstrip()


def _fields(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _count(usage: dict[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
