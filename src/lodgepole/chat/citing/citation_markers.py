"""Scans an answer for citation markers, and escapes brackets of the documents themselves.

A model writes `[1]` after what source 1 supports. A document may hold `[1]` too. Before a
document is shown to a model its marker-like brackets become `⟦1⟧`; in the answer they become
brackets again, as text. So nothing that a document says can turn into a citation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lodgepole.chat.citing.marker_styles import (
    STARTS,
    Doubtful,
    Named,
    is_undecided,
    read,
    square,
)
from lodgepole.chat.citing.reference_phrases import LONGEST, FileNames, may_become, parse

_SHIELD = {"⟦": "[", "⟧": "]"}
LONGEST_MARKER = 60
# Whatever `_read` passes over before the first number: empty parts, brackets, a word.
_OPENS_MARKER = re.compile(
    r"[\[【［](?=(?:[\s,;()\[\]【】]|and\b(?!\.)){0,60}+(?:[A-Za-z]{1,9}+\.?+)?+[\s#^]{0,60}+[0-9])",
    re.IGNORECASE,
)
_SQUARE = re.compile(r"[\[【［]([^\[\]【】［］\n]{1,120})[\]】］]")
_JOINED = re.compile(r"[-–—][\[【]\s?([0-9]{1,3})\s?[\]】]")
_MAY_BE_JOINED = re.compile(r"[-–—](?:[\[【][\s0-9]{0,5})?")
LONGEST_LINK = 300
LONGEST_CODE = 500
_ALLOWED = frozenset("0123456789 \t,;:-–—^#[]【】.")
_WORDS_INSIDE = ("sources", "snippets", "documents", "docs", "refs", "nos", "and", "passages")
_PLAIN = re.compile(rf"[^`~\[【⟦⟧\n{re.escape(STARTS)}]+")
_PLAIN_JSON = re.compile(r'[^"\\\[【⟦⟧]+')
_CUT_OFF = re.compile(
    r"[\[【]{1,2}\s*([0-9]{1,3}(?:\s*[,;]\s*[0-9]{1,3})*)[\s,;]*(?:(?=[.!?](?:\s|$))|(?=\n)|$)"
)
_MAY_BE_CUT_OFF = re.compile(r"[\[【]{1,2}[\s0-9,;]*[.!?]?")


_PART = re.compile(
    r"(?:([A-Za-z]++)[.:]?+\s*+)?+[#^]?+[ \t]*+([0-9]{1,3}+)"
    r"(?:[ \t]*+[-–—][ \t]*+[#^]?+([0-9]{1,3}+))?+"
)


def shield(text: str) -> str:
    """Make what looks like a marker in a document something that is none."""
    if "[" not in text and "【" not in text and "［" not in text:
        return text
    shielded = list(text)
    for m in _OPENS_MARKER.finditer(text):
        shielded[m.start()] = "⟦"
        for i in range(m.end(), min(len(text), m.end() + LONGEST_MARKER)):
            if shielded[i] in "]】］":
                shielded[i] = "⟧"
                break
    for m in _SQUARE.finditer(text):
        if parse(m[1]) is not None:
            shielded[m.start()], shielded[m.end() - 1] = "⟦", "⟧"
    return "".join(shielded)


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers as written, in order, ranges as pairs `(first, last)`; may name no source at all."""

    ranges: tuple[tuple[int, int], ...]

    def numbers(self, known: range) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(max(first, known.start), min(last, known.stop - 1) + 1)


Piece = str | Marker | Doubtful


