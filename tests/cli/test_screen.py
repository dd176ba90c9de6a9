"""What commands write: whole, aligned, never taken for markup; failures apart."""

import json

import pytest

from lodgepole.cli import screen
from lodgepole.errors import NotFound


def test_what_is_said_is_said_as_it_is(capsys) -> None:
    screen.say("[bold]no markup[/bold] " + "x" * 300)
    assert capsys.readouterr().out == "[bold]no markup[/bold] " + "x" * 300 + "\n"


def test_columns_are_aligned_and_nothing_is_cut_off(capsys) -> None:
    screen.columns(("NAME", "SIZE"), [("a", "1"), ("a very long name", "2")])
    assert capsys.readouterr().out == (
        "NAME              SIZE\na                 1\na very long name  2\n"
    )


def test_what_others_wrote_does_not_steer_the_terminal(capsys) -> None:
    screen.say("a\x1b[2Jb")
    screen.columns(("WHO", "WHAT"), [("me", "x\x1b]0;t\x07\nforged  line")])
    screen.fail(NotFound("No \x9b1m."), as_json=False)
    out, err = capsys.readouterr()
    assert out == "a␛[2Jb\nWHO  WHAT\nme   x␛]0;t␇␊forged  line\n"
    assert err == "error: No �1m.\n"


def test_fields_have_their_values_aligned(capsys) -> None:
    screen.fields([("project", "p"), ("files", "3")])
    assert capsys.readouterr().out == "project  p\nfiles    3\n"


def test_a_failure_goes_to_standard_error(capsys) -> None:
    screen.fail(NotFound("There is no [x]."), as_json=False)
    assert capsys.readouterr() == ("", "error: There is no [x].\n")


def test_a_failure_for_programs_has_its_kind(capsys) -> None:
    screen.fail(NotFound("Gone."), as_json=True)
    out, err = capsys.readouterr()
    assert (out, json.loads(err)) == ("", {"error": {"kind": "NotFound", "message": "Gone."}})


def test_json_is_one_value(capsys) -> None:
    screen.show_json({"a": ["ä"]})
    screen.show_json_line({"a": 1})
    out = capsys.readouterr().out
    assert out == '{\n  "a": [\n    "ä"\n  ]\n}\n{"a":1}\n'


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (54_120, "54.1 kB"),
        (3_200_000, "3.2 MB"),
        (78_900_000_000, "78.9 GB"),
    ],
)
def test_sizes_for_people(number: int, shown: str) -> None:
    assert screen.size(number) == shown


def test_counts_for_people() -> None:
    assert [screen.count(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
