"""File kind of an HTTP response, by its content type and address. Pure."""

from collections.abc import Mapping

from lodgepole.adapters.origins.web import urls
from lodgepole.model import KINDS_BY_ENDING

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
ENDINGS_BY_TYPE: Mapping[str, str] = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
}
UNSPECIFIC = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
"""Types by which servers send files whose kind they do not know."""
LINKED_DOCUMENTS = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".epub"})
"""Read wherever on the same site a page links to them."""
_PACKED = frozenset({".gz", ".xml"})


def ending_of(url: str, kind: str) -> str | None:
    """The ending that says how a body of this type is read; None for one that is not."""
    if kind in HTML_TYPES:
        return ".html"
    own = urls.ending(url)
    if kind in UNSPECIFIC and own in KINDS_BY_ENDING:
        return own
    return ENDINGS_BY_TYPE.get(kind)


def may_be_sitemap(url: str, kind: str) -> bool:
    return kind.endswith("xml") or "gzip" in kind or urls.ending(url) in _PACKED
