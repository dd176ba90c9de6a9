"""Line breaks between words, in text that arrives piece by piece."""

import re
import shutil
import sys

_PIECES = re.compile(r"\n|[^\S\n]+|\S+")
_LITERAL = ("|", "```", "    ", "\t")  # how a line of a table or of code begins


class WordWrap:
    """Text with breaks between words where a line would cross the right margin.

    Lines of tables and code stay as they are. A word wider than the line is let through whole.
    """

    def __init__(self, width: int, *, indent: str = "") -> None:
        """`width` in columns; `indent` begins each line that a break makes."""
        self._width = width
        self._indent = indent
        self._line = ""  # what was written of the line, for how it begins and how wide it is
        self._space = ""  # spaces that a break would replace
        self._word = ""  # the last word, which the next piece may continue

    def feed(self, text: str) -> str:
        """What can be written now; the last word waits for what follows it."""
        written: list[str] = []
        for piece in _PIECES.findall(text):
            if not piece.isspace():
                self._word += piece
                continue
            written.append(self._placed())
            if piece == "\n":
                written.append("\n")
                self._line = self._space = ""
            else:
                self._space += piece
        return "".join(written)

    def flush(self) -> str:
        """What was held back."""
        written = self._placed() + self._space
        self._line += self._space
        self._space = ""
        return written

    def _placed(self) -> str:
        if not self._word:
            return ""
        added = self._space + self._word
        literal = (self._line + added).startswith(_LITERAL)
        if self._line and not literal and _columns(self._line + added) > self._width:
            self._line = self._indent + self._word
            added = "\n" + self._line
        else:
            self._line += added
        self._space = self._word = ""
        return added


def terminal_wrap(*, indent: str = "") -> WordWrap | None:
    """A wrap to the terminal's width; None where the output is no terminal."""
    if not sys.stdout.isatty():
        return None
    return WordWrap(shutil.get_terminal_size().columns, indent=indent)


def _columns(text: str) -> int:
    from rich.cells import cell_len  # an answer is written by rich anyway; `--help` is not

    return cell_len(text)
