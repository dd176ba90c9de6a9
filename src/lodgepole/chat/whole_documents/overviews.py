"""Outlines, pages and sections of stored documents, written as answers. Pure."""

from collections import Counter
from collections.abc import Sequence

from lodgepole.chat.quoting.prepared_answers import Line, Page, PreparedAnswer
from lodgepole.chat.whole_documents.document_outlines import (
    Outline,
    Section,
    Span,
    outline_of,
    said_between,
    sections_of,
    table_of_all,
    title_of,
)
from lodgepole.chat.whole_documents.document_questions import LAST_PAGE
from lodgepole.chat.whole_documents.overview_phrases import OverviewPhrases
from lodgepole.model import BlockKind, Document, File, PageSpan
from lodgepole.text.words import squeeze

MOST_FILES = 12  # whose beginnings are shown together
MOST_NAMES = 60  # of files that are listed
MOST_QUOTED = 24  # sentences and rows of a page or section
MOST_CHARS = 4_000  # of them together
MOST_COLUMNS = 12
LISTED_SECTIONS = 20


def outline_answer(files: Sequence[tuple[File, Document]], ours: OverviewPhrases) -> PreparedAnswer:
    """The outline of each file; of several that a name fits equally, one after the other."""
    page = Page()
    names = ", ".join(_called(file, document, ours) for file, document in files)
    page.say(ours.outline.format(name=names))
    for file, document in files:
        if len(files) > 1:
            page.say(f"{file.upload.name}:")
        _put_outline(page, file, document, outline_of(document), ours)
    return page.done()


def beginnings_answer(
    files: Sequence[tuple[File, Document]], left_out: int, ours: OverviewPhrases
) -> PreparedAnswer:
    """Each file by its title and its first sentence."""
    page = Page()
    page.say(ours.outlines)
    outlines = [outline_of(document) for _, document in files]
    alike = Counter(
        squeeze(document.text[a:b])
        for (_, document), outline in zip(files, outlines, strict=True)
        for a, b in outline.lead[:1]
    )
    for (file, document), outline in zip(files, outlines, strict=True):
        told = [*outline.lead[:1], *(s.first for s in outline.sections if s.first)]
        own = [(a, b) for a, b in told if alike[squeeze(document.text[a:b])] < 2]
        first = own[:1] or told[:1]
        named = f"{_called(file, document, ours)}:"
        page.put(Line(named), *(page.quote(file, document, *span) for span in first))
    _put_more(page, left_out, ours)
    return page.done()


def names_answer(files: Sequence[File], ours: OverviewPhrases) -> PreparedAnswer:
    """The names of all files, as far as they are listed."""
    page = Page()
    page.say(ours.files.format(n=len(files)))
    page.put(
        *(Line(f"- {_with_pages(file, file.page_count, ours)}") for file in files[:MOST_NAMES])
    )
    _put_more(page, len(files) - MOST_NAMES, ours)
    return page.done()


def pages_answer(
    files: Sequence[tuple[File, Document]], numbers: Sequence[int], ours: OverviewPhrases
) -> PreparedAnswer:
    """What stands on these pages, word for word as far as there is room; else why not."""
    page = Page()
    for file, document in files:
        _put_pages(page, file, document, numbers, ours)
    return page.done()


def _put_pages(
    page: Page, file: File, document: Document, numbers: Sequence[int], ours: OverviewPhrases
) -> None:
    name, count = file.upload.name, len(document.pages)
    if not count:
        page.say(ours.no_pages.format(name=name))
        _put_outline(page, file, document, outline_of(document), ours)
        return
    for asked in numbers:
        number = count if asked == LAST_PAGE else asked
        if not 1 <= number <= count:
            page.say(ours.no_page.format(name=name, count=count, n=number))
            continue
        span: PageSpan = document.pages[number - 1]
        lines, left_out = _quoted(page, file, document, span.start, span.end)
        if not lines:
            page.say(ours.no_text.format(name=name, n=number))
            continue
        page.say(f"{name}, {ours.page.format(n=number)}:")
        for paragraph in lines:
            page.put(*paragraph)
        _put_more(page, left_out, ours)


