"""A quote comes with what it needs to be understood."""

from dataclasses import replace

import pytest
from tests.support.chat import make_snippet, make_sources

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.citing.citations import Citer
from lodgepole.chat.quoting.quote_selection import ExtractiveChatModel
from lodgepole.chat.quoting.quotes import quotes_of, together
from lodgepole.model import FileKind, ModelRequest, ModelText, Source

LIST = (
    "The Gold plan includes:\n\n- crowns at half price\n- two cleanings a year\n- glasses\n\n"
    "Call us."
)
TABLE = "| Plan | Fee |\n|---|---|\n| Basic plan | 12 dollars |\n| Gold plan | 30 dollars |"
FAQ = (
    "## How long is the warranty of the kettle?\n\nTwo years. Keep the receipt.\n\n"
    "Can I repair it myself?\nNever. Send it to us. We repair it within ten days.\n\n"
    "Lids cost extra."
)


def shown(text):
    """Of each quote of the text, its parts; those that are cited with a star."""
    return {
        q.text: [part.text + "*" * part.cited for part in q.parts]
        for q in quotes_of(make_sources(text)[0])
    }


@pytest.mark.parametrize(("text", "head"), [(TABLE, 2), (LIST.partition("\n\nCall")[0], 1)])
def test_rows_and_items_under_one_head_are_shown_under_it_once(text, head):
    quotes = [q for q in quotes_of(make_sources(text)[0]) if len(q.parts) == head + 1]
    ((_, parts),) = together([(q, q.parts) for q in quotes[::-1]])
    assert [part.cited for part in parts] == [False] * head + [True] * len(quotes)
    assert parts[-1].text == quotes[0].text


def test_what_has_no_head_or_is_of_another_file_stands_by_itself():
    quotes = [q for s in make_sources(TABLE, TABLE, "One.", "Two.") for q in quotes_of(s)]
    assert [len(parts) for _, parts in together([(q, q.parts) for q in quotes])] == [4, 4, 1, 1]


async def test_lists_and_tables_are_cited_in_json_too():
    for text, question in (
        (LIST, "What does the Gold plan include?"),
        (TABLE, "What is the fee of the Gold plan?"),
    ):
        request = ModelRequest(
            model="quotes",
            messages=(),
            question=question,
            sources=make_sources(text),
            json_object=True,
        )
        model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
        answer = "".join([e.text async for e in model.stream(request) if isinstance(e, ModelText)])
        citer = Citer(request.sources, json=True)
        events = [*citer.feed(answer), *citer.close()]
        assert sum(hasattr(event, "citation") for event in events) >= 2, answer


def test_running_lines_are_not_quoted():
    text = "It was dry.\n\nValley Water Report 2025\n\nIt was wet."
    start = text.index("Valley")
    snippet = make_snippet(text, running=((start - 1, start + 25),))
    quoted = [quote.text for quote in quotes_of(Source(number=1, snippet=snippet))]
    assert quoted == ["It was dry.", "It was wet."]


RECORDS = """id: T-1
subject: Export drops the last column
status: resolved
comments[0].author: support
comments[0].body: Lost when its header was empty. Fixed in version 5.8.2, so please update.

id: T-2
subject: Crash of the app on start
status: open
comments[0].author: support
comments[0].body: Caused by the camera permission. Version 5.8.4 asks for it at the first scan."""


def record_source(text):
    snippet = make_snippet(text)
    upload = replace(snippet.file.upload, kind=FileKind.JSON)
    return Source(number=1, snippet=replace(snippet, file=replace(snippet.file, upload=upload)))


def test_what_a_record_says_stands_under_the_field_that_names_it():
    parts = {
        quote.text: [part.text + "*" * part.cited for part in quote.parts]
        for quote in quotes_of(record_source(RECORDS))
    }
    said = "Version 5.8.4 asks for it at the first scan."
    assert parts[said] == ["subject: Crash of the app on start", f"{said}*"]
    assert parts["status: resolved"][0] == "subject: Export drops the last column"
    assert parts["id: T-2"] == ["subject: Crash of the app on start", "id: T-2*"]
    assert parts["subject: Crash of the app on start"] == [
        "subject: Crash of the app on start*",
        "status: open",
        "comments[0].author: support",
        "Caused by the camera permission.",
        said,
    ]


