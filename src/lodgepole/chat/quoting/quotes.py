"""Selects quotable sentences of a source, each with the context that it needs. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from lodgepole.chat.quoting.lines import LONGEST_TITLE, Line, lines_of
from lodgepole.chat.quoting.quote_parts import Announced, Part, announced, parts_of
from lodgepole.chat.quoting.quote_sections import Reach, is_heading, section_of
from lodgepole.chat.quoting.sentence_scoring import Asked
from lodgepole.model import FileKind, Source
from lodgepole.text.sentences import ends_sentence, is_field
from lodgepole.text.words import content_stems, stems_of, words

LONGEST_OVER = 400  # characters of a paragraph before a sentence, that say what it is about


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence, row or item.

    Attributes:
        stems: Of the text itself.
        about: Of the line that says what it is about.
        before: Of the line before it, and of the heading over it.
        meant: The text as it is understood: an item together with its lead-in.
        value: Whether it is one of a JSON record: short, and of use only when asked for by name.
        under: The heading that it stands under, where the snippet shows it.
    """

    source: Source
    text: str
    stems: frozenset[str]
    about: frozenset[str]
    before: frozenset[str]
    meant: str
    value: bool
    under: str
    _lines: Sequence[Line] = field(repr=False)
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
    def is_label(self) -> bool:
        """Whether it is a heading or as short as one, `Post: Head of Sales`, and leads nowhere."""
        line = self._lines[self._at]
        return (line.kind == "title" or is_heading(line)) and len(self.parts) == 1

    @property
    def is_item(self) -> bool:
        """Whether it is one of a list."""
        return self._lines[self._at].kind in ("item", "more")

    @property
    def opens(self) -> bool:
        """Whether a paragraph begins with it."""
        return self._lines[self._at].apart

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is shown: the text, and what it needs before and after it."""
        return parts_of(self._lines, self._at)

    @property
    def is_cut(self) -> bool:
        """Whether it is part of a sentence whose other part the source does not have."""
        if self._lines[self._at].kind != "prose" or self.source.snippet.text.islower():
            return False
        if self._at == 0 and self.text[0].islower():
            return True
        last = self._at == len(self._lines) - 1 and len(self.text) > LONGEST_TITLE
        return last and not ends_sentence(self.text)

    @property
    def is_bare(self) -> bool:
        """Whether it leads into something, or asks something, and nothing follows."""
        line = self._lines[self._at]
        asks = line.text.endswith((":", "：", "?", "？"))
        return asks and (line.kind != "lead" or all(p.text == line.text for p in self.parts))

    def overlaps(self, other: "Quote") -> bool:
        """Whether what it cites is shown with the other already."""
        theirs = {part.text for part in other.parts}
        return any(part.cited and part.text in theirs for part in self.parts)

    def over(self) -> str:
        """What its paragraph says before it."""
        first = self._at
        while first > 0 and not self._lines[first].apart:
            first -= 1
        return " ".join(line.text for line in self._lines[first : self._at])[-LONGEST_OVER:]

    def announced(self) -> Announced | None:
        """The whole list or table that it leads into or is of; None where it is of none."""
        line = self._lines[self._at]
        lead = line if line.kind in ("lead", "title") else line.lead
        if lead is None or lead.at < 0 or line.kind in ("row", "record", "field"):
            return None
        return announced(self._lines, lead.at)

    def below(self, chars: int) -> tuple[Part, ...]:
        """What stands under a heading, whatever it is, as far as it goes on."""
        told = [Part(self.text, cited=False)]
        for line in self._lines[self._at + 1 :]:
            chars -= len(line.text)
            if chars < 0 or line.kind in ("title", "code", "head"):
                break
            told.append(Part(line.text, own_line=line.begins))
        return tuple(told)

    def explained(self, reach: Reach) -> Announced:
        """It with what stands before and after it in its section."""
        return section_of(self._lines, self._at, reach)


def only_repeats(quote: Quote, asked: Asked) -> bool:
    """Whether it is no more than a heading with words of the question."""
    if not quote.is_label:
        return False
    said = content_stems(words(quote.text))
    return 2 * len(said & asked.stems) >= len(said)


def together(
    quotes: Sequence[tuple[Quote, tuple[Part, ...]]],
) -> list[tuple[Quote, tuple[Part, ...]]]:
    """What is shown of the quotes in order, each with the first of its group.

    Rows and items of one head stand under it together.
    """
    shown: dict[tuple[str, ...], tuple[Quote, tuple[Part, ...]]] = {}
    for quote, parts in quotes:
        head = tuple(takewhile(lambda part: not part.cited, parts))
        key = (quote.source.snippet.file.id, *(part.text for part in head or parts))
        first, before = shown.get(key, (quote, ()))
        said = {part.text for part in before}
        after = parts[len(head) if before else 0 :]
        shown[key] = first, (*before, *(part for part in after if part.text not in said))
    return list(shown.values())


def _names_section(line: Line) -> bool:
    """Whether a heading is one beyond doubt: no sentence that an abbreviation or a note ends."""
    last = line.text[-1]
    return line.kind == "title" and (last.isalnum() or last in ")?？") and ". " not in line.text[4:]


def _is_asked_title(lines: Sequence[Line], at: int) -> bool:
    """Whether a line of its own asks what the paragraph under it answers, as in lists of such."""
    line = lines[at]
    if line.kind != "lead" or not line.begins or not line.text.endswith(("?", "？")):
        return False
    after = lines[at + 1] if at + 1 < len(lines) else None
    return len(line.text) <= LONGEST_TITLE and after is not None and after.begins


def quotes_of(source: Source) -> Iterator[Quote]:
    """Every sentence, row and item in order; heads of tables and code are none by themselves."""
    lines = lines_of(source)
    in_json = source.snippet.file.upload.kind is FileKind.JSON
    under, heading = "", frozenset[str]()
    for i, line in enumerate(lines):
        if line.over and (i == 0 or line.over != lines[i - 1].over):
            under, heading = line.over[-1], frozenset(stems_of(" ".join(line.over[-2:])))
        if line.text.startswith("#"):
            under = line.text.strip("# ")
        elif _names_section(line) or _is_asked_title(lines, i):
            under = line.text
        if line.rule or line.kind in ("code", "head"):
            continue
        lead = line.lead
        led = lead is not None and lead is not line and line.kind in ("item", "field", "prose")
        meant = f"{lead.text} {line.text}" if lead and led else line.text
        about = line.about | (lead.stems if lead else frozenset[str]())
        if under and line.kind in ("lead", "item", "more"):
            about, meant = about | heading, f"{under}: {meant}"
        value = in_json and line is not lead and is_field(line.text)
        before = heading | (lines[i - 1].stems if i and not line.apart else frozenset[str]())
        if line.kind == "title":
            heading = line.stems
        yield Quote(source, line.text, line.stems, about, before, meant, value, under, lines, i)
