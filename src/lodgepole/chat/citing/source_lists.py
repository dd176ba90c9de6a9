"""Removes a list of sources that a model writes beneath its answer. Pure.

`Sources:` with markers or files' names beneath it, and lines such as `[^2]: atlas.txt`, say
nothing that the citations do not say. What is on them is passed on as `Listed`, for answers
that name their sources nowhere else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lodgepole.chat.citing.citation_markers import Marker, Piece
from lodgepole.chat.citing.marker_styles import Doubtful
from lodgepole.chat.citing.reference_phrases import FileNames

_HEADINGS = frozenset(
    {
        *("source", "sources", "reference", "references", "citation", "citations", "footnotes"),
        *("quelle", "quellen", "fuente", "fuentes", "fonte", "fonti", "bron", "bronnen"),
        *("références", "источники", "bibliography"),
    }
)
_MARKS = " \t*_#:"
_BULLET = re.compile(r"[ \t]{0,8}(?:[-*•+]|[0-9]{1,2}[.)])?[ \t]{0,3}")
_BULLET_BEGUN = re.compile(r"[ \t]{0,8}(?:[-*•+]|[0-9]{0,2}[.)]?)?")
_NUMBERS = re.compile(r"[0-9]{1,3}(?:\s?[,;&]\s?[0-9]{1,3}){0,8}")
_NUMBERS_BEGUN = re.compile(r"[0-9,;&\s]{1,60}")
_SEPARATORS = " \t,;:.-–—|*_()\"'`"
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Listed:
    """Sources that are only listed; by number, each once."""

    numbers: tuple[Marker, ...]


class SourceLists:
    """Pieces of an answer on their way through, without lists of sources.

    A line is held back as long as it may belong to such a list.
    """

    def __init__(self, files: FileNames) -> None:
        self._files = files
        self._held: list[Piece] = []  # a heading, and empty lines beneath it
        self._line: list[Piece] = []  # the line that is under way, as long as it may be listed
        self._headed = False  # a heading is held back, or was taken out
        self.passing = False
        """This line is text, and what comes of it can go by."""

    def feed(self, piece: Piece) -> Iterator[Piece | Listed]:
        """Take the next piece."""
        if not isinstance(piece, str):
            yield from self._take(piece)
            return
        at = 0
        while at < len(piece):
            if self.passing:
                newline = piece.find("\n", at)
                end = len(piece) if newline < 0 else newline + 1
                yield piece[at:end]
                self.passing = newline < 0
                at = end
            else:
                yield from self._take(piece[at])
                at += 1

    def close(self) -> Iterator[Piece | Listed]:
        """The text is complete."""
        if self._line:
            yield from self._line_ended(())
        yield from self._release()

    def _take(self, piece: Piece) -> Iterator[Piece | Listed]:
        if self.passing:
            yield piece
        elif piece == "\n":
            yield from self._line_ended((piece,))
        else:
            self._line.append(piece)
            if not self._may_be_listed():
                self.passing, self._headed = True, False
                yield from self._release()
            elif piece == ":" and not self._headed and _is_heading(self._text()):
                self._held, self._line, self._headed = [*self._held, *self._line], [], True

    def _line_ended(self, newline: tuple[Piece, ...]) -> Iterator[Piece | Listed]:
        text = self._text()
        if not text.strip(_MARKS) and not self._markers():
            self._held += [*self._line, *newline]
            self._line = []
            if not self._headed:
                yield from self._release()
        elif self._is_listed():
            entry = _entry(text)
            named = self._files.named(entry) or tuple(map(int, re.findall(r"\d+", entry)))
            markers = tuple(self._markers()) or (Marker(tuple((n, n) for n in named)),)
            self._held, self._line, self._headed = [], [], True
            yield Listed(markers)
            yield from newline
        elif not self._headed and _is_heading(text) and not self._markers():
            self._held, self._line, self._headed = [*self._held, *self._line, *newline], [], True
        else:
            self._line += newline
            self._headed = False
            yield from self._release()

    def _release(self) -> Iterator[Piece]:
        held, self._held, self._line = [*self._held, *self._line], [], []
        texts: list[str] = []
        for piece in held:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            if texts:
                yield "".join(texts)
                texts.clear()
            yield piece
        if texts:
            yield "".join(texts)

    # --- one line ---

    def _text(self) -> str:
        return "".join(p for p in self._line if isinstance(p, str))

    def _markers(self) -> list[Marker]:
        return [
            Marker(tuple((n, n) for n in p.numbers)) if isinstance(p, Doubtful) else p
            for p in self._line
            if not isinstance(p, str)
        ]

    def _is_listed(self) -> bool:
        """Whether the line holds markers and names of files alone, in a list or as a footnote."""
        entry = _entry(self._text())
        named = bool(entry) and bool(self._files.named(entry))
        if self._headed:
            numbered = _NUMBERS.fullmatch(entry) is not None
            return named or numbered or (not entry and bool(self._markers()))
        return named and bool(self._markers()) and not isinstance(self._line[0], Doubtful)

    def _may_be_listed(self) -> bool:
        text = self._text()
        if len(text) > LONGEST_LINE:
            return False
        entry = _entry(text)
        if not self._headed and not self._markers():
            return _may_be_heading(text)
        if not entry or self._files.may_become(entry):
            return True
        begun = _NUMBERS_BEGUN.fullmatch(entry) or _BULLET_BEGUN.fullmatch(text)
        return self._headed and begun is not None


def _entry(text: str) -> str:
    """What a line of a list says."""
    bullet = _BULLET.match(text)
    return text[bullet.end() if bullet else 0 :].strip(_SEPARATORS)


def _is_heading(text: str) -> bool:
    return text.strip(_MARKS).casefold() in _HEADINGS and text.strip() != text.strip(_MARKS)


def _may_be_heading(text: str) -> bool:
    words = text.lstrip(_MARKS).casefold()
    return any(h.startswith(words.rstrip(_MARKS)) and len(words) < len(h) + 6 for h in _HEADINGS)
