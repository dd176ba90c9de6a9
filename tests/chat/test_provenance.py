"""What a question names is looked for where quotes are from."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.provenance import anchors, label, missing_from, place_of, unmentioned
from lodgepole.chat.quotes import quotes_of
from lodgepole.model import Source


def source(text, **more):
    return Source(number=1, snippet=make_snippet(text, **more))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How many shops did Tallgrass run in 2019?", ["2019", "Tallgrass"]),
        ("What does the Garden Hose 30 cost?", ["Garden Hose 30"]),
        ("Who leads Birch & Pine?", ["Birch & Pine"]),
        ("What did FY2021 bring?", ["2021"]),
        ("How long is it? Does Oona know?", ["Oona"]),
        ("Does it open in May on a Monday?", []),
        ("How Many Shops Did Tallgrass Run?", []),
        ("how many shops are there", []),
        ("Wie hoch ist die Miete im Lager?", []),
        ("Wer ist Frau Lindner?", ["Frau Lindner"]),
        ("ウォルタはいくらですか", ["ウォルタ"]),
        ("What is 2,019 in words?", []),
    ],
)
def test_names_and_years_of_a_question(question, names):
    assert [anchor.text for anchor in anchors(question)] == names


def test_a_name_is_mentioned_by_the_text_the_headings_or_the_files_name():
    places = [
        place_of(source("Shops rose.", name="TallgrassReport.pdf")),
        place_of(source("The Perks-Plus card", heading_path=("Oona's year",))),
    ]
    asked = anchors("What did Tallgrass, PerksPlus, Oona and Walnut do?")
    assert [a.text for a in unmentioned(asked, places)] == ["Walnut"]


def test_a_number_of_a_name_stands_with_it():
    place = place_of(source("The Garden Hose 20 is green. It is 30 metres long."))
    assert not unmentioned(anchors("Is the Garden Hose green?"), [place])


def test_a_year_is_missing_where_another_one_is_told():
    told = source("# Report 2020\nSales were 5 million. In 2018 sales were 3 million.")
    sales, before = list(quotes_of(told))[1:]
    asked = anchors("What were the sales in 2018?")
    assert [a.text for a in missing_from(sales, asked, place_of(told))] == ["2018"]
    assert missing_from(before, asked, place_of(told)) == []


def test_a_label_names_the_file_and_the_heading():
    shown = list(quotes_of(source("# Rules\nDogs stay out.", name="rules.md")))
    assert [label(quote) for quote in shown] == ["rules.md", "rules.md › Rules"]
