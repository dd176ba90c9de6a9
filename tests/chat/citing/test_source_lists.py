"""Lists of sources beneath an answer leave it; whatever else stands on lines stays."""

import pytest

from lodgepole.chat.citing.citation_markers import MarkerScanner
from lodgepole.chat.citing.reference_phrases import FileNames
from lodgepole.chat.citing.source_lists import Listed, SourceLists

FILES = FileNames({1: "kettle manual.pdf", 2: "atlas.txt"})


def passed(text: str, size: int) -> tuple[str, list[int]]:
    """The text that is left, and the numbers that were listed."""
    scanner, lists = MarkerScanner(files=FILES), SourceLists(FILES)
    out = []
    for i in range(0, len(text), size):
        for piece in scanner.feed(text[i : i + size]):
            out += lists.feed(piece)
    for piece in scanner.close():
        out += lists.feed(piece)
    out += lists.close()
    left = "".join(p if isinstance(p, str) else "" if isinstance(p, Listed) else "<m>" for p in out)
    listed = [p for p in out if isinstance(p, Listed)]
    return left, [n for p in listed for m in p.numbers for n in m.numbers(range(1, 9))]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("list_", "numbers"),
    [
        ("Sources: [1], [2]", [1, 2]),
        ("**Sources:** [1] [2]", [1, 2]),
        ("**Sources**: [2]", [2]),
        ("Source: 2", [2]),
        ("Source: atlas.txt", [2]),
        ("Sources:\n- [2] atlas.txt, page 3\n- [1] kettle manual.pdf", [2, 1]),
        ("## References\n\n1. kettle manual.pdf\n2. atlas.txt\n", [1, 2]),
        ("Quellen:\n* atlas.txt, S. 3", [2]),
        ("[^2]: atlas.txt", [2]),
        ("[1] kettle manual.pdf\n[2] atlas.txt", [1, 2]),
    ],
)
def test_a_list_of_sources_leaves_the_answer(list_: str, numbers: list[int], size: int) -> None:
    left, listed = passed(f"It is so.\n\n{list_}", size)
    assert left.rstrip() == "It is so."
    assert listed == numbers


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "Sources of energy are many.\n",
        "Sources:\nThe sun and the wind.\n",
        "Source: the sun.",
        "**Sources:**\n\n- coal\n- atlas.txt",
        "References\n\nare kept in the cellar.",
        "So it is.\nSources",
        "atlas.txt\n",
        "- one\n- two\n",
        "Sources:\n",
    ],
)
def test_other_lines_stay_as_they_are(text: str, size: int) -> None:
    assert passed(text, size) == (text, [])


@pytest.mark.parametrize("size", [1, 1000])
def test_a_marker_before_words_is_no_list(size: int) -> None:
    text = "[2] Madrid is it.\n- [1] kettles are not.\nSources:\n[1]\nMore of it [2]."
    left, listed = passed(text, size)
    assert left == "<m> Madrid is it.\n- <m> kettles are not.\n\nMore of it <m>."
    assert listed == [1]


def test_a_line_without_an_end_is_let_go() -> None:
    assert passed("Sources:\n" + "1, " * 400, 7)[0] == "Sources:\n" + "1, " * 400
