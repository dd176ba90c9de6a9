"""What is known beforehand is said as a model would say it, and cited."""

import orjson
from tests.support.chat import make_file
from tests.support.whole_documents import document_of, told

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.quoting.prepared_answers import (
    Line,
    Page,
    PreparedModel,
    as_far_as_asked,
    snippet_of,
)
from lodgepole.model import ModelRequest, ModelText, Sampling, Source

DOCUMENT = document_of("# Rules\n\nHedges stay below two metres [1].\n\fWater is off in winter.")
FILE = make_file("rules.pdf")


def page_of_rules():
    page = Page()
    page.say("Two rules [9] of the club:")
    at = DOCUMENT.text.index("Hedges"), DOCUMENT.text.index("\n\nWater")
    page.put(page.quote(FILE, DOCUMENT, *at))
    page.put(Line("Then:"), page.quote(FILE, DOCUMENT, at[1] + 2, len(DOCUMENT.text)))
    return page.done()


def request(**more):
    return ModelRequest(model="m", messages=(), question="Which rules?", sources=(), **more)


async def said(answer, **more):
    sources = tuple(Source(number=n, snippet=s) for n, s in enumerate(answer.snippets, 1))
    model = PreparedModel(answer, MemoryTokenizer())
    asked = ModelRequest(model="m", messages=(), question="Rules?", sources=sources, **more)
    events = [e async for e in model.stream(asked)]
    return "".join(e.text for e in events if isinstance(e, ModelText)), events[-1]


async def test_paragraphs_lines_and_citations_with_pages() -> None:
    text, citations = await told(page_of_rules(), "Which rules?")
    assert text == (
        "Two rules [9] of the club:\n\nHedges stay below two metres [1].\n\n"
        "Then:\nWater is off in winter."
    )
    assert [c.references[0].pages for c in citations] == [(1,), (2,)]
    assert citations[1].references[0].highlight == "Water is off in winter."


async def test_json_has_the_answer_its_quotes_and_files() -> None:
    text, end = await said(page_of_rules(), json_object=True)
    told_ = orjson.loads(text)
    assert told_["files"] == ["rules.pdf"]
    assert told_["quotes"][1] == "Water is off in winter. [2]"
    assert told_["answer"].startswith("Two rules")
    assert end.finish_reason == "stop"


async def test_it_ends_where_it_is_to_end() -> None:
    text, end = await said(page_of_rules(), sampling=Sampling(stop=("Then",)))
    assert text.endswith("[1]\n\n")
    text, end = await said(page_of_rules(), max_output_tokens=5)
    assert end.finish_reason == "length"
    assert len(text.split()) <= 6


async def test_tokens_are_counted() -> None:
    _, end = await said(page_of_rules())
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens > 0


def test_a_heading_that_says_too_little_is_not_cited() -> None:
    document = document_of("# A.\n\nWords follow here.")
    page = Page()
    assert page.quote(FILE, document, 0, 2).source is None
    assert not page.has_quotes


def test_a_stretch_over_two_pages_knows_where_the_second_begins() -> None:
    snippet = snippet_of(FILE, DOCUMENT, 0, len(DOCUMENT.text))
    assert snippet.pages == (1, 2)
    assert snippet.page_starts == ((1, 0), (2, DOCUMENT.pages[1].start))


def test_parts_up_to_a_stop() -> None:
    parts = ["a b ", "c d"]
    assert as_far_as_asked(parts, request(), MemoryTokenizer()) == (parts, "stop")
    stopped = as_far_as_asked(parts, request(sampling=Sampling(stop=("b",))), MemoryTokenizer())
    assert stopped == (["a "], "stop")
