"""Runs of text, some of them raised or lowered, as one text. Pure."""

from collections.abc import Collection, Iterable
from enum import Enum, auto
from itertools import groupby

from lodgepole.documents.inline_notation import lowered, raised


class Shift(Enum):
    """Position of a run against its line."""

    NONE = auto()
    RAISED = auto()
    LOWERED = auto()


Run = tuple[str, Shift]


def joined(runs: Iterable[Run], *, notes: Collection[str] = ()) -> str:
    """The text of runs in order; what is raised or lowered never touches a number.

    Args:
        runs: Neighbours that stand alike may be one run or several.
        notes: Marks that begin a note near them, where that is known.
    """
    filled = (run for run in runs if run[0])
    whole = [("".join(t for t, _ in group), s) for s, group in groupby(filled, key=lambda r: r[1])]
    parts: list[str] = []
    before = ""  # on the line
    for index, (text, shift) in enumerate(whole):
        if shift is Shift.NONE and index and whole[index - 1][1] is not Shift.NONE:
            text = text.lstrip(" ") if before[-1:] == " " else text
        if shift is not Shift.NONE and text.strip():
            after = whole[index + 1][0] if index + 1 < len(whole) else ""
            trail = text[len(text.rstrip()) :]
            lead = text[: len(text) - len(text.lstrip())]
            before += lead
            parts.append(lead)
            if shift is Shift.LOWERED:
                text = lowered(before, text.strip())
            else:
                text = raised(before, text.strip(), trail + after, notes=notes)
            text += "" if text[-1:].isspace() else trail
        parts.append(text)
        before = (before + text).rpartition("\n")[2][-200:]
    return "".join(parts)
