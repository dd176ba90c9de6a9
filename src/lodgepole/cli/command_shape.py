"""Conventions of all commands: usage text, position of options, errors of usage."""

from collections.abc import Sequence
from typing import Any

import typer.core

from lodgepole.errors import InvalidRequest

EXIT_USAGE = 2

_ANYWHERE = ("--url", "--data-dir")  # options with a value that may stand before the command
_FLAG = "--json"
_BRACKETS = str.maketrans("{}", "<>")


class UsageError(InvalidRequest):
    """A value on the command line is wrong, which needs no server to tell; exit code 2."""


class UsageCommand(typer.core.TyperCommand):
    """A command whose usage names what must be given `<so>`."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [piece.translate(_BRACKETS) for piece in super().collect_usage_pieces(ctx)]


def shaped(app: typer.Typer) -> typer.Typer:
    """The app, with the usage of its commands as `UsageCommand` has it."""
    for command in app.registered_commands:
        command.cls = UsageCommand
    return app


def options_last(arguments: Sequence[str]) -> list[str]:
    """The arguments, with options that commands share moved behind the command's own.

    `lodgepole --url U files list A` is `lodgepole files list A --url U`.
    """
    moved: list[str] = []
    rest = list(arguments)
    while rest:
        name = rest[0].partition("=")[0]
        if rest[0] == _FLAG or (name in _ANYWHERE and "=" in rest[0]):
            moved.append(rest.pop(0))
        elif name in _ANYWHERE and len(rest) > 1:
            moved += [rest.pop(0), rest.pop(0)]
        else:
            break
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *moved, *rest[end:]]
