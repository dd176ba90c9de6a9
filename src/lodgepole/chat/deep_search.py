"""Sources for a hard question, gathered by a model that searches again, step by step."""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from lodgepole.chat.deep_tools import (
    GATHER,
    TOOLS,
    Wanted,
    file_of,
    opened,
    places,
    read_call,
    without_overlaps,
)
from lodgepole.chat.generations import collect, used
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.chat.prompts import source_block
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import (
    AnswerEvent,
    AnswerStarted,
    AnswerStep,
    Assistant,
    Message,
    ModelRequest,
    Snippet,
    Source,
    Usage,
)
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.tokenizer import Tokenizer

FOUND_BY_SEARCH = 4  # snippets of one search
FOUND_TOKENS = 512  # of each
MOST_CALLS = 4  # of one step
GATHER_TOKENS = 2_000  # that the model may write in a step, thoughts included
NOTHING = "Nothing was found."
_log = logging.getLogger(__name__)


class Searching(Protocol):
    """What gathering needs of `retrieval.search.Search`."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the steps came to: all snippets, those found later first, and what it cost."""

    snippets: tuple[Snippet, ...]
    usage: Usage


class DeepSearch:
    """Lets a model that calls tools look further, within limits of steps and tokens.

    It sees one assistant's files and, of them, those that the question's filter lets through.
    """

    def __init__(
        self, search: Searching, documents: WholeDocuments, tokenizer: Tokenizer, limits: Limits
    ) -> None:
        self._search = search
        self._documents = documents
        self._tokenizer = tokenizer
        self._limits = limits

    def over(self, search: Searching, catalog: Catalog) -> "DeepSearch":
        """The same over another catalog, by a search of it."""
        return DeepSearch(search, self._documents.over(catalog), self._tokenizer, self._limits)

    async def gather(
        self,
        assistant: Assistant,
        question: str,
        snippets: Sequence[Snippet],
        *,
        filter: MetadataFilter | None,
        model: ConfiguredModel,
    ) -> AsyncGenerator[AnswerStep | Gathered]:
        """Yield each step as it is done, and Gathered at the end; a failure ends the steps."""
        found: list[Snippet] = []
        spent = Usage()
        messages = [Message("system", GATHER), Message("user", _asked(question, snippets))]
        for _ in range(self._limits.deep_steps):
            request = self._request(model, question, messages)
            try:
                text, end = await collect(model, request)
            except LodgepoleError as failure:
                _log.info("gathering ended: %s", failure)
                break
            spent += await used(self._tokenizer, request, text, end)
            calls = end.tool_calls[:MOST_CALLS]
            if not calls:
                break
            messages.append(Message("assistant", text, tool_calls=calls))
            for call in calls:
                wanted = read_call(call)
                new = [] if wanted is None else await self._done(assistant, wanted, filter)
                found += new
                messages.append(Message("tool", _told(new), tool_call_id=call.id))
                if wanted is not None:
                    yield AnswerStep(kind=wanted.kind, what=wanted.what, found=len(new))
            if spent.total_tokens >= self._limits.deep_tokens:
                break
        all_of_them = without_overlaps([*found, *snippets])
        yield Gathered(snippets=tuple(all_of_them), usage=spent)

    def _request(
        self, model: ConfiguredModel, question: str, messages: Sequence[Message]
    ) -> ModelRequest:
        return ModelRequest(
            model=model.upstream,
            messages=tuple(messages),
            question=question,
            sources=(),
            temperature=0.0 if model.takes_temperature else None,
            max_output_tokens=min(GATHER_TOKENS, model.max_output_tokens),
            tools=TOOLS,
        )

    async def _done(
        self, assistant: Assistant, wanted: Wanted, filter: MetadataFilter | None
    ) -> list[Snippet]:
        if wanted.kind == "search":
            return await self._search.find(
                assistant,
                wanted.query,
                filter=filter,
                top_k=FOUND_BY_SEARCH,
                snippet_tokens=FOUND_TOKENS,
            )
        file = file_of(wanted.file, await self._documents.files(assistant, filter))
        document = None if file is None else await self._documents.document(file)
        if file is None or document is None:
            return []
        if wanted.kind == "find_words":
            return await read_apart(
                len(document.text), places, file, document, wanted.words, self._tokenizer
            )
        page = opened(file, document, wanted.first_page, wanted.last_page, self._tokenizer)
        return [] if page is None else [page]


def looks_deep(asked: bool | None, model: ConfiguredModel, *, unasked: bool) -> bool:
    """Whether the model looks further: as it is `asked` for, else where it can and `unasked` says.

    Raises:
        InvalidRequest: It was asked for, and the model calls no tools.
    """
    if asked and not model.calls_tools:
        raise InvalidRequest(
            f"deep needs a model that calls tools, and `{model.name}` is none. Configure one at an "
            "endpoint of OpenAI's chat completions, or leave it out"
        )
    return asked or (asked is None and unasked and model.calls_tools)


async def deepened(
    started: AnswerStarted,
    looked: AsyncGenerator[AnswerStep | Gathered],
    answer: Callable[[Gathered], AsyncGenerator[AnswerEvent]],
) -> AsyncGenerator[AnswerEvent]:
    """The steps, and then the answer from all that they found; it begins once.

    `started` is told with the first step; without any the answer's own beginning is.
    """
    begun, gathered = False, Gathered(snippets=started.snippets, usage=Usage())
    async with aclosing(looked):
        async for step in looked:
            if isinstance(step, Gathered):
                gathered = step
                continue
            if not begun:
                yield started
                begun = True
            yield step
    async with aclosing(answer(gathered)) as events:
        async for event in events:
            if not (begun and isinstance(event, AnswerStarted)):
                yield event


def _asked(question: str, snippets: Sequence[Snippet]) -> str:
    return f"{_told(snippets)}\n\nThe question: {question}"


def _told(snippets: Sequence[Snippet]) -> str:
    """Snippets as the model reads them; nothing in them can pass for anything else."""
    blocks = [source_block(Source(number=n, snippet=s)) for n, s in enumerate(snippets, 1)]
    return "\n".join(blocks) or NOTHING
