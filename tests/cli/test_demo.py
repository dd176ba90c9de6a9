"""The demo as a newcomer runs it, on the examples and on files of their own."""

from pathlib import Path

import pytest

from lodgepole.cli.demo import assistant_name, title
from lodgepole.cli.questions import questions_about

pytestmark = pytest.mark.live


def test_the_examples_are_answered_from_the_right_pages(machine):
    shown = machine.run("demo")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    answers = shown.stdout.split("\n> ")[1:]
    for answer, source in zip(
        answers,
        (
            "[1] operator-handbook.pdf, page 9",
            "[1] administrator-guide.docx, page 4",
            "[1] operator-handbook.pdf, page 6",
        ),
        strict=True,
    ):
        assert source in answer
        assert "“" in answer
    assert "lodgepole serve --data-dir" in shown.stdout
    again = machine.run("demo")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "operator-handbook.pdf: ready, from an earlier demo" in again.stdout


def test_own_files_get_an_assistant_of_their_own_and_one_that_fails_makes_the_demo_fail(
    machine, tmp_path: Path
):
    folder = tmp_path / "Beekeeping notes"
    folder.mkdir()
    (folder / "winter_feeding.md").write_text(
        "# Winter\n\nWinter feed is a syrup of sugar and water. A hive needs fifteen kilograms.\n"
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (folder / "photo.tiff").write_bytes(b"II*")
    shown = machine.run("demo", str(folder))
    assert shown.returncode == 0
    assert "the assistant 'Beekeeping-notes'" in shown.stdout
    assert "broken.pdf: failed." in shown.stdout
    assert "photo.tiff: left out" in shown.stdout
    assert "> What is Winter feed?" in shown.stdout
    assert "[1] winter_feeding.md" in shown.stdout
    assert "1 of 2 files failed" in shown.stdout


def test_a_folder_without_documents_is_told_before_anything_starts(tmp_path: Path, machine):
    (tmp_path / "empty").mkdir()
    shown = machine.run("demo", str(tmp_path / "empty"))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "no file of a kind that can be read" in shown.stderr


@pytest.mark.parametrize(
    ("path", "name"), [("My Files", "My-Files"), ("a.b.pdf", "a-b"), ("äöü", "own-files")]
)
def test_assistants_are_named_after_the_files(tmp_path: Path, path: str, name: str):
    assert assistant_name(tmp_path / path) == name


def test_questions_are_made_of_sentences_that_say_what_something_is():
    texts = {
        "bees": [
            "# Bees\n\nA hive is a box in which\nbees live together. It is a warm place for all. "
            "This hive is the largest one we have. The brood nest is the part with the eggs."
        ],
        "annual report 2025": [],
        "wax": ["Beeswax is a material that worker bees make. Beeswax is a material that sells."],
    }
    assert questions_about(texts, most=3) == [
        "What is a hive?",
        "What is Beeswax?",
        "What is the brood nest?",
    ]
    assert questions_about({"annual report 2025": []}, most=3) == [
        "What is annual report 2025 about?"
    ]


def test_titles_are_names_in_words():
    assert title(Path("annual_report-2025.pdf")) == "annual report 2025"
    assert title(Path("__.md")) == "__.md"
