import pytest

from lodgepole.model import FileVersion
from lodgepole.retrieval.filename_boost import (
    IN_FULL,
    IN_FULL_MOST,
    NAME_MOST,
    WORD_MOST,
    FileNames,
)

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


@pytest.mark.slow
def test_among_very_many_files_a_name_is_no_stronger():
    names = [*NAMES, *(f"note-{number}.txt" for number in range(5000))]
    found = FileNames(versions(names)).named("northgate 2016 10k 2017 2018 lumen")
    assert found[FileVersion("NORTHGATE_2016_10K.pdf", 1)] == pytest.approx(IN_FULL_MOST)
    partly = FileNames(versions(names)).named("northgate 2017 2018 lumen")
    assert max(partly.values()) == pytest.approx(NAME_MOST)
    (only,) = FileNames(versions([*names, "zebra.md"])).named("zebra").values()
    assert only == pytest.approx(WORD_MOST)


def test_names_with_and_without_endings_and_of_other_scripts():
    found = FileNames(versions(["README", "東京の地図.pdf", "Über Bäume.docx", "x.txt"]))
    assert order(found.named("what does the readme say")) == ["README"]
    assert order(found.named("東京はどこですか")) == ["東京の地図.pdf"]
    assert order(found.named("uber baume")) == ["Über Bäume.docx"]


def test_a_name_that_is_given_in_full_is_much_stronger():
    files = FileNames(versions(NAMES))
    part, full = files.named("what did lumen spend"), files.named("what did lumen spend in 2018")
    lumen = FileVersion("LUMEN_2018_10K.pdf", 1)
    year = files.named("2018")[lumen]
    assert full[lumen] == pytest.approx(IN_FULL * (part.get(lumen, 0.0) + year), abs=1e-6)
    assert full[FileVersion("NORTHGATE_2018_10K.pdf", 1)] == pytest.approx(year)


def test_one_word_is_no_name_in_full():
    names = versions(["Force.pdf", "Normans.txt", "Harvard.txt"])
    (strength,) = FileNames(names).named("what force acts").values()
    assert strength <= WORD_MOST


@pytest.mark.parametrize(
    "name", ["ACORNWATER_2021.pdf", "AcornWater2021.pdf", "acorn-water-2021.pdf"]
)
def test_words_that_a_name_runs_together_are_named_apart(name):
    others = [f"BIRCHWATER_{year}.pdf" for year in range(2015, 2024)]
    found = FileNames(versions([*others, name])).named("How much did Acorn Water earn in 2021?")
    assert order(found)[0] == name
    assert found[FileVersion(name, 1)] > max(
        strength for version, strength in found.items() if version.file_id != name
    )
    assert max(found.values()) <= IN_FULL_MOST
