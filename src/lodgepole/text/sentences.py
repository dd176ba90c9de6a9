"""Sentence boundaries in any script; sentences, rows and items of a document's text. Pure.

One rule of what ends a sentence serves passages, quotes and the checks of answers. It looks at a
few characters around a mark, so that the time grows with the text alone.
"""

import re
from collections.abc import Iterator

from lodgepole.model import CELL_GAP
from lodgepole.text.abbreviations import AFTER_CHARS, BEFORE_CHARS, is_abbreviated
from lodgepole.text.numbers import word_value
from lodgepole.text.word_lists import folded
from lodgepole.text.words import WORD

CLOSERS = "\"'”’»)]*_」』）】》"
"""What may stand behind a sentence's mark and belongs to it."""
_STOPS, _UNSPACED_STOPS = ".!?…؟۔።", "。！？｡।॥"
_CLOSING = re.escape(CLOSERS)
# Behind the first kind white space follows; the second ends a sentence anywhere. A run of marks is
# looked at once, from its first.
_MARK = re.compile(
    rf"(?<![{_STOPS}])([{_STOPS}]++)[{_CLOSING}]*+(?=\s|\[\^)"
    rf"|(?<![{_UNSPACED_STOPS}])[{_UNSPACED_STOPS}]++[{_CLOSING}]*+"
)
_NOTE_MARKS = re.compile(r"(?:\s?\[\^[^\]\s]{1,12}\](?!:))+")
_NOT_SPACE = re.compile(r"\S")
LIST_MARK = re.compile(r"\s*+(?:[-*•‣◦▪●–]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|#{1,6}\s|\|)")
_COUNTED_MARK = re.compile(r"\s*+\((\d{1,3})\)\s+\S")
_LAST_WORD = re.compile(r"[^\W\d_]{1,20}$")
_COLUMNS = re.compile(r"\t|\S {3,}\S|\|[^|]*\|| \| ")
_KEY_VALUE = re.compile(r"""\s*+["']?[\w .()\[\]/-]{1,40}["']?\s?:\s*+\S""")
_LABEL = re.compile(r"""\s*+["']?[A-Za-z_][\w.\[\]-]{0,30}["']?: +["']?(?=\S)""")
_PROSE_WORDS = 8
_LONGEST = 700  # characters, from which a stretch without a sentence's end is cut
_WIDE = 40  # characters, from which a line may have been broken by the width of its page


# --- where sentences end ------------------------------------------------------------------------


def sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Return where each sentence of `[start, end)` ends but the last.

    That is behind its mark, what closes it, and marks of notes. A line end counts as any white
    space.
    """
    begin = start
    for mark in _MARK.finditer(text, start, end):
        notes = _NOTE_MARKS.match(text, mark.end(), end)
        stop = notes.end() if notes else mark.end()
        following = _NOT_SPACE.search(text, stop, end)
        if following is None:
            return
        after = following.start()
        spaced = mark.group(1) is not None
        if spaced and (after == stop or not _ends(text, begin, mark, after, end)):
            continue
        yield stop
        begin = after


def _ends(text: str, begin: int, mark: re.Match[str], after: int, end: int) -> bool:
    """Return whether a mark with white space behind it ends the sentence that began at `begin`."""
    if text[after].islower():
        return False
    if mark.group(1) != ".":
        return True
    first = max(begin, mark.end(1) - BEFORE_CHARS)
    return not is_abbreviated(
        text[first : mark.end(1)],
        text[after : min(end, after + AFTER_CHARS)],
        from_start=first == begin,
    )


def ends_sentence(text: str, following: str = "") -> bool:
    """Whether `text`, with white space and then `following` after it, is a finished sentence."""
    core = text[-BEFORE_CHARS - 8 :].rstrip(CLOSERS)
    if not core or core[-1] not in _STOPS + _UNSPACED_STOPS:
        return False
    if core[-1] != "." or core.endswith(".."):
        return True
    whole = len(text) <= BEFORE_CHARS + 8
    return not is_abbreviated(core, following[:AFTER_CHARS], from_start=whole)


# --- the sentences of a document's text ---------------------------------------------------------


def is_field(line: str) -> bool:
    """Return whether a line is a field of a record, `town: Bergen`."""
    return _LABEL.match(line) is not None


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a document's text, trimmed, in order, none without a word.

    Lines that a page's width broke are one sentence again; rows of tables, items of lists,
    headings and the fields of records stay by themselves.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        if _NOT_SPACE.search(text, start, end):
            spans.extend(_split(text, start, end))
    return [s for s in spans if WORD.search(text, *s)]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    width = max((end - start for start, end in lines), default=0)
    joined: list[tuple[int, int]] = []
    previous = ""
    for start, end in lines:
        line = text[start:end]
        if joined and _continues(previous, line, width):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        previous = line
    return joined


def _continues(previous: str, line: str, width: int) -> bool:
    before, after = previous.strip(), line.strip()
    if not before or not after or before.startswith("#"):
        return False
    if _COLUMNS.search(before) or _COLUMNS.search(after):
        return False
    if LIST_MARK.match(line):
        return _says_number_twice(before, line)
    if _KEY_VALUE.match(before) and _KEY_VALUE.match(after):
        return False
    if after[0].islower() or _stops_short(before, after):
        return True
    return len(previous.rstrip()) >= 0.7 * width and width >= _WIDE


def _says_number_twice(before: str, line: str) -> bool:
    """Return whether `(5) years` is no item of a list but goes on after `five`."""
    mark, last = _COUNTED_MARK.match(line), _LAST_WORD.search(before, max(0, len(before) - 20))
    return (
        mark is not None and last is not None and word_value(folded(last.group())) == mark.group(1)
    )


def _stops_short(before: str, after: str) -> bool:
    """Whether a line ends with an abbreviation that the next one goes on from: `No.`, then `7`."""
    if before[-1] != ".":
        return False
    return is_abbreviated(before[-BEFORE_CHARS:], after[:AFTER_CHARS])


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if text.find(CELL_GAP, start, end) >= 0:
        if end - start <= _LONGEST:
            return [_trim(text, start, end)]
    else:
        start = _after_label(text, start, end)
    spans: list[tuple[int, int]] = []
    begin = start
    for stop in sentence_ends(text, start, end):
        spans.append((begin, stop))
        begin = stop
    spans.append((begin, end))
    return [piece for s in spans for piece in _short(text, *_trim(text, *s)) if piece[0] < piece[1]]


def _after_label(text: str, start: int, end: int) -> int:
    """Where a record's field begins to speak, when its value is prose and not a mere value."""
    label = _LABEL.match(text, start, end)
    if label is None or not ends_sentence(text[max(label.end(), end - _LONGEST) : end].rstrip()):
        return start
    prose = len(WORD.findall(text, label.end(), end)) >= _PROSE_WORDS
    return label.end() if prose else start


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _short(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what has no sentence ends at a semicolon or, failing that, between two words."""
    pieces: list[tuple[int, int]] = []
    while end - start > _LONGEST:
        cut = max(text.rfind("; ", start + _LONGEST // 3, start + _LONGEST) + 1, 0)
        cut = cut or max(text.rfind(" ", start + _LONGEST // 3, start + _LONGEST), 0)
        cut = cut or start + _LONGEST
        pieces.append(_trim(text, start, cut))
        start = _trim(text, cut, end)[0]
    pieces.append((start, end))
    return pieces
