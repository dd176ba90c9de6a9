"""Composes an answer from quotes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from lodgepole.chat.citing.citation_markers import shield
from lodgepole.chat.localised_phrases import Phrases, listed
from lodgepole.chat.quoting.question_names import Anchor
from lodgepole.chat.quoting.quote_parts import Part
from lodgepole.chat.quoting.quotes import Quote, together
from lodgepole.chat.quoting.snippet_outlines import Excerpt
from lodgepole.model import Source

LABEL_CHARS = 80  # of the headings that follow a file's name


@dataclass(frozen=True, slots=True)
class Found:
    """What is quoted; `missing` is in no source, `unsaid` not where the quotes are from.

    `framing` is in no source either and hides no answer: a speaker does not name himself.

    It is not `clear` where a figure is asked for and the quotes have none.
    """

    quotes: tuple[Quote, ...]
    missing: tuple[Anchor, ...] = ()
    unsaid: tuple[Anchor, ...] = ()
    clear: bool = True
    excerpt: Excerpt | None = None
    shown: tuple["Shown", ...] = ()
    framing: tuple[Anchor, ...] = ()

    def groups(self, ours: Phrases) -> list[tuple[Quote, tuple[Part, ...]]]:
        """What is shown, each with the quote that it is of."""
        shown = self.shown or tuple(Shown(q, q.parts) for q in self.quotes)
        return together([(s.quote, s.noted(ours)) for s in shown])


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a quote; `some` is how many of how many items, where not all are."""

    quote: Quote
    parts: tuple[Part, ...]
    some: tuple[int, int] | None = None

    def noted(self, ours: Phrases) -> tuple[Part, ...]:
        """The parts, with a note where they are not all."""
        if self.some is None:
            return self.parts
        shown, of = self.some
        note = ours.first_of.format(shown=shown, of=of)
        pages = self.quote.source.snippet.pages
        where = f", {ours.page.format(page=pages[0])}" if len(pages) == 1 else ""
        return *self.parts, Part(f"({note}{where})", cited=False, own_line=True)


def _lead(found: Found, ours: Phrases) -> str:
    """What stands before the quotes, or instead of them."""
    if found.excerpt is not None:
        return _lead_of_excerpt(found.excerpt, ours)
    missing = listed([anchor.text for anchor in found.missing])
    no_mention = ours.no_mention.format(names=missing) if missing else ""
    if not found.quotes:
        return f"{no_mention} {ours.nothing_found}".lstrip()
    if missing:
        return f"{no_mention} {ours.nearest}"
    if found.unsaid:
        return ours.not_said.format(names=listed([anchor.text for anchor in found.unsaid]))
    return ours.lead if found.clear else ours.unclear


def _lead_of_excerpt(excerpt: Excerpt, ours: Phrases) -> str:
    shown = len(excerpt.quotes)
    if excerpt.kind == "outline":
        return ours.outline
    return ours.rows if shown == excerpt.of else f"{ours.rows} ({shown}/{excerpt.of})"


def text_parts(found: Found, ours: Phrases) -> list[str]:
    """The answer in pieces, each quote under the name of its file and followed by its marker."""
    parts = [_lead(found, ours)]
    label_before = ""
    for quote, shown in found.groups(ours):
        named = shield(label(quote))
        parts.append("\n\n" if named == label_before else f"\n\n{named}:\n")
        label_before = named
        parts += _marked(quote.source, shown)
    if found.framing:
        names = listed([anchor.text for anchor in found.framing])
        parts.append(f"\n\n({ours.no_mention.format(names=names)})")
    return parts


def _marked(source: Source, shown: Sequence[Part]) -> list[str]:
    """The parts of a quote, each followed by its marker."""
    marked: list[str] = []
    for part in shown:
        space = "" if not marked else "\n" if part.own_line else " "
        marked.append(f"{space}{shield(part.text)}")
        if part.cited:
            marked.append(f" [{source.number}]")
    return marked


def json_parts(found: Found, ours: Phrases) -> list[str]:
    """The answer as one JSON object."""
    groups = found.groups(ours)
    cited = ["".join(_marked(quote.source, shown)) for quote, shown in groups]
    files = [quote.source.snippet.file.upload.name for quote, _ in groups]
    plain = cited and not (found.missing or found.unsaid or found.excerpt)
    answer = (
        cited[0]
        if plain
        else "\n\n".join((_lead(found, ours), *(cited if found.excerpt else cited[:1])))
    )
    return [orjson.dumps({"answer": answer, "quotes": cited, "files": files}).decode()]


def label(quote: Quote) -> str:
    """Which file a quote is of, and under which heading it stands there."""
    name = quote.source.snippet.file.upload.name
    heading = quote.under
    if not heading or quote.parts[0].text.strip("# ") == heading:
        return name
    if len(heading) > LABEL_CHARS:
        heading = f"{heading[: LABEL_CHARS - 1].rstrip()}…"
    return f"{name} › {heading}"
