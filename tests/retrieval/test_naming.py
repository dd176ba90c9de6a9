import pytest

from lodgepole.model import FileVersion
from lodgepole.retrieval.naming import NAME_MOST, WORD_MOST, FileNames

NAMES = [
    f"{company}_{year}_10K.pdf" for company in ("NORTHGATE", "LUMEN") for year in range(2015, 2021)
]


def versions(names):
    return [(FileVersion(name, 1), name) for name in names]


def order(found):
    return [version.file_id for version in sorted(found, key=lambda v: -found[v])]


def test_the_file_that_is_named_most_closely_comes_first():
    found = FileNames(versions(NAMES)).named("What did Lumen spend in FY2018?")
    assert order(found)[0] == "LUMEN_2018_10K.pdf"
    assert FileVersion("NORTHGATE_2018_10K.pdf", 1) in found
    assert FileVersion("NORTHGATE_2017_10K.pdf", 1) not in found


def test_what_is_in_most_names_and_the_ending_tell_nothing():
    assert FileNames(versions(NAMES)).named("a 10k as pdf") == {}


def test_a_question_that_names_no_file_favours_none():
    assert FileNames(versions(NAMES)).named("what is goodwill?") == {}


def test_among_very_many_files_a_name_is_no_stronger():
    names = [*NAMES, *(f"note-{number}.txt" for number in range(5000))]
    found = FileNames(versions(names)).named("northgate 2016 10k 2017 2018 lumen")
    assert max(found.values()) == pytest.approx(NAME_MOST)
    (only,) = FileNames(versions([*names, "zebra.md"])).named("zebra").values()
    assert only == pytest.approx(WORD_MOST)


def test_names_with_and_without_endings_and_of_other_scripts():
    found = FileNames(versions(["README", "東京の地図.pdf", "Über Bäume.docx", "x.txt"]))
    assert order(found.named("what does the readme say")) == ["README"]
    assert order(found.named("東京はどこですか")) == ["東京の地図.pdf"]
    assert order(found.named("uber baume")) == ["Über Bäume.docx"]
