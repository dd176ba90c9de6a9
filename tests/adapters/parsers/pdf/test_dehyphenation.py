"""Words that a line end split are put together, and words that their author joined are kept."""

import pytest

from lodgepole.adapters.parsers.pdf.dehyphenation import HYPHENS, Mender
from lodgepole.adapters.parsers.pdf.lines import Line, Page

SPLIT = HYPHENS[0]


def a_mender(*texts: str) -> Mender:
    """One for a document of one page that has these lines."""
    lines = [
        Line(text=text, x0=0, x1=100, y=700.0 - n, size=10, bold=False)
        for n, text in enumerate(texts)
    ]
    return Mender([Page(lines=lines, width=600, height=800)])


def joined(lines: list[str], *elsewhere: str) -> str:
    return a_mender(*lines, *elsewhere).joined(lines)


@pytest.mark.parametrize("hyphen", ["-", *HYPHENS])
def test_a_word_is_spelt_as_the_document_spells_it_elsewhere(hyphen: str):
    split = [f"the con{hyphen}", "tract ends"]
    assert joined(split, "a contract is") == "the contract ends"
    assert joined(split, "a con-tract is") == "the con-tract ends"
    assert joined(split, "a con-tract is", "contract", "contract") == "the contract ends"


def test_how_a_word_is_written_large_does_not_matter():
    assert joined(["The Con-", "tract ends"], "THE CONTRACT") == "The Contract ends"


def test_two_words_that_stand_by_themselves_elsewhere_keep_their_hyphen():
    lines = ["a well-", "known way"]
    assert joined(lines, "well known") == "a well-known way"


def test_words_that_are_nowhere_else_are_mended_where_line_ends_split_words():
    others = ["the con-", "tract ends", "the agree-", "ment ends"]
    document = [*others, "contract", "agreement", "a provi-", "sional way"]
    assert a_mender(*document).joined(["a provi-", "sional way"]) == "a provisional way"


def test_words_that_are_nowhere_else_keep_it_where_authors_have_their_own():
    own = ["a cost-", "free one", "a tax-", "free one", "a duty-", "free one"]
    document = [*own, "cost-free", "tax-free", "duty-free", "a provi-", "sional way"]
    assert a_mender(*document).joined(["a provi-", "sional way"]) == "a provi-sional way"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["pages 3-", "7 of it"], "pages 3- 7 of it"),
        (["the Müller-", "Meier case"], "the Müller- Meier case"),
        (["one -", "two"], "one - two"),
        (["the end.", "The next"], "the end. The next"),
        (["an over-the-", "counter sale"], "an over-the-counter sale"),
        (["alone"], "alone"),
        ([], ""),
    ],
)
def test_what_is_no_split_word_is_left_as_it_is(lines: list[str], text: str):
    assert joined(lines) == text


def test_scripts_without_spaces_have_none_at_a_line_end():
    assert joined(["契約はすべての国で", "有効です。"]) == "契約はすべての国で有効です。"
    assert joined(["契約", "of 2024"]) == "契約 of 2024"


def test_ligatures_and_soft_hyphens_are_letters_and_nothing():
    assert joined(["the ﬁrst eﬀect of\xadﬁce"]) == "the first effect office"


def test_halves_at_line_ends_are_no_words_of_the_document():
    mender = a_mender("the con-", "tract ends", "a contract")
    assert (mender.spelt("contract"), mender.spelt("tract"), mender.spelt("con")) == (1, 0, 0)
    assert mender.spelt("never") == 0
