"""Splits a source into sentences, rows and items, each with the heading above it. Pure.

A row of a table comes under the table's head, an item of a list under the line that leads into it,
a field of a record under the one that names it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from lodgepole.chat.stored_tables.table_rows import heads, is_plain_row
from lodgepole.model import CELL_GAP, FileKind, Snippet, Source
from lodgepole.text.sentences import LIST_MARK, ends_sentence, is_field, sentence_spans
from lodgepole.text.word_lists import ANNOUNCING
from lodgepole.text.words import squeeze, stems_of

LONGEST_TITLE = 80
KEPT_LINES = 4_096  # whose stems are kept, some megabytes; those found once are found again
WORDS_OF_NAME = 2  # in the field that tells people which record this is
FIRST_WORD = re.compile(r"[^\W\d_]+")
_RULE = re.compile(r"[ \t]*+\n([ \t]*+\|?[ \t]*+:?-{3}[^\n]*+)")  # what follows a table's first row
_ESCAPED = re.compile(
    r"(?<!\\n)(?:\\n)++(?=[\W\dA-Z]|$)"
    r"|['\"], ?['\"]role['\"]: ?['\"]\w{1,12}['\"]\}(?:, ?\{['\"]content['\"]: ?['\"])?"
    r"|\[?\{['\"]content['\"]: ?['\"]"
)
"""Line ends and turns of a conversation as they stand in text that a program wrote."""
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s")
_GAP = re.compile(r"\n[ \t]*\n")


@dataclass(slots=True)
class Line:
    """A sentence, row or item where it stands.

    Attributes:
        apart: Whether an empty line, or nothing, stands before it.
        rule: The line under a table's first row.
        kind: What it is: `row`, `head` of a table, `item`, `more` of an item, `lead`, `title`,
            `record`, `field`, `code`, `prose`.
        lead: The line that it comes under.
        about: Stems of what it is about, beside those of its lead.
        begins: Whether no other sentence stands before it on its line.
        at: Its place among the lines.
        over: The headings over it, as far as the source knows them.
    """

    text: str
    start: int
    apart: bool
    rule: str | None
    kind: str
    stems: frozenset[str]
    lead: "Line | None" = field(default=None, repr=False)
    about: frozenset[str] = frozenset()
    begins: bool = True
    at: int = -1
    over: tuple[str, ...] = ()


def lines_of(source: Source) -> list[Line]:
    """All lines in order, each under the one that it comes under."""
    lines = _lines(source.snippet)
    for at, line in enumerate(lines):
        line.at = at
    _place_in_sections(lines, source.snippet.sections)
    if source.snippet.file.upload.kind is FileKind.JSON:
        _name_records(lines)
    _name_columns(lines, source.snippet.table_head)
    return lines


def _place_in_sections(
    lines: Sequence[Line], sections: Sequence[tuple[int, tuple[str, ...]]]
) -> None:
    """Tell each line the headings over it; one that is such a heading itself opens its section."""
    if not sections:
        return
    known = {heading for _, path in sections for heading in path}
    left = [*sections]
    over: tuple[str, ...] = ()
    for line in lines:
        while left and left[0][0] <= line.start:
            over = left.pop(0)[1]
        said = line.text.strip("# ")
        if said in known:
            over = over[: over.index(said) + 1] if said in over else (*over[:-1], said)
            line.kind = "title" if line.kind == "prose" else line.kind
        line.over = over


def _lines(snippet: Snippet) -> list[Line]:
    text = snippet.text
    lines: list[Line] = []
    end = 0
    pages = [at for _, at in snippet.page_starts[1:]]
    for start, stop in _over_pages(text, _spans(text, snippet.running), pages):
        apart = end == 0 or bool(_GAP.search(text, end, start))
        begins = end == 0 or "\n" in text[end:start] or "\\n" in text[end:start]
        end = stop
        said = squeeze(text[start:stop])
        rule = _RULE.match(text, stop)
        under = squeeze(rule.group(1)) if rule else None
        lines.append(Line(said, start, apart, under, _kind(said), _stems(said), begins=begins))
    _lead_by_marks(lines)
    _name_fields(lines)
    for at, (line, after) in reversed(list(enumerate(pairwise(lines)))):
        if _is_title(line, after) or _is_numbered_title(lines[at - 1] if at else None, line, after):
            line.kind = "title"
    _lead_into_items(lines)
    return lines


@lru_cache(maxsize=KEPT_LINES)
def _stems(said: str) -> frozenset[str]:
    return frozenset(stems_of(said))


def _lead_by_marks(lines: Sequence[Line]) -> None:
    """Put items under a line with a colon or a heading, and rows under a head with a rule."""
    lead: Line | None = None
    before: Line | None = None
    for line in lines:
        in_item = before is not None and before.kind in ("item", "more")
        goes_on = not line.begins or (before is not None and _goes_on(before, line))
        if in_item and line.kind in ("prose", "lead") and goes_on:
            line.kind, line.lead = "more", before.lead if before else None
        elif line.rule or line.kind in ("lead", "title"):
            lead = line
        elif lead is not None and line.kind == ("row" if lead.rule else "item"):
            line.lead = lead
        elif line.kind != "item" or line.apart:
            lead = None
        before = line


def _name_fields(lines: Sequence[Line]) -> None:
    """Put fields under the first of their record."""
    record: Line | None = None
    for line in lines:
        if line.apart:
            record = None
        if line.kind != "field":
            continue
        if record is not None:
            line.lead = record
        elif len(line.text) <= LONGEST_TITLE:
            record = line


def _spans(text: str, running: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of the sentences, without headers and footers that are repeated over pages."""
    for start, stop in sentence_spans(_ESCAPED.sub(_line_end, text)):
        if not any(a <= start and stop <= b for a, b in running):
            yield start, stop


