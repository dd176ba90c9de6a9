"""Options stand on either side of the command; usage is bracketed as people know it."""

from typing import Annotated

import pytest
import typer
import typer.main

from lodgepole.cli.command_shape import options_last, shaped


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], []),
        (["files", "list", "a"], ["files", "list", "a"]),
        (
            ["--url", "http://h:1", "files", "list", "a"],
            ["files", "list", "a", "--url", "http://h:1"],
        ),
        (["--url=http://h:1", "--json", "usage"], ["usage", "--url=http://h:1", "--json"]),
        (["--data-dir", "/d", "chat", "a", "--", "--why?"],
         ["chat", "a", "--data-dir", "/d", "--", "--why?"]),
        (["--version"], ["--version"]),
        (["--url"], ["--url"]),
        (["files", "list", "--url", "http://h:1"], ["files", "list", "--url", "http://h:1"]),
    ],
)  # fmt: skip
def test_shared_options_before_the_command_are_moved_behind_it(given, meant):
    assert options_last(given) == meant


def test_usage_names_arguments_in_angle_brackets():
    app = typer.Typer()

    @app.command("one")
    def one(assistant: str, message: Annotated[str | None, typer.Argument()] = None) -> None:
        """Do one thing."""

    command = typer.main.get_command(shaped(app))
    with command.make_context("one", ["a"]) as context:
        assert command.get_usage(context) == "Usage: one [OPTIONS] <assistant> [message]"
