"""One file with what a person reads in it."""

from dataclasses import dataclass

Row = tuple[str, ...]
"""Cells from the left; an empty one is `""`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file and its truth; what is empty is not scored, except by `headings`."""

    name: str  # with the ending that decides how it is read
    data: bytes
    text: str = ""  # all of it, in reading order
    tables: tuple[tuple[Row, ...], ...] = ()  # the first row of each names the columns
    headings: tuple[str, ...] | None = None  # `()`: there is none
    said: tuple[str, ...] = ()  # stands in the text to the letter, white space aside
    unsaid: tuple[str, ...] = ()  # does not
