"""Output of the commands: text for people, JSON for programs; failures on standard error."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from lodgepole.control_characters import visible
from lodgepole.errors import LodgepoleError

if TYPE_CHECKING:
    from rich.console import Console


def terminal() -> "Console":
    """Standard output as it is now; never wraps or colours what was not asked to be."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True)


def say(text: str = "", *, style: str | None = None, end: str = "\n") -> None:
    from rich.text import Text

    terminal().print(Text(visible(text), style=style or ""), end=end)


def show_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.stdout.flush()


def show_json_line(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(file=sys.stderr, highlight=False, markup=False, soft_wrap=True).print(
        Text.assemble(("error: ", "bold red"), visible(message))
    )


def fail(error: LodgepoleError, *, as_json: bool) -> None:
    """Write the failure; JSON has the class's name as its kind."""
    if as_json:
        body = {"error": {"kind": type(error).__name__, "message": str(error)}}
        sys.stderr.write(orjson.dumps(body).decode() + "\n")
    else:
        complain(str(error))


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows under a header, aligned, nothing cut off; what has line ends is one line too."""
    rows = [[cell.replace("\n", "␊") for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    for row, style in [(header, "bold"), *((row, None) for row in rows)]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        say("  ".join(cells).rstrip(), style=style)


def fields(pairs: Sequence[tuple[str, str]]) -> None:
    """Write names and values, one pair a line, values aligned."""
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        say(f"{name.ljust(width)}  {value}")


def count(number: int, noun: str) -> str:
    """`1 assistant`, `3 assistants`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size(count: int) -> str:
    """Bytes for people: `812 B`, `54.1 kB`, `3.2 MB`, `78.9 GB`."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    if count < 1_000_000_000:
        return f"{count / 1_000_000:.1f} MB"
    return f"{count / 1_000_000_000:.1f} GB"
