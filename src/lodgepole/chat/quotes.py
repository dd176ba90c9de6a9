"""What can be quoted of a source: its sentences, each with what it needs to be understood. Pure.

A row of a table needs the table's head, an item of a list the line that leads into it, a field of
a record the one that names it, a sentence about `it` or `them` the one before; a heading or a
question is nothing without what follows it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from lodgepole.chat.table_rows import heads, is_plain_row
from lodgepole.model import FileKind, Source
from lodgepole.text.sentences import (
    LIST_MARK,
    ends_sentence,
    is_field,
    sentence_spans,
)
from lodgepole.text.word_lists import POINTING_BACK, POINTING_EARLY
from lodgepole.text.words import squeeze, stems_of

LONGEST_AFTER = 500  # characters of a list, or of an answer, that follow what leads into it
LONGEST_BEFORE = 400
LONGEST_TITLE = 80
EARLY_WORDS = 4  # of a sentence, among which a pronoun stands for something before it
WORDS_OF_NAME = 2  # in the field that tells people which record this is
LONGEST_COMPLETING = 200  # of a sentence that goes on about the one before, and completes it
_RULE = re.compile(r"[ \t]*+\n([ \t]*+\|?[ \t]*+:?-{3}[^\n]*+)")  # what follows a table's first row
_GAP = re.compile(r"\n[ \t]*\n")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence or line as it is shown; `cited` when it says something by itself."""

    text: str
    cited: bool = True
    own_line: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence, row or item.

    Attributes:
        stems: Of the text itself.
        about: Of the line that says what it is about.
        meant: The text as it is understood: an item together with its lead-in.
        value: Whether it is one of a JSON record: short, and of use only when asked for by name.
        under: The heading that it stands under, where the snippet shows it.
    """

    source: Source
    text: str
    stems: frozenset[str]
    about: frozenset[str]
    meant: str
    value: bool
    under: str
    _lines: Sequence["_Line"] = field(repr=False)
    _at: int

    @property
    def start(self) -> int:
        """Where it begins in its snippet's text."""
        return self._lines[self._at].start

    @property
    def is_title(self) -> bool:
        """Whether it is a heading, which says nothing by itself."""
        return self._lines[self._at].kind == "title"

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is shown: the text, and what it needs before and after it."""
        return _parts(self._lines, self._at)

    def overlaps(self, other: "Quote") -> bool:
        """Whether what it cites is shown with the other already."""
        theirs = {part.text for part in other.parts}
        return any(part.cited and part.text in theirs for part in self.parts)


@dataclass(slots=True)
class _Line:
    """A sentence, row or item where it stands; `lead` is the line that it comes under."""

    text: str
    start: int
    apart: bool  # an empty line, or nothing, stands before it
    rule: str | None  # the line under a table's first row
    kind: str
    stems: frozenset[str]
    lead: "_Line | None" = field(default=None, repr=False)
    about: frozenset[str] = frozenset()
    begins: bool = True  # no other sentence stands before it on its line


def _kind(text: str) -> str:
    if text.startswith("|"):
        return "row"
    heading = text.startswith("#")
    if not heading and LIST_MARK.match(text):
        return "item"
    if text.endswith((":", "：", "?", "？")):
        return "lead"
    if heading:
        return "title"
    if is_field(text):  # one that says several is a whole record, and no field of the one above
        return "record" if is_plain_row(text) else "field"
    return "code" if "```" in text else "prose"


def together(quotes: Sequence[Quote]) -> list[tuple[Quote, tuple[Part, ...]]]:
    """What is shown of the quotes in order, each with the first of its group.

    Rows and items of one head stand under it together.
    """
    shown: dict[tuple[str, ...], tuple[Quote, tuple[Part, ...]]] = {}
    for quote in quotes:
        head = tuple(takewhile(lambda part: not part.cited, quote.parts))
        key = (quote.source.snippet.file.id, *(part.text for part in head or quote.parts))
        first, before = shown.get(key, (quote, ()))
        shown[key] = first, (*before, *quote.parts[len(head) if before else 0 :])
    return list(shown.values())


def quotes_of(source: Source) -> Iterator[Quote]:
    """Every sentence, row and item in order; heads of tables and code are none by themselves."""
    lines = _lines(source.snippet.text, source.snippet.running)
    in_json = source.snippet.file.upload.kind is FileKind.JSON
    if in_json:
        _name_records(lines)
    _name_columns(lines, source.snippet.table_head)
    under = ""
    for i, line in enumerate(lines):
        if line.text.startswith("#"):
            under = line.text.strip("# ")
        if line.rule or line.kind in ("code", "head"):
            continue
        lead = line.lead
        led = lead is not None and lead is not line and line.kind in ("item", "field", "prose")
        meant = f"{lead.text} {line.text}" if lead and led else line.text
        about = line.about | (lead.stems if lead else frozenset[str]())
        value = in_json and line is not lead and is_field(line.text)
        yield Quote(source, line.text, line.stems, about, meant, value, under, lines, i)


def _name_records(lines: Sequence[_Line]) -> None:
    """Each line of a record is about what names it: its first field, and the first with words.

    A record without such a field is left as it is.
    """
    starts = [i for i, line in enumerate(lines) if line.apart]
    for start, end in pairwise([*starts, len(lines)]):
        record = lines[start:end]
        if len(record) < 2 or not is_field(record[0].text):
            continue
        head = next(filter(_is_name, record), None)
        if head is None:
            continue
        values = frozenset[str]().union(*(line.stems for line in record if is_field(line.text)))
        named = record[0].stems | head.stems
        for line in record:
            # A sentence is about all that the record is; a value by itself about its name alone.
            if line.kind in ("field", "prose"):
                line.about, line.lead = named if is_field(line.text) else values, head


def _name_columns(lines: Sequence[_Line], above: str) -> None:
    """Put rows of tables without marks under the rows that name their columns."""
    tables = list(heads([(line.text, line.apart) for line in lines], above))
    for names, rows, outside in tables:
        said = outside or "\n".join(lines[n].text for n in names)
        stems = frozenset(stems_of(said))
        head = _Line(said, 0, apart=True, rule=None, kind="head", stems=stems)
        for n in names:
            lines[n].kind = "head"
        for n in rows:
            lines[n].kind, lines[n].lead = "row", head


def _is_name(line: _Line) -> bool:
    text = line.text
    sentence = ends_sentence(text) and line.kind != "lead"
    if not line.begins or len(text) > LONGEST_TITLE or sentence:
        return False
    value = text.partition(": ")[2] if is_field(text) else text
    return len(_FIRST_WORD.findall(value)) >= WORDS_OF_NAME


def _lines(text: str, running: Sequence[tuple[int, int]]) -> list[_Line]:
    lines: list[_Line] = []
    lead: _Line | None = None
    record: _Line | None = None  # the first field of the one under way
    end = 0
    for start, stop in _spans(text, running):
        apart = end == 0 or bool(_GAP.search(text, end, start))
        begins = end == 0 or "\n" in text[end:start]
        end = stop
        said = squeeze(text[start:stop])
        rule = _RULE.match(text, stop)
        under = squeeze(rule.group(1)) if rule else None
        line = _Line(
            said, start, apart, under, _kind(said), frozenset(stems_of(said)), begins=begins
        )
        of_lead = lead is not None and line.kind == ("row" if lead.rule else "item")
        if of_lead and not rule:
            line.lead = lead
        elif rule or line.kind in ("lead", "title"):
            lead = line
        elif line.kind != "item" or line.apart:
            lead = None
        if apart:
            record = None
        if line.kind == "field" and record is not None:
            line.lead = record
        elif line.kind == "field" and len(said) <= LONGEST_TITLE:
            record = line
        lines.append(line)
    for line, after in reversed(list(pairwise(lines))):
        if _is_title(line, after):
            line.kind = "title"
    return lines


def _spans(text: str, running: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of the sentences, without headers and footers that are repeated over pages."""
    for start, stop in sentence_spans(text):
        if not any(a <= start and stop <= b for a, b in running):
            yield start, stop