def _over_pages(
    text: str, spans: Iterable[tuple[int, int]], pages: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """The spans, with a sentence that the end of a page parts in one."""
    left = [*pages]
    last: tuple[int, int] | None = None
    for start, stop in spans:
        turned = False
        while left and left[0] <= start:
            turned = left.pop(0) > 0
        if last is not None:
            parted = turned and not text[last[1] : start].strip()
            begins = not text[max(0, last[0] - 2) : last[0]].strip()
            if parted and _is_rest(text[slice(*last)], text[start:stop], begins=begins):
                last = last[0], stop
                continue
            yield last
        last = start, stop
    if last is not None:
        yield last


def _goes_on(before: Line, line: Line) -> bool:
    return _is_rest(before.text, line.text, begins=before.begins)


def _is_rest(before: str, text: str, *, begins: bool) -> bool:
    """Whether a text goes on in the middle of a sentence, of which `before` is no mere heading.

    Where nothing has capital letters, nothing tells.
    """
    if not text[0].islower() or ends_sentence(before) or CELL_GAP in before or before.islower():
        return False
    return not begins or len(before) > LONGEST_TITLE or LIST_MARK.match(before) is not None


def _line_end(mark: re.Match[str]) -> str:
    """A line end of the same length, so that all places stay."""
    return "\n".rjust(len(mark.group()))


def _kind(text: str) -> str:
    if text.startswith("|"):
        return "row"
    heading = text.startswith("#")
    if not heading and LIST_MARK.match(text):
        return "item"
    if text.rstrip(". ").endswith((":", "：", "?", "？")):
        return "lead"
    if heading:
        return "title"
    if is_field(text):  # one that says several is a whole record, and no field of the one above
        return "record" if is_plain_row(text) else "field"
    return "code" if "```" in text else "prose"


def _is_title(line: Line, after: Line) -> bool:
    """Whether a short line that is no sentence stands over one, as headings in PDF files do."""
    if line.kind != "prose" or len(line.text) > LONGEST_TITLE:
        return False
    if ":" in line.text or ends_sentence(line.text) or after.text[0].islower():
        return False
    if after.kind == "lead":
        return after.apart
    return after.kind == "title" or (after.kind == "prose" and ends_sentence(after.text))


def _is_numbered_title(before: Line | None, line: Line, after: Line) -> bool:
    """Whether `3. Term` stands over a paragraph, and is no item of a list."""
    if line.kind != "item" or line.lead is not None or len(line.text) > LONGEST_TITLE:
        return False
    listed = before is not None and before.kind in ("item", "more", "lead")
    if listed or not _NUMBERED.match(line.text) or ends_sentence(line.text) or ":" in line.text:
        return False
    return after.kind in ("prose", "lead") and after.begins and not after.text[0].islower()


def _lead_into_items(lines: Sequence[Line]) -> None:
    """Put items under the line right above the first of them, where it has no mark of a lead."""
    lead: Line | None = None
    for before, line in pairwise(lines):
        if line.kind not in ("item", "more") or line.lead is not None:
            lead = None
            continue
        if before.kind in ("prose", "title") and _announces(before, apart=line.apart):
            lead = before
        elif before.kind not in ("item", "more"):
            lead = None
        line.lead = lead


def _announces(line: Line, *, apart: bool) -> bool:
    """Whether a line without a colon leads into the list that follows it."""
    if not ends_sentence(line.text):
        return line.begins and (not apart or len(line.text) <= LONGEST_TITLE)
    return any(word.casefold() in ANNOUNCING for word in FIRST_WORD.findall(line.text))


def _name_records(lines: Sequence[Line]) -> None:
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


def _is_name(line: Line) -> bool:
    text = line.text
    sentence = ends_sentence(text) and line.kind != "lead"
    if not line.begins or len(text) > LONGEST_TITLE or sentence:
        return False
    value = text.partition(": ")[2] if is_field(text) else text
    return len(FIRST_WORD.findall(value)) >= WORDS_OF_NAME


def _name_columns(lines: Sequence[Line], above: str) -> None:
    """Put rows of tables without marks under the rows that name their columns."""
    tables = list(heads([(line.text, line.apart) for line in lines], above))
    for names, rows, outside in tables:
        said = outside or "\n".join(lines[n].text for n in names)
        stems = frozenset(stems_of(said))
        head = Line(said, 0, apart=True, rule=None, kind="head", stems=stems)
        for n in names:
            lines[n].kind = "head"
        for n in rows:
            lines[n].kind, lines[n].lead = "row", head
