"""The ChatModel port on OpenAI's own wire formats, as OpenAI and most local servers speak them.

Written out, because a client library's objects for each event cost more than everything else a
token passes through: 133 µs a token against 9, which decides how many answers stream at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Literal, TypeVar

import httpx2
import orjson

from lodgepole.adapters.chat_models.openai import completions, responses
from lodgepole.adapters.chat_models.openai.completions import CompletionsReply
from lodgepole.adapters.chat_models.openai.replies import LINE_BYTES, Reply
from lodgepole.adapters.chat_models.openai.responses import ResponsesReply
from lodgepole.adapters.chat_models.openai.thoughts import opens_silently
from lodgepole.errors import DeadlineExceeded
from lodgepole.model import ModelEnded, ModelEvent, ModelRequest, ModelText

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0
ERROR_BYTES = 65_536  # of a refusal's body that are read
GATHERED_PIECES = 256  # texts waiting for whoever reads the answer, before the provider waits, too
PAUSE_A_STREAM = 0.0005
LONGEST_PAUSE = 0.1
LEAST_PAUSE = 0.005
"""Seconds. With many answers under way each is read less often, and what came meanwhile is passed
on at once: 200 of them are read every 100 ms, a few as soon as anything comes."""
AT_ONCE_SECONDS = 0.001  # what takes longer to be read was not there yet
_T = TypeVar("_T")


class OpenAiChatModel:
    """One endpoint. Model names come with each request.

    Args:
        api_key: None where the endpoint wants none.
        base_url: Up to and without `/chat/completions`; None for OpenAI's own.
        api: `chat` for chat completions, `responses` for the newer format.
        first_event_seconds: Longest wait for the model's first sign, be it a thought.
        total_seconds: Longest time from a request to its end.
    """

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None = None,
        api: Literal["chat", "responses"] = "chat",
        first_event_seconds: float = 60.0,
        total_seconds: float = 600.0,
    ) -> None:
        self._own_endpoint = base_url is None
        self._api = api
        path = completions.PATH if api == "chat" else responses.PATH
        self._url = f"{(base_url or OPENAI_URL).rstrip('/')}{path}"
        self._headers = {"content-type": "application/json", "accept": "text/event-stream"}
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._first_event_seconds = first_event_seconds
        self._total_seconds = total_seconds
        self._client: httpx2.AsyncClient | None = None
        self._under_way = 0
        self._open_silently: set[str] = set()
        """Models whose template has been seen to open their thoughts."""

    async def close(self) -> None:
        """Close all connections; generations under way fail."""
        if self._client is not None:
            await self._client.aclose()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`."""
        now = asyncio.get_running_loop().time()
        deadline = now + self._total_seconds
        until = min(now + self._first_event_seconds, deadline)
        reply = self._reply(request.model)
        self._under_way += 1
        try:
            async with AsyncExitStack() as stack:
                opening = self._opened().stream(
                    "POST", self._url, content=self._body(request), headers=self._headers
                )
                response = await _bounded(reply, stack.enter_async_context(opening), until)
                if response.status_code != 200:
                    yield await _bounded(reply, _refused(reply, response), until)
                    return
                if response.headers.get("content-type", "").startswith("application/json"):
                    body = await _bounded(reply, _body(response, LINE_BYTES), deadline)
                    if text := reply.read_whole(body):
                        yield ModelText(text)
                    yield replace(reply.ended(), in_one_piece=True)
                    return
                reading = _Reading(reply, response, until, deadline)
                stack.push_async_callback(reading.stop)
                while text := await reading.next():
                    yield ModelText(text)
                    reading.pause = self._pause()
            if text := reply.rest():
                yield ModelText(text)
            yield reply.ended()
        finally:
            self._under_way -= 1
            if reply.thoughts.closed_unopened:
                self._open_silently.add(request.model)

    def _pause(self) -> float:
        pause = min(LONGEST_PAUSE, PAUSE_A_STREAM * self._under_way)
        return pause if pause >= LEAST_PAUSE else 0.0

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            # Reading waits as long as the whole answer may; the caller's deadlines are shorter.
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._total_seconds, connect=CONNECT_SECONDS, read=None),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            )
        return self._client

    def _reply(self, model: str) -> Reply:
        opened = model in self._open_silently or opens_silently(model)
        if self._api == "chat":
            return CompletionsReply(model, opened=opened and not self._own_endpoint)
        return ResponsesReply(model)

    def _body(self, request: ModelRequest) -> bytes:
        if self._api == "responses":
            return orjson.dumps(responses.body(request))
        return orjson.dumps(completions.body(request, own_endpoint=self._own_endpoint))


class _Reading:
    """One task that reads a whole answer; what has come is taken at once.

    A task, because waiting with a deadline for each event by itself costs as much as the event.

    Attributes:
        pause: Seconds to let events gather before the provider is read again.
    """

    def __init__(
        self, reply: Reply, response: httpx2.Response, until: float, deadline: float
    ) -> None:
        self.pause = 0.0
        self._reply = reply
        self._texts: list[str] = []
        self._changed, self._room = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._read(response, until, deadline))
        self._task.add_done_callback(lambda _: self._changed.set())

    async def next(self) -> str:
        """All the text that has come since; empty at the end. Raises what ended it."""
        while True:
            await self._changed.wait()
            ended = self._task.done()
            if not ended:
                self._changed.clear()
            if self._texts:
                text = "".join(self._texts)
                self._texts.clear()
                self._room.set()
                return text
            if ended:
                self._task.result()
                return ""

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, response: httpx2.Response, until: float, deadline: float) -> None:
        timeout = asyncio.timeout_at(until)
        await _bounded(self._reply, self._take(response, timeout, deadline), timeout)

    async def _take(
        self, response: httpx2.Response, timeout: asyncio.Timeout, deadline: float
    ) -> None:
        now = asyncio.get_running_loop().time
        before = now()
        async for chunk in response.aiter_bytes():
            waited = now() - before > AT_ONCE_SECONDS
            text = self._reply.read(chunk)
            if self._reply.begun and timeout.when() != deadline:
                timeout.reschedule(deadline)  # a model that thinks is a model that answers
            if text:
                if not self._texts:
                    self._changed.set()
                self._texts.append(text)
            if len(self._texts) >= GATHERED_PIECES:
                self._room.clear()
                await self._room.wait()
            elif waited and self.pause:
                await asyncio.sleep(self.pause)
            before = now()


async def _bounded(reply: Reply, awaitable: Awaitable[_T], until: float | asyncio.Timeout) -> _T:
    """The result, or our error for the transport's."""
    timeout = until if isinstance(until, asyncio.Timeout) else asyncio.timeout_at(until)
    try:
        async with timeout:
            return await awaitable
    except (TimeoutError, httpx2.ReadTimeout) as failure:
        raise DeadlineExceeded(
            f"{reply.whose} took too long. Try again, or raise model_first_event_seconds or "
            "model_total_seconds."
        ) from failure
    except (httpx2.HTTPError, httpx2.StreamError) as failure:
        raise reply.lost() from failure


async def _refused(reply: Reply, response: httpx2.Response) -> ModelEnded:
    """See `Reply.refused`."""
    body = await _body(response, ERROR_BYTES)
    return reply.refused(response.status_code, body, response.headers.get("retry-after"))


async def _body(response: httpx2.Response, most: int) -> bytes:
    """The body, or as much of it as passes `most` bytes."""
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            break
    return body
