"""A provider's stream of events, read; what every wire format of OpenAI's has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, cast

import orjson

from lodgepole.adapters.chat_models.openai.thoughts import Thoughts
from lodgepole.adapters.chat_models.refusals import (
    RETRY_AFTER_SECONDS,
    is_beyond_window,
    wait_seconds,
    why,
)
from lodgepole.errors import (
    DeadlineExceeded,
    LodgepoleError,
    PromptTooLong,
    RateLimited,
    Unavailable,
    UpstreamRejected,
)
from lodgepole.model import ContentFilter, FinishReason, ModelEnded, ToolCall, Usage

LINE_BYTES = 4_000_000  # of one event, at most


class Reply(ABC):
    """Reads one stream of events, and says what became of it.

    Args:
        model: As its provider calls it, for messages.
        opened: See `Thoughts`.

    Attributes:
        begun: The model has produced something, be it a thought.
    """

    def __init__(self, model: str, *, opened: bool = False) -> None:
        self.whose = f"Model {model!r}"
        self.finish: FinishReason | None = None
        self.filter: Any = None
        self.usage = Usage()
        self._rest = b""
        self._said = self._done = False
        self.begun = False
        self.calls: dict[int, ToolCall] = {}  # by their place
        self.thoughts = Thoughts(opened=opened)

    @abstractmethod
    def event(self, event: dict[str, Any]) -> Any:
        """Note what the event says; its text, if it has any."""

    @abstractmethod
    def whole(self, body: dict[str, Any]) -> Any:
        """The same of an answer in one piece, as servers give it that do not stream."""

    def read(self, chunk: bytes) -> str:
        """The text of all events that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LINE_BYTES:
            raise Unavailable(f"{self.whose} sent an event without an end.")
        return "".join([self.thoughts.without(text) for text in self._texts(lines)])

    def read_whole(self, body: bytes) -> str:
        """The text of an answer in one piece."""
        try:
            answer: Any = orjson.loads(body)
        except orjson.JSONDecodeError as failure:
            raise Unavailable(f"{self.whose} sent an answer that is not JSON.") from failure
        text = self.whole(fields(answer))
        self._said = self._done = isinstance(text, str) and text != ""
        return self.thoughts.without_whole(text) if self._said else ""

    def rest(self) -> str:
        """Return the part of the answer that was held back until the stream ended."""
        return self.thoughts.rest()

    def _texts(self, lines: Sequence[bytes]) -> Iterator[str]:
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            if line.startswith((b"data: [DONE]", b"data:[DONE]")):
                self._done = True
                continue
            try:
                event: Any = orjson.loads(line[5:])
            except orjson.JSONDecodeError as failure:
                raise Unavailable(f"{self.whose} sent an event that is not JSON.") from failure
            text = self.event(event) if isinstance(event, dict) else None
            if isinstance(text, str) and text:
                self._said = self.begun = True
                yield text

    def refuse_in_words(self, words: object) -> None:
        """The model's own refusal is what its filter says; it may come in pieces."""
        self.finish = "content_filter"
        self.filter = {"refusal": f"{fields(self.filter).get('refusal', '')}{words}"}

    def ended(self) -> ModelEnded:
        """Raises Unavailable when the stream broke off."""
        if self.finish is None and self._said and self._done:
            self.finish = "stop"  # some servers end their stream in order, but give no reason
        if self.finish is None:
            raise Unavailable(f"{self.whose} broke off its answer. Try again.")
        filtered = self.finish == "content_filter"
        return ModelEnded(
            finish_reason=self.finish,
            usage=self.usage,
            tool_calls=tuple(call for _, call in sorted(self.calls.items()) if call.name),
            content_filter=(
                ContentFilter(spec="openai", results=self.filter or {}) if filtered else None
            ),
        )

    # --- refusals ---

    def lost(self) -> Unavailable:
        """The connection did not come about, or ended before the answer did."""
        what = "broke off its answer" if self._said else "cannot be reached"
        return Unavailable(f"{self.whose} {what}. Try again.")

    def refused(self, status: int, body: bytes, retry_after: str | None) -> ModelEnded:
        """The end of an answer that the safety filter refused; any other refusal is raised."""
        try:
            error = fields(fields(orjson.loads(body)).get("error"))
        except orjson.JSONDecodeError:
            error = {}
        if error.get("code") == "content_filter":
            inner = fields(error.get("innererror"))
            self.finish = "content_filter"
            self.filter = inner.get("content_filter_result")
            return self.ended()
        raise self.failure(status, error, wait_seconds(retry_after))

    def failure(
        self, status: int | None, error: dict[str, Any], retry_after: float | None = None
    ) -> LodgepoleError:
        """Translate a refusal into an error of ours; the provider's own words are not passed on."""
        kinds = {str(error.get("code")), str(error.get("type"))}
        if kinds & {"insufficient_quota", "billing_hard_limit_reached"}:
            return UpstreamRejected(f"{self.whose}: the quota is used up. Check the billing.")
        if status == 429 or "rate_limit_exceeded" in kinds:
            return RateLimited(
                f"{self.whose} is over its rate limit. Try again later.",
                retry_after=RETRY_AFTER_SECONDS if retry_after is None else retry_after,
            )
        if status in (408, 504):
            return DeadlineExceeded(f"{self.whose} took too long. Try again.")
        words = f"{error.get('param')} {error.get('message')}"
        if "context_length_exceeded" in kinds or is_beyond_window(words):
            return PromptTooLong(
                f"{self.whose} refused a prompt beyond its window. Lower its context_tokens."
            )
        if status is not None and status < 500:
            return UpstreamRejected(f"{self.whose} refused the request{why(status, words)}")
        return Unavailable(f"{self.whose} is not available. Try again.", retry_after=retry_after)


def fields(value: Any) -> dict[str, Any]:
    """The object, or an empty one where the provider sent something else."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def count(usage: dict[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
