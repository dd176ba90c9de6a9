"""Where exact words stand in a text, whatever white space is between them; pure."""

import re
from bisect import bisect_right

from lodgepole.model import Document

SLICE_CHARS = 200_000
"""Searched at a time, a few milliseconds: whatever else runs in the process waits meanwhile."""
LONGEST_MATCH = 10_000  # characters; one that goes over the end of a slice is found up to it
Span = tuple[int, int]


def occurrences(text: str, words: str, *, most: int) -> list[Span]:
    """Places of the words as whole words in this order, in any case; the first `most` of them."""
    wanted = words.split()
    if not wanted:
        return []
    inner = r"\s++".join(map(re.escape, wanted))
    before = r"(?<!\w)" if wanted[0][0].isalnum() else ""
    after = r"(?!\w)" if wanted[-1][-1].isalnum() else ""
    pattern = re.compile(before + inner + after, re.IGNORECASE)
    found: list[Span] = []
    at = 0
    while at < len(text) and len(found) < most:
        match = pattern.search(text, at, min(len(text), at + SLICE_CHARS + LONGEST_MATCH))
        if match is None or match.start() >= at + SLICE_CHARS:
            at += SLICE_CHARS
            continue
        found.append(match.span())
        at = match.end()
    return found


def page_of(document: Document, position: int) -> int | None:
    """The page that a position is on; None for documents without pages."""
    starts = [page.start for page in document.pages]
    place = bisect_right(starts, position) - 1
    return document.pages[place].number if starts and place >= 0 else None
