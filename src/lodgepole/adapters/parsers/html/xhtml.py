"""XHTML made such that a reader of HTML understands it.

In XML `<script src="a.js"/>` ends where it begins. In HTML it does not, and swallows what follows.
"""

import html
import re
from collections.abc import Callable

_ENDED = re.compile(r"<([A-Za-z][\w:.-]*)(\s[^<>]*)?/>")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
     "track", "wbr"}
)  # fmt: skip
_XHTML = re.compile(r"<\?xml\b|<html[^>]{0,500}http://www\.w3\.org/1999/xhtml", re.IGNORECASE)
BEGINNING_CHARS = 2000  # of a page, in which it says that it is XHTML


def is_xhtml(page: str) -> bool:
    """Return whether a page says that it is XML."""
    return _XHTML.search(page[:BEGINNING_CHARS]) is not None


def as_html(page: str) -> str:
    """The page with elements that end where they begin ended as in HTML."""
    page = _replaced(page, "<!--", "-->", lambda _: "")
    page = _replaced(page, "<![CDATA[", "]]>", lambda text: html.escape(text, quote=False))
    return _ENDED.sub(_ended, page)


def _replaced(page: str, opening: str, closing: str, new: Callable[[str], str]) -> str:
    """The page with each stretch between the two marks replaced; what is not closed stays."""
    parts: list[str] = []
    at = 0
    while (begin := page.find(opening, at)) >= 0:
        end = page.find(closing, begin + len(opening))
        if end < 0:
            break
        parts += page[at:begin], new(page[begin + len(opening) : end])
        at = end + len(closing)
    return "".join((*parts, page[at:]))


def _ended(match: re.Match[str]) -> str:
    name, attributes = match[1], match[2] or ""
    if name.lower() in _VOID:
        return match[0]
    return f"<{name}{attributes}></{name}>"
