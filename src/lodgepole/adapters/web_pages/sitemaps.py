"""Sitemaps: lists of a site's pages, plain or packed, and lists of such lists. Pure."""

import zlib
from dataclasses import dataclass
from typing import Any

from lodgepole.errors import InvalidRequest, TooLarge

SITEMAP_BYTES = 50 * 1024 * 1024
"""Unpacked; what the protocol allows one to have."""
ENTRIES_MOST = 50_000
LASTMOD_CHARS = 64
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    pages: tuple[tuple[str, str], ...] = ()  # an address, and when it was changed or ""
    sitemaps: tuple[str, ...] = ()


def is_sitemap(head: bytes) -> bool:
    """Whether a document that begins so is one."""
    if head.startswith(_GZIP):
        return True
    start = head[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and (b"<urlset" in start or b"<sitemapindex" in start)


def unpacked(body: bytes) -> bytes:
    """The document, if it was packed by gzip. Raises InvalidRequest, TooLarge."""
    if not body.startswith(_GZIP):
        return body
    try:
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        made = unpack.decompress(body, SITEMAP_BYTES)
    except zlib.error as error:
        raise InvalidRequest("The packed sitemap is damaged.") from error
    if unpack.unconsumed_tail:
        raise TooLarge(f"The sitemap is larger than {SITEMAP_BYTES} bytes.")
    return made


def read_sitemap(body: bytes) -> Sitemap:
    """Raises InvalidRequest for what is no sitemap."""
    # 3 MB, which a server that reads no sitemap does without.
    from lxml import etree  # noqa: PLC0415  # pyright: ignore[reportAttributeAccessIssue]

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidRequest("The sitemap is no XML.") from error
    if root is None:
        raise InvalidRequest("The sitemap is empty.")
    pages: dict[str, str] = {}
    sitemaps: dict[str, None] = {}
    for entry in root[:ENTRIES_MOST]:
        values = {_local(child): (child.text or "").strip() for child in entry}
        place = values.get("loc", "")
        if place and _local(entry) == "url":
            pages[place] = values.get("lastmod", "")[:LASTMOD_CHARS]
        elif place and _local(entry) == "sitemap":
            sitemaps[place] = None
    return Sitemap(pages=tuple(pages.items()), sitemaps=tuple(sitemaps))


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
