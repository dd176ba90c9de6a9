"""A text without headings is told by a sentence of each part, a topic by what is said on it."""

from tests.support.whole_documents import document_of

from lodgepole.chat.whole_documents.central_sentences import (
    MOST_ON_IT,
    PARTS,
    central_sentences,
    sentences_on,
)
from lodgepole.model import Document
from lodgepole.text.words import stem

FILLER = "It rained again. Nobody came. We had soup. "
TYPICAL = "The ferry to the island carries sheep and mail in part {n} of every year. "
LONG = "".join(f"{FILLER * 20}{TYPICAL.format(n=n)}{FILLER * 20}" for n in range(PARTS))


def shown(document: Document, spans: list[tuple[int, int]]) -> list[str]:
    return [document.text[a:b] for a, b in spans]


def test_one_sentence_stands_for_each_part_in_order() -> None:
    document = document_of(LONG)
    assert shown(document, central_sentences(document)) == [
        TYPICAL.format(n=n).strip() for n in range(PARTS)
    ]


def test_what_asks_is_cut_or_is_short_stands_for_nothing() -> None:
    document = document_of(
        f"{'Does the ferry to the island carry sheep and mail all year? ' * 40}{FILLER * 40}"
    )
    assert central_sentences(document) == []


SHIP = document_of(
    "The firm sailed a ship, the Heron. Its captain was Oona Lind. For guests it had 14 cabins. "
    "The mill was closed.\n\nThe canteen serves fish.\n\nThe Heron was sold to Iceland.\n\n"
    "Ships rust."
)


def test_what_is_said_on_a_thing_comes_with_what_goes_on_about_it() -> None:
    spans, left_out = sentences_on(SHIP, {stem("Heron")})
    assert shown(SHIP, spans) == [
        "The firm sailed a ship, the Heron.",
        "Its captain was Oona Lind.",
        "For guests it had 14 cabins.",
        "The Heron was sold to Iceland.",
    ]
    assert left_out == 0
    assert sentences_on(SHIP, {stem("balloon")}) == ([], 0)


def test_of_many_sentences_those_with_most_words_are_shown_and_the_others_counted() -> None:
    one = "The ferry carries sheep each day. " * 20
    document = document_of(f"{one}\n\nThe ferry carries mail in winter. {one}")
    spans, left_out = sentences_on(document, {stem("ferry"), stem("winter")})
    assert "The ferry carries mail in winter." in shown(document, spans)
    assert (len(spans), left_out) == (MOST_ON_IT, 41 - MOST_ON_IT)
    assert spans == sorted(spans)
