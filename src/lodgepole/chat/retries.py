"""A chat model that tries again, as long as nothing was said yet."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from lodgepole.chat.generations import closing
from lodgepole.errors import RateLimited, Unavailable
from lodgepole.model import ModelEvent, ModelRequest
from lodgepole.ports.chat_model import ChatModel

RETRIES = 2
LONGEST_WAIT_SECONDS = 5.0  # a provider that asks for more is believed at once
FIRST_WAIT_SECONDS = 0.5  # doubled with each attempt

_log = logging.getLogger(__name__)


class RetryingChatModel:
    """Hides short outages and rate limits of the model behind it."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """See `ChatModel.stream`. A failure after the first event is passed on as it is."""
        for attempt in range(RETRIES + 1):
            said = False
            try:
                async with aclosing(closing(self._model.stream(request))) as events:
                    async for event in events:
                        said = True
                        yield event
            except (RateLimited, Unavailable) as failure:
                wait = _wait(failure, attempt)
                if said or attempt == RETRIES or wait > LONGEST_WAIT_SECONDS:
                    raise
                _log.info("model %r failed, trying again: %s", request.model, failure)
                await asyncio.sleep(wait)
            else:
                return


def _wait(failure: RateLimited | Unavailable, attempt: int) -> float:
    """Seconds until the next attempt; a rate limit's own word counts, even if it is none."""
    if isinstance(failure, RateLimited):
        return failure.retry_after
    return max(failure.retry_after or 0.0, FIRST_WAIT_SECONDS * 2**attempt)
