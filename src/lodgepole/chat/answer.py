"""One turn of a conversation: a question, what the documents say, an answer with citations."""

import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from lodgepole.chat.answer_metrics import AnswerWatch
from lodgepole.chat.answer_stream import Replies
from lodgepole.chat.generations import collect, used
from lodgepole.chat.model_directory import ConfiguredModel, ModelDirectory
from lodgepole.chat.prompts import conversation, numbered, rewrite_messages, system_prompt
from lodgepole.chat.query_planning import merge_snippets, queries, standalone_question
from lodgepole.chat.request_coalescing import SharedAnswers
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import (
    AnswerEvent,
    AnswerStarted,
    Assistant,
    Message,
    ModelRequest,
    Snippet,
    Usage,
)
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.figures import SnippetFigures
from lodgepole.telemetry.stages import Stages
from lodgepole.text.sentences import squeeze

ROLES = ("user", "assistant", "system")
TEMPERATURES = (0.0, 2.0)
PROMPT_OVERHEAD_TOKENS = 64  # of each message and source, beyond its text
REWRITE_TOKENS = 2_000  # what a reasoning model thinks first counts, too
LONGEST_REWRITE = 500  # characters of a rewritten question


class Retrieval(Protocol):
    """What a turn needs of `retrieval.search.Search`."""

    async def find(
        self,
        assistant: Assistant,
        query: str,
        *,
        filter: MetadataFilter | None = None,
        top_k: int = 16,
        snippet_tokens: int = 2048,
        budget_tokens: int | None = None,
    ) -> list[Snippet]: ...

    async def corpus_fingerprint(self, assistant: Assistant) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One turn. None means the default; `messages` ends with what is to be answered.

    Identical requests of one `client` that are in flight together share one generation; without
    a client each request has its own.
    """

    messages: Sequence[Message]
    model: str | None = None
    temperature: float | None = None
    filter: MetadataFilter | None = None
    json_response: bool = False
    include_highlights: bool = False
    top_k: int | None = None
    snippet_tokens: int | None = None
    multimodal: bool | None = None
    include_binary_content: bool | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRequest:
    """A search: for `query`, or for what the last of `messages` asks."""

    query: str | None = None
    messages: Sequence[Message] | None = None
    filter: MetadataFilter | None = None
    top_k: int | None = None
    snippet_tokens: int | None = None
    multimodal: bool | None = None
    include_binary_content: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextResult:
    id: str
    snippets: tuple[Snippet, ...]
    usage: Usage


class Chat:
    """Answers questions from an assistant's files, and finds what it would answer from."""

    def __init__(
        self,
        search: Retrieval,
        models: ModelDirectory,
        tokenizer: Tokenizer,
        *,
        new_id: Callable[[], str],
        limits: Limits,
        metrics: Metrics | None = None,
        figures: SnippetFigures | None = None,
        stages: Stages | None = None,
    ) -> None:
        self._search = search
        self._figures = figures
        self._models = models
        self._tokenizer = tokenizer
        self._new_id = new_id
        self._limits = limits
        self._replies = Replies(tokenizer, metrics)
        self._stages = stages or Stages(metrics)
        self._shared: SharedAnswers[AnswerEvent] = SharedAnswers(
            linger_seconds=limits.abandoned_answer_seconds
        )

    async def context(self, assistant: Assistant, request: ContextRequest) -> ContextResult:
        """The snippets for a query or a conversation, best first.

        Raises:
            InvalidRequest: A value is outside its limits, or not exactly one of `query` and
                `messages` is given, or the assistant has no available file.
        """
        if (request.query is None) == (request.messages is None):
            raise InvalidRequest("Exactly one of query or messages must be provided")
        self._check_options(request)
        if request.messages is not None:
            self._check_messages(request.messages)
            question = standalone_question(request.messages)
        else:
            question = squeeze(request.query or "")
            if not question:
                raise InvalidRequest("Query cannot be empty")
        snippets = await self._find(assistant, self._clip(question), request)
        illustrated = await self._illustrated(assistant, snippets, request)
        shown = tuple(_with_figures(s, request) for s in illustrated)
        return ContextResult(
            id=self._new_id(),
            snippets=shown,
            usage=Usage(prompt_tokens=sum(s.tokens for s in shown)),
        )

    def answer(self, assistant: Assistant, request: ChatRequest) -> AsyncGenerator[AnswerEvent]:
        """Yield the answer as it comes; closing the iterator stops the model.

        Whatever can go wrong before the model's first word is raised before the first event.

        Raises:
            InvalidRequest: As for `context`; also an unknown model or a temperature outside 0..2.
            RateLimited, Unavailable, DeadlineExceeded, UpstreamRejected: The model failed.
        """
        if request.client is None:
            return self._answer(assistant, request)
        return self._shared_answer(assistant, request)

    async def _shared_answer(
        self, assistant: Assistant, request: ChatRequest
    ) -> AsyncGenerator[AnswerEvent]:
        # What began before a file was deleted must not answer who asks after it.
        corpus_fingerprint = await self._search.corpus_fingerprint(assistant)
        asked = f"{assistant.id} {assistant.updated_at} {corpus_fingerprint} {request!r}"
        key = hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()
        shared = self._shared.join(key, lambda: self._answer(assistant, request))
        async with aclosing(shared) as events:
            async for event in events:
                yield event

    async def _answer(
        self, assistant: Assistant, request: ChatRequest
    ) -> AsyncGenerator[AnswerEvent]:
        model = self._check(request)
        history = self._fitting(request.messages, model, assistant)
        question, spent = await self._question(history, model)
        budget = self._source_budget(history, model, assistant)
        snippets = await self._find(assistant, self._clip(question), request, budget)
        illustrated = await self._illustrated(assistant, snippets, request, model)
        sources = numbered([_with_figures(s, request, model) for s in illustrated])
        generation = ModelRequest(
            model=model.upstream,
            messages=conversation(
                history,
                sources,
                instructions=assistant.instructions,
                json_object=request.json_response,
            ),
            question=question,
            sources=sources,
            temperature=(request.temperature or 0.0) if model.takes_temperature else None,
            max_output_tokens=model.max_output_tokens,
            json_object=request.json_response,
        )
        started = AnswerStarted(id=self._new_id(), model=model.name, snippet_count=len(sources))
        answering = self._replies.json if request.json_response else self._replies.text
        events = answering(generation, model, highlights=request.include_highlights, spent=spent)
        watch = AnswerWatch(self._stages, model)
        with watch:
            async with aclosing(events):
                first = True
                async for event in events:
                    watch.saw(event)
                    if first:
                        yield started
                        first = False
                    yield event

    # --- what is asked ---

    def _check(self, request: ChatRequest) -> ConfiguredModel:
        self._check_messages(request.messages)
        self._check_options(request)
        low, high = TEMPERATURES
        if request.temperature is not None and not low <= request.temperature <= high:
            raise InvalidRequest(
                f"Temperature must be between {low:g} and {high:g}, got {request.temperature:g}"
            )
        return self._models.resolve(request.model)

    def _check_messages(self, messages: Sequence[Message]) -> None:
        if not messages:
            raise InvalidRequest("Must have at least 1 message")
        for message in messages:
            if message.role not in ROLES:
                raise InvalidRequest(f"Role '{message.role}' is not valid")
            if not message.content.strip():
                raise InvalidRequest("Message content cannot be empty")
        tokens = sum(self._tokenizer.count(m.content) for m in messages)
        if tokens > self._limits.history_tokens:
            raise InvalidRequest(
                f"The messages have {tokens} tokens; at most {self._limits.history_tokens} "
                "are accepted. Leave out older ones"
            )

    def _check_options(self, request: ChatRequest | ContextRequest) -> None:
        limits = self._limits
        if request.top_k is not None and not 1 <= request.top_k <= limits.top_k:
            raise InvalidRequest(f"top_k must be between 1 and {limits.top_k}, got {request.top_k}")
        size = request.snippet_tokens
        if size is not None and not limits.snippet_tokens_min <= size <= limits.snippet_tokens:
            raise InvalidRequest(
                f"snippet_size must be between {limits.snippet_tokens_min} and "
                f"{limits.snippet_tokens}, got {size}"
            )
        if request.multimodal is False and request.include_binary_content is True:
            raise InvalidRequest("include_binary_content is only available when multimodal is true")

    def _clip(self, question: str) -> str:
        return question[: self._limits.query_chars]

    def _fitting(
        self, messages: Sequence[Message], model: ConfiguredModel, assistant: Assistant
    ) -> tuple[Message, ...]:
        """The newest messages that leave half of the model's window to the sources.

        Raises:
            InvalidRequest: The last message alone is more than the window holds.
        """
        room = self._room(model, assistant)
        newest = self._tokenizer.count(messages[-1].content)
        if newest > room:
            raise InvalidRequest(
                f"The last message has {newest} tokens, and model `{model.name}` has room for "
                f"{room} beside its rules and its answer. Shorten it"
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
            while len(kept) > 1 and kept[-1].role == "assistant":
                kept.pop()
        kept.reverse()
        return tuple(kept)

    def _room(self, model: ConfiguredModel, assistant: Assistant) -> int:
        rules = self._tokenizer.count(system_prompt(assistant.instructions, json_object=True))
        return max(0, model.context_tokens - model.max_output_tokens - rules)

    def _source_budget(
        self, history: Sequence[Message], model: ConfiguredModel, assistant: Assistant
    ) -> int:
        """Tokens that the sources may take; a tenth is kept back, as models count differently."""
        said = sum(self._tokenizer.count(m.content) + PROMPT_OVERHEAD_TOKENS for m in history)
        return max(0, int(0.9 * (self._room(model, assistant) - said)))

    # --- what is found ---

    async def _question(
        self, history: Sequence[Message], model: ConfiguredModel
    ) -> tuple[str, Usage]:
        """The question as it would be asked outside the conversation, and what asking cost."""
        plain = standalone_question(history)
        if not model.follows_instructions or sum(m.role == "user" for m in history) < 2:
            return plain, Usage()
        request = ModelRequest(
            model=model.upstream,
            messages=rewrite_messages(history),
            question=plain,
            sources=(),
            temperature=0.0 if model.takes_temperature else None,
            max_output_tokens=min(REWRITE_TOKENS, model.max_output_tokens),
        )
        try:
            text, end = await collect(model, request)
        except LodgepoleError:
            return plain, Usage()
        rewritten = squeeze(text)
        usage = used(self._tokenizer, request, text, end)
        return rewritten if 0 < len(rewritten) <= LONGEST_REWRITE else plain, usage

    async def _find(
        self,
        assistant: Assistant,
        question: str,
        request: ChatRequest | ContextRequest,
        budget: int | None = None,
    ) -> list[Snippet]:
        top_k = request.top_k or self._limits.top_k_default
        with self._stages.stage("retrieve"):
            results = await self._found(assistant, question, request, budget, top_k)
        merged = merge_snippets(results, top_k=top_k)
        return merged if budget is None else _within(merged, budget)

    async def _found(
        self,
        assistant: Assistant,
        question: str,
        request: ChatRequest | ContextRequest,
        budget: int | None,
        top_k: int,
    ) -> list[list[Snippet]]:
        return [
            await self._search.find(
                assistant,
                query,
                filter=request.filter,
                top_k=top_k,
                snippet_tokens=request.snippet_tokens or self._limits.snippet_tokens_default,
                budget_tokens=budget,
            )
            for query in queries(question)
        ]

    async def _illustrated(
        self,
        assistant: Assistant,
        snippets: Sequence[Snippet],
        request: ChatRequest | ContextRequest,
        model: ConfiguredModel | None = None,
    ) -> Sequence[Snippet]:
        """The snippets with the figures that they cover, images only where they will be used."""
        if self._figures is None or request.multimodal is False:
            return snippets
        takes = model is None or model.takes_images
        wanted = takes and request.include_binary_content is not False
        return await self._figures.attach(assistant.id, snippets, data=wanted)


def _within(snippets: Sequence[Snippet], budget: int) -> list[Snippet]:
    kept: list[Snippet] = []
    for snippet in snippets:
        budget -= snippet.tokens + PROMPT_OVERHEAD_TOKENS
        if budget < 0:
            break
        kept.append(snippet)
    return kept


def _with_figures(
    snippet: Snippet, request: ChatRequest | ContextRequest, model: ConfiguredModel | None = None
) -> Snippet:
    """The snippet with what the request and the model take of its figures."""
    if not snippet.figures:
        return snippet
    if request.multimodal is False:
        return replace(snippet, figures=())
    if request.include_binary_content is False or (model is not None and not model.takes_images):
        bare = tuple(replace(figure, data=b"") for figure in snippet.figures)
        return replace(snippet, figures=bare)
    return snippet
