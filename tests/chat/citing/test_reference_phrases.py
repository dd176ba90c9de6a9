"""What stands between brackets is a reference, or text; files are told by their names."""

import pytest

from lodgepole.chat.citing.reference_phrases import FileNames, leads_only, may_become, parse

FILES = FileNames({1: "Annual report_2024.pdf", 2: "atlas.txt", 3: "atlas.txt", 4: "a.md"})


@pytest.mark.parametrize(
    ("inside", "numbers", "kind"),
    [
        ("Source 2", (2,), "named"),
        ("source: 2", (2,), "named"),
        ("source_2", (2,), "named"),
        ("src#2", (2,), "named"),
        ("Sources 1, 3 and 4", (1, 3, 4), "named"),
        ("Sources 2-4", (2, 3, 4), "named"),
        ("see source 2", (2,), "named"),
        ("according to Source 2", (2,), "named"),
        ("Source 2, p. 37", (2,), "named"),
        ("Source 2, pages 37-39; Source 4, S. 2", (2, 4), "named"),
        ("来源2", (2,), "named"),
        ("Document 2", (2,), "worded"),
        ("citation: 2", (2,), "worded"),
        ("S2", (2,), "worded"),
        ("2, p. 3", (2,), "worded"),
        ("2†L1-L3", (2,), "bare"),
        ("4:2†source", (4, 2), "worded"),
        ("atlas.txt", (2, 3), "worded"),
        ("Source: Atlas.txt, p. 9", (2, 3), "worded"),
        ("1: annual report 2024.pdf", (1,), "worded"),
        ("2", (2,), "bare"),
        ("[2], [4]", (2, 4), "squared"),
        ("see [2]", (2,), "worded"),
    ],
)
def test_references_are_read(inside: str, numbers: tuple[int, ...], kind: str) -> None:
    found = parse(inside, FILES)
    assert found is not None
    assert (found.numbers, found.kind) == (numbers, kind)


@pytest.mark.parametrize(
    "inside",
    [
        *("", "see page 3", "S. 3", "Table 2", "1.5", "2:1", "in 2020", "2 km", "x", "sources"),
        *("the source 2", "Source 2 says", "a\n2", "f(2)", "2/3", "$2", "source " * 60),
    ],
)
def test_other_words_make_it_text(inside: str) -> None:
    assert parse(inside, FILES) is None


@pytest.mark.parametrize("text", ["Source 2, p. 37", "see source 2", "Source: Atlas.txt, p. 9"])
def test_the_beginning_of_a_reference_may_become_one(text: str) -> None:
    assert [text[:n] for n in range(len(text)) if not may_become(text[:n], FILES)] == []


@pytest.mark.parametrize("text", ["the ", "so ", "2 k", "Source 2 sa", "source\n", "s" * 300])
def test_what_cannot_become_one_is_not_waited_for(text: str) -> None:
    assert not may_become(text, FILES)


def test_lead_ins_alone_are_no_source() -> None:
    assert leads_only("in 2")
    assert leads_only("No. 2")
    assert not leads_only("2")
    assert not leads_only("source 2")


def test_files_are_told_by_their_names() -> None:
    assert FILES.read("[atlas]") == (2, 3)
    assert FILES.read("[ATLAS.TXT, pp. 3-4]") == (2, 3)
    assert FILES.read("[atlas.pdf]") == ()
    assert FILES.read("[a]") == ()  # a name so short is a word
    assert FILES.is_undecided("[atl")
    assert not FILES.is_undecided("[x")
    assert FILES.mentioned("According to atlas.txt, it is so.") == (2, 3)
    assert FILES.mentioned("It is so, as the file 'atlas.txt' says.") == ()
    assert FILES.mentioned("It is so in the file `atlas.txt`.") == (2, 3)
    assert FILES.mentioned("The atlas says so.") == ()
    assert FILES.without_mentions("According to Atlas.txt, it is so.") == "according to , it is so."
    assert FILES.without_mentions("It Is So.") == "It Is So."
