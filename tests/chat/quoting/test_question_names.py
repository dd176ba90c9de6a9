"""What a question names is looked for where quotes are from."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.question_names import (
    Place,
    anchors,
    figures,
    missing_from,
    place_of,
    unmentioned,
    unsaid_by,
)
from lodgepole.chat.quoting.quoted_answers import label
from lodgepole.chat.quoting.quotes import quotes_of
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


@pytest.mark.parametrize(
    ("question", "text", "mentioned"),
    [
        ("What does the Premium plan cost?", "The premiums are due in May.", False),
        ("What does the Premium plan cost?", "Our Premium plan is dear.", True),
        ("What did Celeron do?", "Céloron buried plates of lead.", True),
        ("What did Oona's boat do?", "Oona has a boat.", True),
        ("Who is the CFO of it?", "Ada is the chief executive officer.", False),
        ("Who is the CEO of it?", "Ada is the chief executive officer.", True),
        ("What was the Bank of Oslo?", "the bank of oslo was small.", True),
        ("How was World War 2 told of?", "In World War II it was dark.", True),
        ("What was in Walmart?", "best buy is lower-case throughout, walmart too.", True),
        ("What did it do in 1776?", "It began in 1776.", True),
        ("What did it do in 2017?", "It grew in FY17.", True),
        ("What did it do in 1850?", "It had 1850 of them.", True),
        ("What did it do in 1850?", "It began in 1851.", False),
        ("Что было в Москве, в Бергене?", "Москва велика, Берген мал.", True),
    ],
)
def test_a_name_is_mentioned_in_its_own_form(question, text, mentioned):
    place = Place(text)
    asked = anchors(question)
    assert asked
    assert all(place.mentions(anchor) for anchor in asked) is mentioned


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is the fee for 250 guests?", ["250"]),
        ("Name 3 reasons", []),
        ("What does the Garden Hose 30 cost in 2021?", []),
        ("What is ² of 16?", ["16"]),
    ],
)
def test_figures_that_stand_by_themselves(question, found):
    assert [anchor.text for anchor in figures(question)] == found


def test_a_name_must_stand_by_the_quote_and_not_anywhere_in_its_source():
    told = source("# Boats\nOona has a boat.\n\nThe fee is 40 dollars. It is paid in May.")
    boat, fee = [q for q in quotes_of(told) if "Boats" not in q.text][:2]
    asked = anchors("What fee does Oona pay?")
    assert missing_from(boat, asked, place_of(told)) == []
    assert [a.text for a in missing_from(fee, asked, place_of(told))] == ["Oona"]


def test_who_was_introduced_may_be_called_by_the_last_name():
    told = source("Captain Oona Totten came.\n\nTotten wrote letters.\n\nThe captain slept.")
    _, wrote, slept = quotes_of(told)
    asked = anchors("What did Captain Oona Totten do?")
    assert missing_from(wrote, asked, place_of(told)) == []
    assert missing_from(slept, asked, place_of(told))


def test_a_year_of_one_quote_and_a_company_of_another_are_no_answer():
    first = next(quotes_of(source("Tallgrass ran 42 shops in 2020.")))
    second = next(quotes_of(source("Birch ran 7 shops in 2021.")))
    places = {1: place_of(first.source)}
    one = "How many shops did Tallgrass run in 2021?"
    assert [a.text for a in unsaid_by([first, second], anchors(one), one, places)] == ["2021"]
    both = "How many shops did Tallgrass and Birch run?"
    assert unsaid_by([first, second], anchors(both), both, places) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How does one use Edmond?", "The Edmonds are a family of computers."),
        ("What did Edmonds sell?", "In those days Edmond sold boats."),
        ("Which custom was Jewish?", "It was a custom of the Jews."),
        ("Who did Oona Marry?", "The marriage of Oona was long."),
        ("How did COVID-19 spread?", "In the days of COVID people stayed at home."),
    ],
)
def test_a_name_in_another_form_is_mentioned(question, text):
    assert unmentioned(anchors(question), [place_of(source(text))]) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How does one use Edmonton?", "The Edmonds are a family of computers."),
        ("What does the Garden Hose 30 cost?", "The Garden Hose costs 5 euros."),
        ("What does Tallgrass Gold cover?", "Tallgrass covers what is old."),
    ],
)
def test_another_name_is_not(question, text):
    assert unmentioned(anchors(question), [place_of(source(text))]) != []


def test_the_kind_of_a_name_does_not_tell_which_it_is():
    told = source(
        "The library of Harvard University was designed by Ames.\n\nPrinceton University lent it."
    )
    designed = next(q for q in quotes_of(told) if "Ames" in q.text)
    asked = anchors("Who designed the library of Princeton University?")
    assert [a.text for a in missing_from(designed, asked, place_of(told))] == [
        "Princeton University"
    ]
