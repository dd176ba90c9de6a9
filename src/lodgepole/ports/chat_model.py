"""Port: a chat model, which continues a conversation."""

from collections.abc import (
    AsyncIterator,
)
from typing import Protocol

from lodgepole.model import (
    ModelEvent,
    ModelRequest,
)


class ChatModel(Protocol):
    """Something that continues a conversation."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Yield ModelText as it comes, then one ModelEnded.

        Closing the iterator stops the generation. Raises RateLimited, Unavailable,
        DeadlineExceeded or UpstreamRejected, before the first text only if it can.
        """
        ...


class ModelServer(Protocol):
    """The server that a model runs on, asked about it."""

    async def context_tokens(self, model: str) -> int | None:
        """Tokens of prompt and answer together that it really takes; None where it does not say.

        Never raises, and takes a few seconds at most.
        """
        ...
