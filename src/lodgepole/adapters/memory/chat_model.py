"""Scripted chat model for tests, demonstrations and dry runs."""

from collections.abc import AsyncIterator, Iterable, Sequence

from lodgepole.errors import LodgepoleError
from lodgepole.model import (
    ContentFilter,
    FinishReason,
    ModelEnded,
    ModelEvent,
    ModelRequest,
    ModelText,
    Usage,
)

Script = Sequence[str | LodgepoleError | ModelEnded]
"""The pieces of one answer, in order; an error is raised where it stands, and an end ends it."""


class ScriptedChatModel:
    """Plays one script per generation, in order; the last one again when they run out."""

    def __init__(
        self,
        scripts: Iterable[Script],
        *,
        finish_reason: FinishReason = "stop",
        content_filter: ContentFilter | None = None,
    ) -> None:
        self._scripts = [tuple(s) for s in scripts]
        self._finish_reason: FinishReason = finish_reason
        self._content_filter = content_filter
        self.requests: list[ModelRequest] = []
        self.closed = 0
        """Generations that were left before their end."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ChatModel.stream`. A token is four characters."""
        script = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
        self.requests.append(request)
        written = 0
        finished = False
        try:
            for piece in script:
                if isinstance(piece, LodgepoleError):
                    finished = True
                    raise piece
                if isinstance(piece, ModelEnded):
                    finished = True
                    yield piece
                    return
                written += len(piece)
                yield ModelText(piece)
            finished = True
            read = sum(len(m.content) for m in request.messages)
            yield ModelEnded(
                finish_reason=self._finish_reason,
                usage=Usage(read // 4, written // 4),
                content_filter=self._content_filter,
            )
        finally:
            if not finished:
                self.closed += 1
