"""One turn of a conversation: a question, what the documents say, an answer with citations."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol

from lodgepole.chat.answer_metrics import AnswerWatch
from lodgepole.chat.answer_stream import Replies
from lodgepole.chat.conversation.model_queries import is_worth_a_plan, planned
from lodgepole.chat.conversation.query_planning import merge_snippets, queries
from lodgepole.chat.conversation.question_rewriting import question_by_rules, rewritten_question
from lodgepole.chat.deep_search import DeepSearch, Gathered, deepened, looks_deep
from lodgepole.chat.model_directory import ConfiguredModel, ModelDirectory
from lodgepole.chat.prompt_budgets import PromptBudgets, Room, within
from lodgepole.chat.prompts import conversation, numbered
from lodgepole.chat.quoting.prepared_answers import PreparedModel
from lodgepole.chat.request_checks import check_messages, check_options
from lodgepole.chat.request_coalescing import SharedAnswers
from lodgepole.chat.requests import ChatRequest, ContextRequest, ContextResult
from lodgepole.chat.start_deadline import STARTED_WITHIN_SECONDS, announced
from lodgepole.chat.tool_use import check_tools
from lodgepole.chat.whole_documents.answers import Asked, WholeAnswers
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest, PromptTooLong
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import (
    AnswerEnded,
    AnswerEvent,
    AnswerStarted,
    Assistant,
    FileExcerpt,
    Message,
    ModelRequest,
    Snippet,
    Usage,
)
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.figures import SnippetFigures
from lodgepole.telemetry.stages import Stages
from lodgepole.text.words import squeeze

SHORTER_PROMPTS = 2  # tries with half the sources, when a model refuses a prompt as too long


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
        quoted: bool = False,
    ) -> list[Snippet]: ...

    async def corpus_fingerprint(self, assistant: Assistant) -> str: ...

    def over(self, catalog: Catalog) -> "Retrieval":
        """The same in the files of another catalog."""
        ...


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
        whole: WholeAnswers | None = None,
        deep: DeepSearch | None = None,
        deep_unasked: bool = False,
    ) -> None:
        self._search = search
        self._figures = figures
        self._whole = whole
        self._deep = deep
        self._deep_unasked = deep_unasked
        self._models = models
        self._tokenizer = tokenizer
        self._new_id = new_id
        self._limits = limits
        self._replies = Replies(tokenizer, metrics)
        self._budgets = PromptBudgets(tokenizer)
        self._stages = stages or Stages(metrics)
        self._shared: SharedAnswers[AnswerEvent] = SharedAnswers(
            linger_seconds=limits.abandoned_answer_seconds
        )

    def over(self, catalog: Catalog) -> "Chat":
        """The same chat about the files of another catalog, sharing no answer with this one."""
        made = copy(self)
        made._search = self._search.over(catalog)
        made._whole = None if self._whole is None else self._whole.over(catalog)
        made._deep = None if self._deep is None else self._deep.over(made._search, catalog)
        made._shared = SharedAnswers(linger_seconds=self._limits.abandoned_answer_seconds)
        return made

    async def context(self, assistant: Assistant, request: ContextRequest) -> ContextResult:
        """The snippets for a query or a conversation, best first.

        Raises:
            InvalidRequest: A value is outside its limits, or not exactly one of `query` and
                `messages` is given, or the assistant has no available file.
        """
        if (request.query is None) == (request.messages is None):
            raise InvalidRequest("Exactly one of query or messages must be provided")
        check_options(request, self._limits)
        if request.messages is not None:
            messages = request.messages
            await check_messages(messages, tokenizer=self._tokenizer, limits=self._limits)
            question = await question_by_rules(messages)
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
        begun = asyncio.get_running_loop().time()
        model = await self._with_its_window(await self._check(assistant, request))
        messages = request.messages
        length = sum(len(m.content) for m in messages)
        room = await read_apart(length, lambda: self._budgets.room(messages, model, assistant))
        names: Sequence[str] = ()
        if self._whole is not None:
            names = await self._whole.names(assistant, request.filter, room.history)
        question, spent = await rewritten_question(room.history, model, self._tokenizer, names)
        searches: list[str] = []
        if is_worth_a_plan(question, model):
            searches, cost = await planned(question, model, self._tokenizer)
            spent += cost
        snippets = await self._find(
            assistant, self._clip(question), request, room, searches, quoted=model.quotes
        )
        excerpts: Mapping[str, FileExcerpt] = {}
        if self._whole is not None and model.quotes:
            asked = Asked(
                assistant=assistant,
                filter=request.filter,
                history=room.history,
                question=self._clip(question),
                snippets=snippets,
            )
            prepared = await self._whole.find(asked)
            if prepared is not None:
                model = replace(model, model=PreparedModel(prepared, self._tokenizer))
                snippets = [*prepared.snippets]
            else:
                excerpts = await self._whole.excerpts(question, snippets)
        turn = _Turn(assistant, request, model, room.history, question, spent, begun, excerpts)
        if self._deep is not None and looks_deep(
            request.deep, model, unasked=self._deep_unasked and request.tools is None
        ):
            looked = self._deep.gather(
                assistant, question, snippets, filter=request.filter, model=model
            )

            def from_all(gathered: Gathered) -> AsyncGenerator[AnswerEvent]:
                more = replace(turn, spent=turn.spent + gathered.usage)
                return self._within_window(more, within(gathered.snippets, room.source_tokens))

            events = deepened(self._started(turn, snippets), looked, from_all)
        else:
            events = self._within_window(turn, snippets)
        async with aclosing(events):
            async for event in events:
                yield event

    def _started(self, turn: "_Turn", snippets: Sequence[Snippet]) -> AnswerStarted:
        return AnswerStarted(
            id=self._new_id(),
            model=turn.model.name,
            snippet_count=len(snippets),
            question=turn.question,
            snippets=tuple(snippets),
        )

    async def _within_window(
        self, turn: "_Turn", snippets: Sequence[Snippet]
    ) -> AsyncGenerator[AnswerEvent]:
        """The answer, from fewer snippets where the model refuses them all as too long."""
        for shorter in range(SHORTER_PROMPTS + 1):
            said = False
            try:
                async with aclosing(self._generate(turn, snippets)) as events:
                    async for event in events:
                        said = True
                        yield event
            except PromptTooLong:
                if said or shorter == SHORTER_PROMPTS or len(snippets) < 2:
                    raise
                snippets = snippets[: len(snippets) // 2]
            else:
                return

    async def _generate(
        self, turn: "_Turn", snippets: Sequence[Snippet]
    ) -> AsyncGenerator[AnswerEvent]:
        """One generation from these snippets."""
        request, model, spent = turn.request, turn.model, turn.spent
        illustrated = await self._illustrated(turn.assistant, snippets, request, model)
        sources = numbered([_with_figures(s, request, model) for s in illustrated])
        generation = ModelRequest(
            model=model.upstream,
            messages=conversation(
                turn.history,
                sources,
                instructions=turn.assistant.instructions,
                json_object=request.json_response,
                repeat_rules=model.budget is not None,
            ),
            question=turn.question,
            sources=sources,
            temperature=(request.temperature or 0.0) if model.takes_temperature else None,
            max_output_tokens=min(
                model.max_output_tokens, request.max_output_tokens or model.max_output_tokens
            ),
            json_object=request.json_response,
            json_schema=request.json_schema,
            sampling=request.sampling,
            tools=request.tools if model.calls_tools else None,
            excerpts=turn.excerpts,
        )
        started = self._started(turn, [source.snippet for source in sources])
        answering = self._replies.json if request.json_response else self._replies.text
        events = answering(generation, model, highlights=request.include_highlights, spent=spent)
        watch = AnswerWatch(self._stages, model)
        with watch:
            left = turn.begun + STARTED_WITHIN_SECONDS - asyncio.get_running_loop().time()
            async with aclosing(announced(started, events, within=left)) as seen:
                async for event in seen:
                    if not isinstance(event, AnswerStarted):
                        watch.saw(event)
                    yield event
                    if isinstance(event, AnswerEnded):
                        read = event.usage.prompt_tokens - spent.prompt_tokens
                        self._budgets.learn(model, read, watch.first_seconds)

    async def _with_its_window(self, model: ConfiguredModel) -> ConfiguredModel:
        """The model with the window that its server says it has, where nobody else said."""
        if model.server is None:
            return model
        tokens = await model.server.context_tokens(model.upstream)
        if tokens is None:
            return model
        most = min(model.max_output_tokens, tokens // 4)
        return replace(model, context_tokens=tokens, max_output_tokens=most)

    async def _check(self, assistant: Assistant, request: ChatRequest) -> ConfiguredModel:
        await check_messages(request.messages, tokenizer=self._tokenizer, limits=self._limits)
        check_options(request, self._limits)
        model = self._models.resolve(request.model, default=assistant.default_model)
        check_tools(request.messages, request.tools, model)
        return model

    def _clip(self, question: str) -> str:
        return question[: self._limits.query_chars]

    async def _find(
        self,
        assistant: Assistant,
        question: str,
        request: ChatRequest | ContextRequest,
        room: Room | None = None,
        searches: Sequence[str] = (),
        *,
        quoted: bool = False,
    ) -> list[Snippet]:
        """The snippets for the question, and for `searches` in the place of its own parts."""
        top_k = request.top_k or self._limits.top_k_default
        budget = None if room is None else room.source_tokens
        with self._stages.stage("retrieve"):
            asked = [question, *searches] if searches else None
            results = await self._found(
                assistant, question, request, budget=budget, top_k=top_k, asked=asked, quoted=quoted
            )
        merged = merge_snippets(results, top_k=top_k)
        if room is None:
            return merged
        return within(merged, room.source_tokens, room.sources if request.top_k is None else None)

    async def _found(
        self,
        assistant: Assistant,
        question: str,
        request: ChatRequest | ContextRequest,
        *,
        budget: int | None,
        top_k: int,
        asked: Sequence[str] | None,
        quoted: bool,
    ) -> list[list[Snippet]]:
        return [
            await self._search.find(
                assistant,
                query,
                filter=request.filter,
                top_k=top_k,
                snippet_tokens=request.snippet_tokens or self._limits.snippet_tokens_default,
                budget_tokens=budget,
                quoted=quoted,
            )
            for query in asked or await read_apart(len(question), queries, question)
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


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is to be answered, and by whom."""

    assistant: Assistant
    request: ChatRequest
    model: ConfiguredModel
    history: tuple[Message, ...]
    question: str
    spent: Usage  # on the question alone
    begun: float  # by the event loop's clock
    excerpts: Mapping[str, FileExcerpt]  # for the model that quotes


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
