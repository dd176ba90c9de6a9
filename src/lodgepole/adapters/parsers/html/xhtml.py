"""XHTML made such that a reader of HTML understands it.

In XML `<script src="a.js"/>` ends where it begins. In HTML it does not, and swallows what follows.
"""

import html
import re

_ENDED = re.compile(r"<([A-Za-z][\w:.-]*)(\s[^<>]*)?/>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
     "track", "wbr"}
)  # fmt: skip
_XHTML = re.compile(r"\s*<\?xml\b|<html[^>]{0,500}http://www\.w3\.org/1999/xhtml", re.IGNORECASE)
BEGINNING_CHARS = 2000  # of a page, in which it says that it is XHTML


def is_xhtml(page: str) -> bool:
    """Whether a page says that it is XML."""
    return _XHTML.search(page[:BEGINNING_CHARS]) is not None


def as_html(page: str) -> str:
    """The page with elements that end where they begin ended as in HTML."""
    page = _COMMENT.sub("", page)
    page = _CDATA.sub(lambda match: html.escape(match[1], quote=False), page)
    return _ENDED.sub(_ended, page)


def _ended(match: re.Match[str]) -> str:
    name, attributes = match[1], match[2] or ""
    if name.lower() in _VOID:
        return match[0]
    return f"<{name}{attributes}></{name}>"
