"""A model looks further within limits, every step is told, and its answer is checked as ever."""

from dataclasses import dataclass, field

import pytest
from tests.support.chat import make_assistant, make_snippet
from tests.support.whole_documents import document_of

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.answer import Chat
from lodgepole.chat.deep_search import DeepSearch
from lodgepole.chat.model_directory import ConfiguredModel, ModelDirectory
from lodgepole.chat.requests import ChatRequest
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.limits import Limits
from lodgepole.model import (
    AnswerCitation,
    AnswerEnded,
    AnswerStarted,
    AnswerStep,
    AnswerText,
    Message,
    ModelEnded,
    ModelText,
    ToolCall,
    Usage,
)

FIRST = make_snippet("Harrow sells seeds.", name="harrow.txt")
SECOND = make_snippet("Kestrel sold 12 pumps in 2020.", name="kestrel.txt")
BOOK = document_of("# Book\n\nThe fee of the club is 40 euros.\n\f# More\n\nIts garden is large.")
BOOK_FILE = make_snippet("x", name="book.pdf").file


class Found:
    """A search that finds one thing for each query."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def find(self, assistant, query, **_):
        self.asked.append(query)
        return [SECOND] if "Kestrel" in query else [FIRST]

    async def corpus_fingerprint(self, assistant):
        return "f"

    def over(self, catalog):
        return self


class Shelf:
    """One file that can be opened."""

    async def files(self, assistant, filter):
        return [BOOK_FILE]

    async def document(self, file):
        return BOOK

    def over(self, catalog):
        return self


@dataclass
class Caller:
    """A model that makes these calls, one list a generation, and then answers."""

    calls: list
    answer: str = "Kestrel sold 12 pumps in 2020 [1]."
    requests: list = field(default_factory=list)

    async def stream(self, request):
        self.requests.append(request)
        if request.tools is None:
            yield ModelText(self.answer)
            yield ModelEnded(finish_reason="stop", usage=Usage(100, 10))
            return
        step = self.calls.pop(0) if self.calls else ()
        if isinstance(step, Exception):
            raise step
        made = tuple(ToolCall(f"c{n}", name, arguments) for n, (name, arguments) in enumerate(step))
        yield ModelEnded(finish_reason="stop", usage=Usage(50, 5), tool_calls=made)


def chat(model, *, calls_tools=True, unasked=False, **limits):
    search, limits = Found(), Limits(**limits)
    deep = DeepSearch(search, Shelf(), MemoryTokenizer(), limits)
    configured = ConfiguredModel(name="m", upstream="m", model=model, calls_tools=calls_tools)
    return Chat(
        search, ModelDirectory(configured), MemoryTokenizer(), new_id=lambda: "i", limits=limits,
        deep=deep, deep_unasked=unasked,
    )  # fmt: skip


async def ask(made, deep=True):
    asked = ChatRequest(messages=(Message("user", "What did Kestrel sell?"),), deep=deep)
    return [event async for event in made.answer(make_assistant(), asked)]


def steps(events):
    return [(e.kind, e.what, e.found) for e in events if isinstance(e, AnswerStep)]


SEARCH = ("search", '{"query": "Kestrel pumps"}')
FIND = ("find_words", '{"file": "book.pdf", "words": "fee"}')
OPEN = ("open_pages", '{"file": "book.pdf", "first_page": 2, "last_page": 2}')


async def test_it_begins_then_steps_then_answers_with_citations_of_what_was_found():
    model = Caller([[SEARCH], [FIND, OPEN]])
    events = await ask(chat(model))
    assert isinstance(events[0], AnswerStarted)
    assert sum(isinstance(e, AnswerStarted) for e in events) == 1
    assert steps(events) == [
        ("search", "Kestrel pumps", 1),
        ("find_words", "fee (book.pdf)", 1),
        ("open_pages", "book.pdf, pages 2-2", 1),
    ]
    (citation,) = [e.citation for e in events if isinstance(e, AnswerCitation)]
    assert citation.references[0].file.upload.name == "kestrel.txt"
    assert events[-1].usage == Usage(3 * 50 + 100, 3 * 5 + 10)
    last = model.requests[-1]
    assert last.tools is None
    assert last.sources[0].snippet.file.upload.name == "kestrel.txt"


async def test_results_go_back_to_the_call_that_wanted_them():
    model = Caller([[SEARCH, ("search", "{")]])
    await ask(chat(model))
    results = [m for m in model.requests[1].messages if m.role == "tool"]
    assert [m.tool_call_id for m in results] == ["c0", "c1"]
    assert "12 pumps" in results[0].content
    assert results[1].content == "Nothing was found."


async def test_without_a_step_it_is_an_ordinary_answer():
    events = await ask(chat(Caller([])))
    assert [type(e) for e in events][:2] == [AnswerStarted, AnswerText]
    assert steps(events) == []


@pytest.mark.parametrize(("limits", "most"), [({"deep_steps": 2}, 2), ({"deep_tokens": 60}, 2)])
async def test_steps_and_tokens_have_an_end(limits, most):
    model = Caller([[SEARCH]] * 50)
    events = await ask(chat(model, **limits))
    assert len(steps(events)) == most
    assert isinstance(events[-1], AnswerEnded)


async def test_a_step_that_fails_ends_the_steps_and_not_the_answer():
    events = await ask(chat(Caller([[SEARCH], Unavailable("gone")])))
    assert len(steps(events)) == 1
    assert isinstance(events[-1], AnswerEnded)


async def test_files_that_are_not_there_are_not_opened():
    missing = ("open_pages", '{"file": "../secret.txt", "first_page": 1, "last_page": 1}')
    events = await ask(chat(Caller([[missing]])))
    assert steps(events) == [("open_pages", "../secret.txt, pages 1-1", 0)]


async def test_a_model_that_calls_no_tools_is_refused_if_asked_for_and_else_answers():
    with pytest.raises(InvalidRequest, match="calls tools"):
        await ask(chat(Caller([]), calls_tools=False))
    events = await ask(chat(Caller([]), calls_tools=False, unasked=True), deep=None)
    assert steps(events) == []


@pytest.mark.parametrize(("unasked", "deep", "looked"), [(True, None, 1), (True, False, 0),
                                                         (False, None, 0)])  # fmt: skip
async def test_the_setting_counts_where_a_request_says_nothing(unasked, deep, looked):
    events = await ask(chat(Caller([[SEARCH]]), unasked=unasked), deep=deep)
    assert len(steps(events)) == looked


async def test_the_files_of_another_catalog_are_looked_through_there():
    made = chat(Caller([[SEARCH]]))
    assert len(steps(await ask(made.over(None)))) == 1
