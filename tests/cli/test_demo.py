"""The demo as a newcomer runs it, on the examples and on files of their own."""

from pathlib import Path

import pytest

from lodgepole.cli.demo import assistant_name, own_questions

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
        "# Winter feeding\n\nWinter feeding is about sugar: a hive needs fifteen kilograms.\n"
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (folder / "photo.tiff").write_bytes(b"II*")
    shown = machine.run("demo", str(folder))
    assert shown.returncode == 1
    assert "the assistant 'Beekeeping-notes'" in shown.stdout
    assert "broken.pdf: failed." in shown.stdout
    assert "photo.tiff: left out" in shown.stdout
    assert "> What is winter feeding about?" in shown.stdout
    assert "[1] winter_feeding.md" in shown.stdout
    assert "1 of 2 files failed" in shown.stdout


def test_a_folder_without_documents_is_told_before_anything_starts(tmp_path: Path, machine):
    (tmp_path / "empty").mkdir()
    shown = machine.run("demo", str(tmp_path / "empty"))
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "no file of a kind that can be read" in shown.stderr


@pytest.mark.parametrize(
    ("path", "name"), [("My Files", "My-Files"), ("a.b.pdf", "a-b"), ("äöü", "own-files")]
)
def test_assistants_are_named_after_the_files(tmp_path: Path, path: str, name: str):
    assert assistant_name(tmp_path / path) == name


def test_questions_are_made_of_names():
    paths = [Path("annual_report-2025.pdf"), Path("annual report 2025.docx"), Path("x.md")]
    assert own_questions(paths) == ["What is annual report 2025 about?", "What is x about?"]
