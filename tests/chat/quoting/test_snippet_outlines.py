"""What a quote cannot do is answered by an outline or by all rows, and says so."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.quotes import quotes_of
from lodgepole.chat.quoting.snippet_outlines import Gist, asked_gist, asks_rows, outline, rows_like
from lodgepole.model import Source


def source(text, number=1, **more):
    return Source(number=number, snippet=make_snippet(text, **more))


@pytest.mark.parametrize(
    ("question", "gist"),
    [
        ("What is this document about?", Gist()),
        ("Summarise the garden rules.", Gist()),
        ("What are the main points of the minutes?", Gist()),
        ("Worum geht es in der Gartenordnung?", Gist()),
        ("Fasse die Regeln bitte zusammen", Gist()),
        ("この文書を要約してください", Gist()),
        ("What does page 2 say?", Gist(2)),
        ("Was steht auf Seite 12?", Gist(12)),
        ("What was decided about the shed?", None),
        ("How tall is the hedge?", None),
        ("Who wrote the page about hedges?", None),
    ],
)
def test_questions_for_the_gist(question, gist):
    assert asked_gist(question) == gist


RULES = source(
    "# Garden rules\nThese rules hold for all plots.\n\n## Hedges\nHedges stay below two metres. "
    "Trim them in June.\n\n## Water\nWater is turned off in winter.",
    name="garden-rules.md",
)
OTHER = source("# Menu\nSoup is served on Monday.", number=2, name="menu.md")


def test_an_outline_has_the_first_sentence_under_each_heading():
    told = outline(Gist(), "Summarise the garden rules", [OTHER, RULES])
    assert told is not None
    assert [(q.under, q.text) for q in told.quotes] == [
        ("Garden rules", "These rules hold for all plots."),
        ("Hedges", "Hedges stay below two metres."),
        ("Water", "Water is turned off in winter."),
    ]


def test_without_a_name_each_file_tells_its_beginning():
    told = outline(Gist(), "What are these documents about?", [OTHER, RULES])
    assert told is not None
    assert [q.source.number for q in told.quotes] == [2, 1]


def test_a_page_is_told_by_what_stands_on_it():
    text = "One is here. Two is there."
    paged = source(text, pages=(1, 2), page_starts=((1, 0), (2, 13)), name="p.pdf")
    told = outline(Gist(2), "What does page 2 say?", [paged])
    assert told is not None
    assert [q.text for q in told.quotes] == ["Two is there."]
    assert outline(Gist(3), "What does page 3 say?", [paged]) is None


def test_rows_of_one_table_come_together():
    table = source(
        "Plot: A1 | Tenant: Ode | Fee: 40\nPlot: A2 | Tenant: Ibsen | Fee: 55\n\nNo row at all."
    )
    first = next(iter(quotes_of(table)))
    told = rows_like(first, [table])
    assert told is not None
    assert [q.text[:8] for q in told.quotes] == ["Plot: A1", "Plot: A2"]
    assert told.of == 2
    prose = [*quotes_of(table)][-1]
    assert rows_like(prose, [table]) is None


@pytest.mark.parametrize(
    "question",
    ["Which plot has the highest fee?", "How many plots are there?", "Compare the fees",
     "Wie viele Pächter gibt es?"],
)  # fmt: skip
def test_questions_that_count_or_compare(question):
    assert asks_rows(question)
    assert not asks_rows("What is the fee of plot A1?")