class MarkerScanner:
    """Splits a growing text into plain text and markers; what it yields depends on no chunking.

    Text inside code (fences, and back-ticked spans that close on their line) and, in JSON,
    outside of strings is never a marker. Only what might still become a marker is held back.
    """

    def __init__(self, *, json: bool = False, files: FileNames | None = None) -> None:
        self._held = ""
        self._files = files or FileNames({})
        self._json = json
        self._in_string = False
        self._line = ""  # of the current line, what precedes `_held`; enough to tell a fence
        self._fence = ""
        self._ticks = 0  # length of the run that opened the code span we are in
        self._element = ""  # that names a source and whose end is still to come

    def feed(self, text: str) -> Iterator[Piece]:
        self._held += text
        yield from self._scan(final=False)

    def close(self) -> Iterator[Piece]:
        yield from self._scan(final=True)

    def _scan(self, *, final: bool) -> Iterator[Piece]:
        plain: list[str] = []
        while self._held:
            taken = self._next(final=final)
            if taken is None:
                break
            length, piece = taken
            if not isinstance(piece, str):
                if plain:
                    yield "".join(plain)
                    plain = []
                yield piece
            else:
                plain.append(piece)
            self._pass(self._held[:length])
            self._held = self._held[length:]
        if plain:
            yield "".join(plain)

    def _pass(self, text: str) -> None:
        newline = text.rfind("\n")
        self._line = text[newline + 1 :] if newline >= 0 else (self._line + text)[-80:]

    def _next(self, *, final: bool) -> tuple[int, Piece] | None:
        """How much of `_held` is decided, and what it is; None when more text must come first."""
        plain = (_PLAIN_JSON if self._json else _PLAIN).match(self._held)
        if plain:
            return plain.end(), plain.group()
        c = self._held[0]
        if c in _SHIELD:
            return 1, _SHIELD[c]
        if self._json:
            return self._next_json(c, final=final)
        if c in "`~":
            return self._tick(c, final=final)
        if c == "\n":
            self._ticks = 0
        elif not self._fence and c in STARTS:
            return self._other_style(c, final=final)
        elif not self._fence:
            return self._bracket_or_code(final=final)
        return 1, c

    def _other_style(self, c: str, *, final: bool) -> tuple[int, Piece] | None:
        """A source named otherwise than by `[1]`; inside a code span nothing is."""
        before = self._line[-1:]
        if self._ticks or (c in "*_^" and before == c) or (c == "_" and before.isalnum()):
            return 1, c
        if self._element and self._held.lower().startswith(self._element):
            length, self._element = len(self._element), ""
            return length, Marker(())
        if not final and is_undecided(self._held, self._files):
            return None
        found = read(self._held[:LONGEST], self._files)
        if found is None:
            return 1, c
        length, named = found
        if isinstance(named, Named) and named.opened:
            self._element = f"</{named.opened}>"
        return length, _piece(named)

    def _next_json(self, c: str, *, final: bool) -> tuple[int, Piece] | None:
        if c == "\\":
            if len(self._held) < 2 and not final:
                return None
            return len(self._held[:2]), self._held[:2]
        if c == '"':
            self._in_string = not self._in_string
        elif self._in_string:
            return self._bracket(final=final)
        return 1, c

    # --- code ---

    def _tick(self, c: str, *, final: bool) -> tuple[int, Piece] | None:
        run = len(self._held) - len(self._held.lstrip(c))
        if run == len(self._held) and not final:
            return None
        opens_line = not self._line.strip()
        if self._fence:
            if opens_line and c == self._fence[0] and run >= len(self._fence):
                self._fence = ""
        elif opens_line and run >= 3:
            self._fence = c * run
        elif c == "`":
            self._ticks = 0 if run == self._ticks else (self._ticks or run)
        return run, self._held[:run]

    def _bracket_or_code(self, *, final: bool) -> tuple[int, Piece] | None:
        """A bracket: inside a code span only if that span closes before its line ends."""
        if not self._ticks:
            return self._bracket(final=final)
        for m in re.finditer(r"`+|\n", self._held):
            run = m.group()
            if run == "\n":
                break
            if m.end() == len(self._held) and not final:
                return None
            if len(run) == self._ticks:
                return m.start(), self._held[: m.start()]
        else:
            if not final and len(self._held) <= LONGEST_CODE:
                return None
        self._ticks = 0
        return self._bracket(final=final)

    # --- brackets ---

    def _bracket(self, *, final: bool) -> tuple[int, Piece] | None:
        named = self._file_name(final=final)
        if named is None or named[0]:
            return named
        end = _closing(self._held)
        marker = None if end is None else _read(self._held[:end])
        if end is None or marker is None:
            return self._phrase(final=final)
        joined = self._joined(end, marker, final=final)
        if joined is None:
            return None
        end, marker = joined
        link = self._link(end, final=final)
        return None if link is None else (link, marker)

    def _phrase(self, *, final: bool) -> tuple[int, Piece] | None:
        """A bracket that holds more than numbers, or is cut off."""
        end = self._held.find("]" if self._held[0] == "[" else "】", 0, LONGEST) + 1
        end = 0 if "\n" in self._held[:end] else end
        named = square(self._held[:end], self._files) if end else None
        if named is not None:
            link = self._link(end, final=final)
            return None if link is None else (link, _piece(named))
        undecided = not end and (
            _may_become_marker(self._held)
            or _MAY_BE_CUT_OFF.fullmatch(self._held)
            or may_become(self._held[1:], self._files)
        )
        return None if undecided and not final else self._cut_off()

    def _joined(self, end: int, marker: Marker, *, final: bool) -> tuple[int, Marker] | None:
        """The same marker, or the range that another one behind a dash makes of it: `[1]–[3]`."""
        rest = self._held[end : end + 10]
        if not final and (not rest or _MAY_BE_JOINED.fullmatch(rest)):
            return None
        m = _JOINED.match(rest)
        if m is None or len(marker.ranges) != 1:
            return end, marker
        return end + m.end(), Marker(((marker.ranges[0][0], int(m[1])),))

    def _file_name(self, *, final: bool) -> tuple[int, Piece] | None:
        """A bracket that names a file; `(0, "")` for any other."""
        end = self._held.find("]", 0, LONGEST)
        if end < 0:
            undecided = not final and self._files.is_undecided(self._held)
            return None if undecided else (0, "")
        bracket = self._held[: end + 1]
        numbers = self._files.read(bracket)
        if not numbers:
            return 0, ""
        link = self._link(end + 1, final=final)
        return None if link is None else (link, Doubtful(self._held[:link], numbers))

    def _link(self, end: int, *, final: bool) -> int | None:
        """Where the marker ends when a link target follows it, which then goes with it."""
        rest = self._held[end : end + LONGEST_LINK]
        if not rest:
            return end if final else None
        if rest[0] != "(":
            return end
        m = re.match(r"\([^\s()]*(\))?", rest)
        assert m is not None, "rest begins with a parenthesis"
        if m.group(1):
            return end + m.end()
        undecided = m.end() == len(rest) < LONGEST_LINK
        return None if undecided and not final else end

    def _cut_off(self) -> tuple[int, Piece]:
        """`[1` that the end of its sentence, line or answer cut off is a marker, too."""
        m = _CUT_OFF.match(self._held)
        marker = _read(f"[{m.group(1)}]") if m else None
        return (m.end(), marker) if m and marker else (1, self._held[0])


