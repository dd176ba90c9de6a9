"""Which pages a reference names, and one reference for each cited file."""

from collections.abc import Sequence

from lodgepole.model import Reference, Snippet


def pages_between(snippet: Snippet, start: int, end: int) -> tuple[int, ...]:
    """Pages that hold `[start, end)` of the snippet's text; all of them when it cannot say."""
    if not snippet.page_starts:
        return snippet.pages
    ends = [offset for _, offset in snippet.page_starts[1:]] + [len(snippet.text)]
    return (
        tuple(
            page
            for (page, begin), stop in zip(snippet.page_starts, ends, strict=True)
            if begin < end and start < stop
        )
        or snippet.pages
    )


def merge_references(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """One reference a file, in order of first mention: all pages, the first one's highlight."""
    merged: dict[str, Reference] = {}
    for r in references:
        first = merged.get(r.file.id)
        merged[r.file.id] = (
            r
            if first is None
            else Reference(
                file=first.file,
                pages=tuple(sorted({*first.pages, *r.pages})),
                highlight=first.highlight or r.highlight,
                start=first.start,
                end=first.end,
            )
        )
    return tuple(merged.values())
