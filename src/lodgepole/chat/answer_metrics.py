"""Metrics of one answer: time to first token, outcome, tokens, price."""

import time
from types import TracebackType

from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.model import AnswerEnded, AnswerEvent
from lodgepole.telemetry.stages import Stages


class AnswerWatch:
    """A context around a generation, told each event that it gives."""

    def __init__(self, stages: Stages, model: ConfiguredModel) -> None:
        self._stages = stages
        self._model = model
        self._begun = time.perf_counter()
        self._outcome: str | None = None
        self.first_seconds = 0.0  # until the first event
        self._first = True

    def __enter__(self) -> "AnswerWatch":
        return self

    def saw(self, event: AnswerEvent) -> None:
        if self._first:
            self._first = False
            self.first_seconds = time.perf_counter() - self._begun
            self._stages.took("model_first_token", self.first_seconds)
        if isinstance(event, AnswerEnded):
            self._outcome = event.finish_reason
            self._stages.count("tokens_total", event.usage.prompt_tokens, kind="prompt")
            self._stages.count("tokens_total", event.usage.completion_tokens, kind="completion")
            cost = self._model.cost(event.usage)
            if cost:
                self._stages.count("cost_total", cost)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        outcome = self._outcome or ("failed" if isinstance(error, Exception) else "left")
        self._stages.took("model", time.perf_counter() - self._begun)
        self._stages.count("answers_total", outcome=outcome)