def test_an_answer_of_a_record_stands_under_its_question():
    asked = "question: How long is the warranty?"
    source = record_source(f"id: 7\n{asked}\nanswer: Two years.\ntopic: Kettles and pots")
    parts = {q.text: [p.text + "*" * p.cited for p in q.parts] for q in quotes_of(source)}
    assert parts["answer: Two years."] == [asked, "answer: Two years.*"]
    assert parts[asked] == [asked, "answer: Two years.*", "topic: Kettles and pots*"]


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("id: 22\ntext: It is surrounded by green. The garden of Irena was opened in the summer of "
         "2002. It is one of the largest.",
         "The garden of Irena was opened in the summer of 2002."),
        ("id: 23\ntitle: The old garden\ntext: It is surrounded by green. The garden of Irena was "
         "opened in the summer of 2002. It is one of the largest.",
         "The garden of Irena was opened in the summer of 2002."),
    ],
)  # fmt: skip
def test_sentences_of_a_record_without_a_name_are_as_elsewhere(text, prose):
    quotes = {q.text: [part.text for part in q.parts] for q in quotes_of(record_source(text))}
    name = ["title: The old garden"] if "title" in text else []
    assert quotes[prose] == [*name, prose, "It is one of the largest."]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which version helps against the crash of the app?", "Version 5.8.4 asks"),
        ("What is the status of T-1?", "status: resolved"),
        ("Who worked on the crash of the app on start?", ".author: support"),
    ],
)
async def test_a_record_is_found_by_its_fields_and_answers_by_another(question, words):
    request = ModelRequest(
        model="quotes", messages=(), question=question, sources=(record_source(RECORDS),)
    )
    model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
    parts = [e.text async for e in model.stream(request) if isinstance(e, ModelText)]
    assert words in "".join(parts), parts


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (LIST, "What does the Gold plan include?"),
        (TABLE, "What is the fee of the Gold plan?"),
        (FAQ, "How long is the warranty of the kettle?"),
        ("Ada has a kettle. It was made in 1911.", "When was the kettle that Ada has made?"),
    ],
)
async def test_whatever_is_quoted_is_cited_verbatim(text, question):
    request = ModelRequest(
        model="quotes", messages=(), question=question, sources=make_sources(text)
    )
    model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
    answer = "".join([e.text async for e in model.stream(request) if isinstance(e, ModelText)])
    citer = Citer(request.sources)
    events = [*citer.feed(answer), *citer.close()]
    assert any(hasattr(event, "citation") for event in events), answer
    assert {v.kind for v in citer.verifications} <= {"verbatim", "aligned"}


async def test_a_question_for_a_figure_is_answered_with_one():
    text = "The warranty of the kettle is generous. The warranty of the kettle is two years."
    for asked in ("How long is the warranty of the kettle?", "Wie lange: warranty of the kettle"):
        request = ModelRequest(
            model="quotes", messages=(), question=asked, sources=make_sources(text)
        )
        model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
        parts = [e.text async for e in model.stream(request) if isinstance(e, ModelText)]
        assert "two years" in parts[2], parts


def test_rows_without_marks_stand_under_the_names_of_their_columns():
    parts = shown(
        "Plan | Fee | Days\nBasic plan | 12 | 3\nGold plan | 30 | 9\n\nPrices may change."
    )
    assert parts["Gold plan | 30 | 9"] == ["Plan | Fee | Days", "Gold plan | 30 | 9*"]
    assert "Plan | Fee | Days" not in parts
    assert parts["Prices may change."] == ["Prices may change.*"]


def test_a_record_of_several_columns_stands_by_itself():
    parts = shown("Plan: Basic | Fee: 12\nPlan: Gold | Fee: 30")
    assert parts["Plan: Gold | Fee: 30"] == ["Plan: Gold | Fee: 30*"]


def test_rows_from_the_middle_of_a_table_have_its_head_from_outside():
    (source,) = make_sources("Gold plan | 30\nIron plan | 40")
    source = replace(source, snippet=replace(source.snippet, table_head="Plan | Fee"))
    gold = next(iter(quotes_of(source)))
    assert [part.text for part in gold.parts] == ["Plan | Fee", "Gold plan | 30"]
    assert gold.overlaps(gold)


def quote(text, said):
    return next(q for q in quotes_of(make_sources(text)[0]) if q.text == said)


def test_a_number_alone_names_no_record():
    source = record_source("id: 23\ntown: Bergen")
    parts = {q.text: [p.text for p in q.parts] for q in quotes_of(source)}
    assert parts["town: Bergen"] == ["town: Bergen"]


def test_what_asks_or_announces_and_is_followed_by_nothing_is_bare():
    assert quote("One. How is it?", "How is it?").is_bare
    assert not quote("How is it?\nIt is well.", "How is it?").is_bare


def test_a_part_of_a_sentence_at_the_edge_of_its_source_is_cut():
    long = "The guests of the hut and of all the other huts on the hill pay at the door, and then"
    told = [q.is_cut for q in quotes_of(make_sources(f"of the hut. It is old. {long}")[0])]
    assert told == [True, False, True]
    assert not any(q.is_cut for q in quotes_of(make_sources("of the hut. it is old.")[0]))


def test_a_quote_stands_under_the_heading_nearest_above_it():
    text = (
        "How long does delivery take?\nThree days.\n\n"
        "Can I return goods?\nUnused goods can be returned within 21 days.\n\n"
        "4. Liability\nThe limit is one million."
    )
    (source,) = make_sources(text)
    known = ((0, ("How long does delivery take?",)),)
    source = replace(source, snippet=replace(source.snippet, sections=known))
    under = {quote.text: quote.under for quote in quotes_of(source)}
    assert under["Unused goods can be returned within 21 days."] == "Can I return goods?"
    assert under["The limit is one million."] == "4. Liability"


@pytest.mark.parametrize(
    "line",
    ["Second, the skin makes less of vitamin D.", "It is called the Advanced movement.[note 3]"],
)
def test_a_sentence_that_does_not_look_like_one_names_no_section(line):
    (source,) = make_sources(f"{line}\nThe engine ran for nine years.")
    assert [quote.under for quote in quotes_of(source)][-1] == ""
