"""Token budgets of prompts: by the model's context window and its reading speed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lodgepole.chat.model_directory import ConfiguredModel, PromptBudget
from lodgepole.chat.prompts import system_prompt
from lodgepole.errors import InvalidRequest
from lodgepole.model import Assistant, Message, Snippet
from lodgepole.ports.tokenizer import Tokenizer

PROMPT_OVERHEAD_TOKENS = 64  # of each message and source, beyond its text
READING_SECONDS = 4.0  # that a prompt may take to be read, where the model's speed is known
OBSERVED = 3  # of the last answers, the slowest counts: a cached prompt is read in no time
KNOWN_SPEEDS = 256  # models whose speed is remembered
LEAST_PROMPT_TOKENS = 200  # below which nothing can be learnt of the speed


@dataclass(frozen=True, slots=True)
class Room:
    """What one generation has room for.

    Attributes:
        history: Of the messages that are sent, the last one first in importance.
        source_tokens: That the sources may take, with their overhead.
        sources: At most.
    """

    history: tuple[Message, ...]
    source_tokens: int
    sources: int | None


class PromptBudgets:
    """Divides a model's window, and learns how fast models read."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._speeds: dict[tuple[int, str], list[float]] = {}  # tokens a second, last used last

    def room(
        self, messages: Sequence[Message], model: ConfiguredModel, assistant: Assistant
    ) -> Room:
        """The newest messages that leave half of the room to sources, and what those may take.

        Raises:
            InvalidRequest: The last message alone is more than the window holds.
        """
        budget = self._budget(model)
        window = self._window(model, assistant)
        room = window if budget is None else min(window, self._within(budget, assistant))
        history = self._fitting(messages, model, window, room)
        said = sum(self._tokenizer.count(m.content) + PROMPT_OVERHEAD_TOKENS for m in history)
        # A tenth is kept back, as models count differently.
        left = max(0, int(0.9 * (room - said)))
        if budget is None:
            return Room(history, left, None)
        return Room(history, min(left, budget.source_tokens), budget.sources)

    def _window(self, model: ConfiguredModel, assistant: Assistant) -> int:
        rules = self._tokenizer.count(system_prompt(assistant.instructions, json_object=True))
        return max(0, model.context_tokens - model.max_output_tokens - rules)

    def _within(self, budget: PromptBudget, assistant: Assistant) -> int:
        rules = self._tokenizer.count(system_prompt(assistant.instructions, json_object=True))
        return max(0, budget.prompt_tokens - rules)

    def _fitting(
        self, messages: Sequence[Message], model: ConfiguredModel, window: int, room: int
    ) -> tuple[Message, ...]:
        newest = self._tokenizer.count(messages[-1].content)
        if newest > window:
            raise InvalidRequest(
                f"The last message has {newest} tokens, and model `{model.name}` has room for "
                f"{window} beside its rules and its answer. Shorten it"
            )
        left = room // 2
        kept: list[Message] = []
        for message in reversed(messages):
            left -= self._tokenizer.count(message.content) + PROMPT_OVERHEAD_TOKENS
            if kept and left < 0:
                break
            kept.append(message)
        if len(kept) < len(messages):
            # Some providers refuse a conversation that begins with an answer.
            while len(kept) > 1 and kept[-1].role in ("assistant", "tool"):
                kept.pop()
        kept.reverse()
        return tuple(kept)

    # --- reading speed ---

    def learn(self, model: ConfiguredModel, prompt_tokens: int, seconds: float) -> None:
        """Note how long a prompt took until the first sign of an answer."""
        if model.budget is None or prompt_tokens < LEAST_PROMPT_TOKENS or seconds <= 0:
            return
        key = (id(model.model), model.upstream)
        speeds = self._speeds.pop(key, [])
        self._speeds[key] = [*speeds, prompt_tokens / seconds][-OBSERVED:]
        if len(self._speeds) > KNOWN_SPEEDS:
            del self._speeds[next(iter(self._speeds))]

    def _budget(self, model: ConfiguredModel) -> PromptBudget | None:
        """The model's own, widened for one that has been seen to read fast."""
        speeds = self._speeds.get((id(model.model), model.upstream), [])
        if model.budget is None or len(speeds) < OBSERVED:
            return model.budget
        readable = int(READING_SECONDS * min(speeds))
        if readable <= model.budget.prompt_tokens:
            return model.budget
        more = readable - model.budget.prompt_tokens
        return replace(
            model.budget,
            prompt_tokens=readable,
            source_tokens=model.budget.source_tokens + more,
            sources=model.budget.sources * readable // model.budget.prompt_tokens,
        )


def within(snippets: Sequence[Snippet], tokens: int, most: int | None = None) -> list[Snippet]:
    """The first of the snippets, as many as the room holds."""
    kept: list[Snippet] = []
    for snippet in snippets[:most]:
        tokens -= snippet.tokens + PROMPT_OVERHEAD_TOKENS
        if tokens < 0:
            break
        kept.append(snippet)
    return kept