def sections_answer(
    found: Sequence[tuple[File, Document, Section]], ours: OverviewPhrases
) -> PreparedAnswer:
    """What stands in these sections, word for word as far as there is room."""
    page = Page()
    for file, document, section in found:
        where = f", {ours.page.format(n=section.page)}" if section.page else ""
        page.say(f"{file.upload.name} › {section.title}{where}:")
        lines, left_out = _quoted(page, file, document, section.heading[1], section.end)
        if not lines:
            page.put(page.quote(file, document, *section.heading))
        for paragraph in lines:
            page.put(*paragraph)
        _put_more(page, left_out, ours)
    return page.done()


def topic_answer(
    found: Sequence[tuple[File, Document, Sequence[Span], int]], ours: OverviewPhrases
) -> PreparedAnswer:
    """Sentences of each file on what is asked about, in order; with how many are left out."""
    page = Page()
    for file, document, spans, left_out in found:
        page.say(ours.topic.format(name=file.upload.name))
        for span in spans:
            page.put(page.quote(file, document, *span))
        _put_more(page, left_out, ours)
    return page.done()


def no_section_answer(file: File, document: Document, ours: OverviewPhrases) -> PreparedAnswer:
    """That there is no such section, and which there are."""
    page = Page()
    page.say(ours.no_section.format(name=file.upload.name))
    sections = [section for _, section in sections_of(document)]
    page.put(
        *(page.quote(file, document, *section.heading) for section in sections[:LISTED_SECTIONS])
    )
    _put_more(page, len(sections) - LISTED_SECTIONS, ours)
    return page.done()


# --- parts --------------------------------------------------------------------------------------


def _called(file: File, document: Document, ours: OverviewPhrases) -> str:
    """A file's name with its title, where that says more, and how many pages it has."""
    title = title_of(document)
    named = _with_pages(file, len(document.pages), ours)
    bare = file.upload.name.rpartition(".")[0].replace("_", " ").replace("-", " ").casefold()
    return named if not title or title.casefold() == bare else f"{named}, “{title}”"


def _with_pages(file: File, count: int | None, ours: OverviewPhrases) -> str:
    pages = f" ({ours.pages.format(n=count)})" if count else ""
    return f"{file.upload.name}{pages}"


def _put_outline(
    page: Page, file: File, document: Document, outline: Outline, ours: OverviewPhrases
) -> None:
    table = table_of_all(document)
    if table is not None:
        rows, names = table
        more = " …" if len(names) > MOST_COLUMNS else ""
        columns = f"{', '.join(names[:MOST_COLUMNS])}{more}"
        page.say(ours.columns.format(n=rows, columns=columns))
    if outline.central:
        page.say(ours.central.format(n=len(outline.lead)))
    lead = [page.quote(file, document, *span, own_line=False) for span in outline.lead]
    if outline.sections:
        page.put(*lead)
    else:
        for line in lead:
            page.put(line)
    for section in outline.sections:
        where = f" ({ours.page.format(n=section.page)})" if section.page else ""
        if section.first is None:
            page.put(page.quote(file, document, *section.heading))
        else:
            page.put(Line(f"{section.title}{where}:"), page.quote(file, document, *section.first))
    _put_more(page, outline.left_out, ours)


def _quoted(
    page: Page, file: File, document: Document, start: int, end: int
) -> tuple[list[tuple[Line, ...]], int]:
    """The sentences of a stretch by paragraph, and how many did not fit."""
    paragraphs: list[tuple[Line, ...]] = []
    quoted, chars, left_out = 0, 0, 0
    for block, spans in said_between(document, start, end):
        lines: list[Line] = []
        for a, b in spans:
            if left_out or quoted == MOST_QUOTED or (quoted and chars + b - a > MOST_CHARS):
                left_out += 1
                continue
            rows = block.kind in (BlockKind.TABLE, BlockKind.RECORD, BlockKind.CODE)
            lines.append(page.quote(file, document, a, b, own_line=rows))
            quoted += 1
            chars += b - a
        if lines:
            paragraphs.append(tuple(lines))
    return paragraphs, left_out


def _put_more(page: Page, left_out: int, ours: OverviewPhrases) -> None:
    if left_out > 0:
        page.say(ours.more.format(n=left_out))