def _is_title(line: _Line, after: _Line) -> bool:
    """Whether a short line that is no sentence stands over one, as headings in PDF files do."""
    if line.kind != "prose" or len(line.text) > LONGEST_TITLE:
        return False
    if ":" in line.text or ends_sentence(line.text):
        return False
    return after.kind == "title" or (after.kind == "prose" and ends_sentence(after.text))


def _parts(lines: Sequence[_Line], i: int) -> tuple[Part, ...]:
    line = lines[i]
    here = Part(line.text, own_line=line.kind in ("row", "item", "field"))
    if line.lead is not None and line.lead.rule:
        return Part(line.lead.text, cited=False), Part(line.lead.rule, False, own_line=True), here
    if line.lead is line:
        return here, *(replace(part, cited=False) for part in _following(lines, i))
    if line.lead is not None and line.kind != "prose":
        return Part(line.lead.text, cited=False), here
    if line.kind in ("lead", "title"):
        after = tuple(_following(lines, i))
        after = after if any(part.cited for part in after) else ()
        return Part(line.text, cited=not after), *after
    before = i > 0 and _goes_on(lines[i - 1], line) and len(lines[i - 1].text) <= LONGEST_BEFORE
    after = i + 1 < len(lines) and _goes_on(line, lines[i + 1])
    completing = after and len(lines[i + 1].text) <= LONGEST_COMPLETING
    parts = (
        *((Part(lines[i - 1].text),) if before else ()),
        here,
        *((Part(lines[i + 1].text),) if completing else ()),
    )
    if line.lead is None:
        return parts
    return Part(line.lead.text, cited=False), replace(parts[0], own_line=True), *parts[1:]


def _following(lines: Sequence[_Line], i: int) -> Iterator[Part]:
    """The items that a line leads into, or the paragraph under it, after further titles."""
    left, begun = LONGEST_AFTER, False
    for line in lines[i + 1 :]:
        left -= len(line.text)
        of_lead = line.lead is lines[i]
        title = line.kind == "title" and not begun
        paragraph = line.kind in ("prose", "field") and not (begun and line.apart)
        if left < 0 or not (title or of_lead or paragraph):
            return
        yield Part(line.text, cited=not title, own_line=title or of_lead or not begun)
        begun = begun or not title


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a sentence begins with a word for something that the one before it named.

    A pronoun among its first words does the same: `For guests it is 20 euros`.
    """
    if line.apart or line.kind != "prose" or before.kind != "prose":
        return False
    first = _FIRST_WORD.match(line.text)
    if first is None:
        return False
    if first.group().casefold() in POINTING_BACK:
        return True
    return any(word in POINTING_EARLY for word in line.text.split()[1:EARLY_WORDS])
