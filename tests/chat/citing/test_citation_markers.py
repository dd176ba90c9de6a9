"""Markers are told from text, however the answer is cut; a document cannot write one."""

import pytest

from lodgepole.chat.citing.citation_markers import Marker, MarkerScanner, shield


def scanned(*chunks: str, json: bool = False) -> tuple[str, list[list[int]]]:
    """The plain text, and the numbers of each marker among nine sources."""
    scanner = MarkerScanner(json=json)
    pieces = [p for chunk in chunks for p in scanner.feed(chunk)] + [*scanner.close()]
    text = "".join(p for p in pieces if isinstance(p, str))
    return text, [list(p.numbers(range(1, 10))) for p in pieces if isinstance(p, Marker)]


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("[1]", [[1]]),
        ("[1][3]", [[1], [3]]),
        ("[1, 3; 4]", [[1, 3, 4]]),
        ("[2-4]", [[2, 3, 4]]),
        ("[7–99]", [[7, 8, 9]]),
        ("[0]", [[]]),
        ("[^2]", [[2]]),
        ("[#2]", [[2]]),
        ("[Sources 1 and 2]", [[1, 2]]),
        ("【3†source】", [[3]]),
        ("[1](https://example.com/a)", [[1]]),
        ("[1", [[1]]),
    ],
)
def test_what_names_a_source_is_taken_out(written: str, numbers: list[list[int]]) -> None:
    assert scanned(f"So it is {written}") == ("So it is ", numbers)


@pytest.mark.parametrize(
    "text",
    ["[a]", "[1.5]", "[see below]", "[2024-01-31T10:00]", "a[i]", "[ ]", "`x[1]`", "[Table 1]"],
)
def test_other_brackets_are_text(text: str) -> None:
    assert scanned(f"So {text} it is.") == (f"So {text} it is.", [])


def test_code_holds_no_markers() -> None:
    code = "```\na[1]\n```\n"
    assert scanned(f"{code}So it is [1].") == (f"{code}So it is .", [[1]])


def test_a_span_of_code_that_never_closes_is_text() -> None:
    assert scanned("a ` b [1]\n") == ("a ` b \n", [[1]])


def test_json_has_markers_in_its_strings_alone() -> None:
    assert scanned('{"a": [1], "b": "So [2]"}', json=True) == ('{"a": [1], "b": "So "}', [[2]])


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_it_does_not_matter_how_the_text_is_cut(size: int) -> None:
    text = "One [1], two [2][3](http://x/) and `c[4]` — 【5†a】 [not 6] [Sources 7 and 8].\n"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert scanned(*pieces) == scanned(text)


def test_only_what_may_become_a_marker_is_held_back() -> None:
    scanner = MarkerScanner()
    assert "".join(str(piece) for piece in scanner.feed("Certainly, as said")) == (
        "Certainly, as said"
    )
    assert list(scanner.feed(" [1")) == [" "]
    assert list(scanner.feed("] then")) == [Marker(((1, 1),)), " then"]


@pytest.mark.parametrize("text", ["See [1].", "a [1, 2] b 【3】", "[ 1", "[[1]]", "[Sources 1]"])
def test_what_a_document_writes_is_text_again(text: str) -> None:
    hidden = shield(text)
    assert scanned(hidden)[1] == []
    assert scanned(hidden)[0].replace("【", "[").replace("】", "]") == (
        text.replace("【", "[").replace("】", "]")
    )


def test_text_without_markers_stays_as_it_is() -> None:
    text = "An array a[i] and [see above]."
    assert shield(text) == text