def _piece(named: Named | Doubtful) -> Piece:
    if isinstance(named, Doubtful):
        return named
    return Marker(tuple((n, n) for n in named.numbers))


def _closing(text: str) -> int | None:
    """Where the bracket that opens `text` is closed, if all between may stand in a marker."""
    depth = 0
    for i, c in enumerate(text[:LONGEST_MARKER]):
        if c in "[【":
            depth += 1
        elif c in "]】":
            depth -= 1
            if depth == 0:
                return i + 1
        elif c == "\n":
            return None
    return None


def _may_become_marker(text: str) -> bool:
    """Whether an unclosed bracket may yet be a marker: what it holds so far is allowed in one."""
    if len(text) >= LONGEST_MARKER:
        return False
    if text[0] == "【" and re.fullmatch(r"【[0-9\s:]*(?:†[^\n]*)?", text):
        return True
    letters = ""
    for i, c in enumerate(text):
        if c.isalpha():
            letters += c.lower()
        elif c in _ALLOWED:
            if c == "." and text[i - 1].isdigit() and text[i + 1 : i + 2] != "":
                return False
            if letters and not _is_word(letters):
                return False
            letters = ""
        else:
            return False
    return not letters or any(w.startswith(letters) for w in _WORDS_INSIDE)


def _is_word(letters: str) -> bool:
    return any(letters in (w, w.rstrip("s")) for w in (*_WORDS_INSIDE, "no", "ref", "doc"))


def _read(bracket: str) -> Marker | None:
    """The numbers in a closed bracket; None when this is no marker but text."""
    body = bracket[1:-1].removesuffix(".")
    if bracket[0] == "【":
        body = re.sub(r"^\s*(?:([0-9]+):)?([0-9]+)†.*$", r"\1,\2", body)
    body = re.sub(r"[\[\]【】]", " , ", body)
    ranges: list[tuple[int, int]] = []
    for part in re.split(r"[,;]|\band\b", body, flags=re.IGNORECASE):
        stripped = part.strip()
        if not stripped:
            continue
        m = _PART.fullmatch(stripped)
        if m is None or (m.group(1) and not _is_word(m.group(1).lower())):
            return None
        first = int(m.group(2))
        ranges.append((first, int(m.group(3) or first)))
    return Marker(tuple(ranges)) if ranges else None
