"""The ChatModel port on a file of weights, run by llama.cpp in a process of its own.

The process is started by the first question, ends when nobody has asked for a while, and dies
with us. It serves llama.cpp's own HTTP on loopback behind a key that only we know, so that what
speaks to it is what speaks to any server of that format.
"""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import orjson

from lodgepole.adapters.chat_models.openai import OpenAiChatModel
from lodgepole.errors import Unavailable
from lodgepole.model import ModelEvent, ModelRequest

CHILD = (sys.executable, "-m", "lodgepole.adapters.chat_models.llama_cpp.child")
STOP_SECONDS = 5.0  # that the process gets to end by itself
GGUF = b"GGUF"
_log = logging.getLogger(__name__)


def is_weights(path: Path) -> bool:
    """Whether this is a file that llama.cpp reads; the first bytes tell."""
    try:
        with path.open("rb") as file:
            return file.read(len(GGUF)) == GGUF
    except OSError:
        return False


class LlamaCppChatModel:
    """One file of weights.

    Args:
        path: The file, in the format GGUF.
        context_tokens: Its window: prompt and answer together.
        idle_seconds: After the last answer, until the process is ended.
        start_seconds: Longest time to read the weights.
        first_event_seconds: As for an endpoint, from when the process is ready.
        total_seconds: The same.
        environment: Of the process.
        command: What is started, for tests.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        idle_seconds: float,
        start_seconds: float,
        first_event_seconds: float,
        total_seconds: float,
        environment: Mapping[str, str],
        command: Sequence[str] = CHILD,
    ) -> None:
        self._path = path
        self._context_tokens = context_tokens
        self._idle_seconds = idle_seconds
        self._start_seconds = start_seconds
        self._limits = (first_event_seconds, total_seconds)
        self._environment = dict(environment)
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._model: OpenAiChatModel | None = None
        self._changing = asyncio.Lock()
        self._under_way = 0
        self._resting: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def close(self) -> None:
        """End the process; generations under way fail."""
        if self._resting is not None:
            self._resting.cancel()
        if self._ending is not None:
            await self._ending
        async with self._changing:
            await self._stop()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`."""
        self._under_way += 1
        if self._resting is not None:
            self._resting.cancel()
        try:
            model = await self._started()
            async with aclosing(cast(Any, model.stream(request))) as events:
                async for event in events:
                    yield event
        finally:
            self._under_way -= 1
            if not self._under_way:
                loop = asyncio.get_running_loop()
                self._resting = loop.call_later(self._idle_seconds, self._rest)

    def _rest(self) -> None:
        self._ending = asyncio.ensure_future(self._end_if_idle())

    async def _end_if_idle(self) -> None:
        async with self._changing:
            if not self._under_way:
                await self._stop()

    # --- the process ---

    async def _started(self) -> OpenAiChatModel:
        """What speaks to the process, which is started if it does not run."""
        async with self._changing:
            if self._model is None or not self.is_running:
                await self._stop()
                self._model = await self._start()
            return self._model

    async def _start(self) -> OpenAiChatModel:
        key = secrets.token_urlsafe(32)
        options = {
            "path": str(self._path),
            "context_tokens": self._context_tokens,
            "api_key": key,
        }
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment,
        )
        try:
            told = await asyncio.wait_for(self._told(options), self._start_seconds)
        except TimeoutError as failure:
            await self._stop()
            raise Unavailable(
                f"{self._path.name} was not read within {self._start_seconds:.0f} seconds. Raise "
                "limits.local_model_start_seconds, or use a smaller model."
            ) from failure
        except BaseException:
            await self._stop()
            raise
        if "url" not in told:
            await self._stop()
            why = told.get("error") or "The process ended without a word: is there memory for it?"
            raise Unavailable(f"{self._path.name} cannot be run. {why}")
        first, total = self._limits
        return OpenAiChatModel(
            api_key=key,
            base_url=f"{told['url']}/v1",
            first_event_seconds=first,
            total_seconds=total,
        )

    async def _told(self, options: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(orjson.dumps(options) + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
            told: Any = orjson.loads(line or b"{}")
        except (ConnectionError, ValueError):
            return {}
        return cast(dict[str, Any], told) if isinstance(told, dict) else {}

    async def _stop(self) -> None:
        if self._model is not None:
            await self._model.close()
            self._model = None
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()  # the process ends by itself
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        _log.info("%s is no longer in memory", self._path.name)
