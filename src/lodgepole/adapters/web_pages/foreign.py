"""Pages and sitemaps of other people's sites, read in a reader process.

Whoever writes a page chooses how long it takes to read, and parsers hold the interpreter meanwhile.
`read_foreign` is what the process does, `ForeignPages` asks for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

import orjson

from lodgepole.adapters.web_pages.html_pages import HtmlPage, main_content, read_page
from lodgepole.adapters.web_pages.sitemaps import Sitemap, read_sitemap, unpacked
from lodgepole.errors import LodgepoleError, UnreadableFile

PAGE = "page"
SITEMAP = "sitemap"
Read = Callable[[str, bytes], Awaitable[bytes]]
"""Runs `read_foreign` elsewhere. Raises UnreadableFile, and Unavailable where it cannot now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    page: HtmlPage
    main: str  # an HTML document of its main part


class ForeignPages:
    def __init__(self, read: Read) -> None:
        self._read = read

    async def page(self, html: bytes) -> ReadPage:
        """Raises UnreadableFile, Unavailable."""
        raw = orjson.loads(await self._read(PAGE, html))
        raw["page"]["links"] = tuple(raw["page"]["links"])
        return ReadPage(page=HtmlPage(**raw["page"]), main=raw["main"])

    async def sitemap(self, body: bytes) -> Sitemap:
        """Raises UnreadableFile, Unavailable."""
        raw = orjson.loads(await self._read(SITEMAP, body))
        pages = tuple((place, changed) for place, changed in raw["pages"])
        return Sitemap(pages=pages, sitemaps=tuple(raw["sitemaps"]))


def read_foreign(what: str, body: bytes) -> bytes:
    """Read a page, or a sitemap that may be packed, as JSON. Raises UnreadableFile."""
    try:
        made = (
            asdict(read_sitemap(unpacked(body)))
            if what == SITEMAP
            else {"page": asdict(read_page(body)), "main": main_content(body)}
        )
        return orjson.dumps(made)
    except LodgepoleError as error:
        raise UnreadableFile(str(error)) from error
    except orjson.JSONEncodeError as error:
        raise UnreadableFile("It holds text that is none.") from error


async def read_here(what: str, body: bytes) -> bytes:
    """Read in this process, for pages that are trusted, and tests."""
    return read_foreign(what, body)
