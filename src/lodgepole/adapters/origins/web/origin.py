"""The origin `web`: one page, the pages of a sitemap, or a crawl below an address.

A page that is known is asked for with what the site said of it, and costs one short answer where it
did not change; with a sitemap that tells when pages were changed it costs none.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lodgepole.adapters.origins.credentials import Credentials
from lodgepole.adapters.origins.web import urls
from lodgepole.adapters.origins.web.fingerprints import Known
from lodgepole.adapters.origins.web.kinds import (
    HTML_TYPES,
    LINKED_DOCUMENTS,
    ending_of,
    may_be_sitemap,
)
from lodgepole.adapters.origins.web.reading import Got, SiteReader, Sleep, content_type
from lodgepole.adapters.outbound_http import GuardedClient
from lodgepole.adapters.outbound_http.networks import check_url
from lodgepole.adapters.web_pages.foreign import ForeignPages, ReadPage
from lodgepole.adapters.web_pages.sitemaps import SITEMAP_BYTES, Sitemap, is_sitemap
from lodgepole.errors import NotFound, Unavailable, UnreadableFile
from lodgepole.limits import Limits
from lodgepole.path_patterns import wanted
from lodgepole.ports.origin import (
    Found,
    Gone,
    NotTaken,
    OriginEvent,
    ReadToEnd,
    Unchanged,
    Unknown,
)
from lodgepole.ports.source_store import Source, SourceItem

URL_KEY = "source_url"
TITLE_KEY = "title"
MISSES_ALLOWED = 1
"""A page that is gone once may be back; one that is gone twice is removed."""
CRAWLED = "crawled"
"""The cursor of a crawl that came to its end."""
SITEMAPS_MOST = 200
GONE = frozenset({404, 410})
QUEUE_MOST = 50_000
ROBOTS = "The site's robots.txt does not allow it."
UNREAD = "Its type is not read."
TRAP = "Its address is of the kind that pages without end have."
NOINDEX = "The page asks not to be indexed."
MORE = "More pages were not looked at: the rules of the source allow no more."


class WebOrigin:
    """`Origin` of web sites."""

    def __init__(
        self,
        client: GuardedClient,
        *,
        pages: ForeignPages,
        limits: Limits,
        credentials: Credentials | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`pages` reads what the site sends."""
        self.client = client
        self.pages = pages
        self.limits = limits
        self.credentials = credentials or Credentials()
        self._sleep = sleep

    def check(self, source: Source) -> None:
        check_url(source.url)
        self.credentials.find(source.credential, source.url)

    async def read(
        self, source: Source, known: Mapping[str, SourceItem]
    ) -> AsyncGenerator[OriginEvent]:
        self.check(source)
        reader = SiteReader(
            self.client,
            requests_per_second=source.rules.requests_per_second,
            bytes_most=source.rules.bytes,
            credential=self.credentials.find(source.credential, source.url),
            sleep=self._sleep,
        )
        async for event in _Run(self, source, known, reader).events():
            yield event


class _Run:
    def __init__(
        self,
        origin: WebOrigin,
        source: Source,
        known: Mapping[str, SourceItem],
        reader: SiteReader,
    ) -> None:
        self._origin = origin
        self._source = source
        self._known = known
        self._reader = reader
        self._told: set[str] = set()
        self._sites = {urls.site(source.url)}
        self._prefix = urls.prefix(source.url)
        self._pages = 0
        self._links: list[str] = []  # of the page that was read last

    async def events(self) -> AsyncIterator[OriginEvent]:
        start = urls.normalised(self._source.url) or self._source.url
        if not (await self._reader.robots(start)).allows(start):
            raise NotFound(ROBOTS)
        one_page = not self._source.rules.crawl
        item = self._known.get(start)
        first = await self._get(start, item, follow_anywhere=True)
        try:
            self._sites.add(urls.site(first.url))
            listed = is_sitemap(first.head())
            if listed or not one_page:
                _check_start(first)
            if listed:
                told = self._sitemap_pages(first.read())
            elif one_page:
                told = self._one_page(start, first)
            else:
                self._prefix = urls.prefix(first.url)
                told = self._crawl(start, first)
            async for event in told:
                yield event
        finally:
            first.close()

    async def _one_page(self, url: str, got: Got) -> AsyncIterator[OriginEvent]:
        async for event in self._page(url, got, Known.read(self._known.get(url))):
            yield event
        yield ReadToEnd(misses_allowed=MISSES_ALLOWED)

    # --- a sitemap ------------------------------------------------------------------------------

    async def _sitemap_pages(self, body: bytes) -> AsyncIterator[OriginEvent]:
        whole = True
        async for place, lastmod in self._entries(body):
            url = urls.normalised(place)
            if url is None or urls.site(url) not in self._sites:
                yield NotTaken(key=place[: urls.URL_CHARS], reason="It is of another site.")
                continue
            if url in self._told or not self._is_wanted(url):
                continue
            if self._is_over():
                whole = False
                break
            known = Known.read(self._known.get(url))
            if url in self._known and lastmod and lastmod == known.lastmod:
                self._told.add(url)
                yield Unchanged(key=url)
                continue
            async for event in self._asked(url, lastmod=lastmod):
                yield event
        if whole:
            yield ReadToEnd(misses_allowed=MISSES_ALLOWED)
        else:
            yield NotTaken(key=f"{self._source.url} …", reason=MORE)

    async def _entries(self, body: bytes) -> AsyncIterator[tuple[str, str]]:
        """The pages of a sitemap, and of those that it lists. Raises Unavailable."""
        sitemap = await self._sitemap(body)
        for entry in sitemap.pages:
            yield entry
        waiting, seen = deque(sitemap.sitemaps), set(sitemap.sitemaps)
        while waiting:
            url = urls.normalised(waiting.popleft())
            if url is None or urls.site(url) not in self._sites:
                continue
            got = await self._reader.get(
                url, most=lambda _: SITEMAP_BYTES, may_follow=self._is_of_site
            )
            try:
                if got.status != 200 or got.body is None:
                    # Not to be taken for a site without those pages.
                    raise Unavailable(f"The sitemap {url} cannot be read. {got.reason}")
                inner = await self._sitemap(got.read())
            finally:
                got.close()
            for entry in inner.pages:
                yield entry
            new = [each for each in inner.sitemaps if each not in seen]
            if len(seen) + len(new) > SITEMAPS_MOST:
                raise Unavailable(f"The site has more than {SITEMAPS_MOST} sitemaps.")
            seen.update(new)
            waiting.extend(new)

    async def _sitemap(self, body: bytes) -> Sitemap:
        try:
            return await self._origin.pages.sitemap(body)
        except UnreadableFile as error:
            # Not to be taken for a site without pages.
            raise Unavailable(str(error)) from error

    # --- a crawl --------------------------------------------------------------------------------

    async def _crawl(self, start: str, first: Got) -> AsyncIterator[OriginEvent]:
        queue: deque[tuple[str, int]] = deque()
        queued = {start, first.url}

        def add(found: Iterable[tuple[str, int]]) -> None:
            for url, depth in found:
                if url not in queued and len(queued) < QUEUE_MOST:
                    queued.add(url)
                    queue.append((url, depth))

        async for event in self._page(start, first, Known.read(self._known.get(start))):
            yield event
        add(self._following(0))
        # What is known is asked for too, since a page that did not change shows no links.
        depths = {url: Known.read(item).depth for url, item in self._known.items()}
        add(sorted(depths.items(), key=lambda each: each[1]))
        while queue and not self._is_over():
            url, depth = queue.popleft()
            if url in self._told:
                continue
            async for event in self._asked(url, depth=depth):
                yield event
            add(self._following(depth))
        if queue or len(queued) >= QUEUE_MOST:
            yield NotTaken(key=f"{self._source.url} …", reason=MORE)
        else:
            yield ReadToEnd(cursor=CRAWLED, misses_allowed=MISSES_ALLOWED)

    def _following(self, depth: int) -> Iterator[tuple[str, int]]:
        links, self._links = self._links, []
        if depth < self._source.rules.depth:
            for url in links:
                if self._is_inside(url) and self._is_wanted(url):
                    yield url, depth + 1

    # --- one page -------------------------------------------------------------------------------

    async def _asked(
        self, url: str, *, lastmod: str = "", depth: int = 0
    ) -> AsyncIterator[OriginEvent]:
        """What is told of a page that is to be asked for."""
        self._told.add(url)
        if urls.is_trap(url):
            yield NotTaken(key=url, reason=TRAP)
            return
        if not (await self._reader.robots(url)).allows(url):
            yield NotTaken(key=url, reason=ROBOTS)
            return
        item = self._known.get(url)
        got = await self._get(url, item)
        try:
            known = Known.read(item)
            known.lastmod, known.depth = lastmod, depth
            async for event in self._page(url, got, known):
                yield event
        finally:
            got.close()

    async def _get(
        self, url: str, item: SourceItem | None, *, follow_anywhere: bool = False
    ) -> Got:
        self._pages += 1
        return await self._reader.get(
            url,
            most=lambda kind: self._most(url, kind),
            validators=Known.read(item).validators() if self._may_ask_briefly() else {},
            may_follow=(lambda _: True) if follow_anywhere else self._is_of_site,
        )

    def _may_ask_briefly(self) -> bool:
        """Whether a page that did not change needs no body.

        A crawl that was not finished reads each page again for its links, since those that it did
        not come to yet are known from nowhere else.
        """
        return not self._source.rules.crawl or self._source.cursor is not None

    async def _page(self, url: str, got: Got, known: Known) -> AsyncIterator[OriginEvent]:
        """What is told of a page by the answer to it."""
        self._told.add(url)
        if got.status == 304 and url in self._known:
            yield Unchanged(key=url, fingerprint=known.write())
        elif got.status in GONE:
            yield Gone(key=url)
        elif got.status != 200:
            yield Unknown(key=url, reason=got.reason)
        elif got.body is None:
            yield NotTaken(key=url, reason=got.reason)
        elif got.url == url:
            async for event in self._taken(got, known):
                yield event
        elif not self._is_inside(got.url):
            yield NotTaken(key=url, reason=f"It redirects to {got.url}.")
        elif got.url not in self._told:  # else another address of a page that was read already
            self._told.add(got.url)
            other = replace(Known.read(self._known.get(got.url)), depth=known.depth)
            async for event in self._taken(got, other):
                yield event

    async def _taken(self, got: Got, known: Known) -> AsyncIterator[OriginEvent]:
        key = got.url
        read: ReadPage | None = None
        if content_type(got.headers) in HTML_TYPES:
            try:
                read = await self._origin.pages.page(got.read())
            except UnreadableFile as error:
                yield NotTaken(key=key, reason=str(error))
                return
            page = read.page
            if page.may_follow:
                base = urls.normalised(page.base, key) or key
                found = (urls.normalised(link, base) for link in page.links)
                self._links = [link for link in found if link is not None]
            canonical = urls.normalised(page.canonical, key) if page.canonical else key
            if not page.may_index:
                yield NotTaken(key=key, reason=NOINDEX)
                return
            if canonical is not None and canonical != key and self._is_of_site(canonical):
                self._links.append(canonical)
                yield NotTaken(key=key, reason=f"Its own address is {canonical}.")
                return
        if not self._is_wanted(key):
            return
        suffix = ending_of(key, content_type(got.headers))
        if suffix is None:
            yield NotTaken(key=key, reason=UNREAD)
            return
        now = known.renewed(got.headers, got.digest)
        if key in self._known and known.digest == got.digest:
            yield Unchanged(key=key, fingerprint=now.write())
            return
        yield _found(got, read, suffix, now)

    # --- rules ----------------------------------------------------------------------------------

    def _most(self, url: str, kind: str) -> int:
        """How large a body may be. Sitemaps may be larger than what is kept."""
        limits = self._origin.limits
        if url == urls.normalised(self._source.url) and may_be_sitemap(url, kind):
            return SITEMAP_BYTES
        ending = ending_of(url, kind)
        if ending is None:
            return 0
        return limits.pdf_bytes if ending == ".pdf" else limits.file_bytes

    def _is_wanted(self, url: str) -> bool:
        rules = self._source
        return wanted(urls.path_of(url), include=rules.include, exclude=rules.exclude)

    def _is_inside(self, url: str) -> bool:
        """Whether a crawl may read it; what is no crawl reads what the site sends it to."""
        if not self._source.rules.crawl:
            return True
        linked = urls.ending(url) in LINKED_DOCUMENTS and self._is_of_site(url)
        return linked or url.startswith(self._prefix)

    def _is_of_site(self, url: str) -> bool:
        return urls.site(urls.normalised(url) or "") in self._sites

    def _is_over(self) -> bool:
        return self._pages >= self._source.rules.pages or self._reader.is_spent


def _check_start(got: Got) -> None:
    """Raises what ends a run that has nothing to begin with."""
    if got.status in GONE:
        raise NotFound(f"The address answers {got.status}.")
    if got.status not in (200, 304) or (got.status == 200 and got.body is None):
        raise Unavailable(got.reason or "The address does not answer.")


def _found(got: Got, read: ReadPage | None, suffix: str, known: Known) -> Found:
    metadata: dict[str, Any] = {URL_KEY: got.url}
    content: Callable[[], AsyncIterator[bytes]] = got.chunks
    if read is not None:
        text = read.main
        content = lambda: _one_chunk(text.encode())  # noqa: E731  as short as it is
        if read.page.title:
            metadata[TITLE_KEY] = read.page.title
    return Found(
        key=got.url,
        name=urls.file_name(got.url, suffix),
        fingerprint=known.write(),
        content=content,
        metadata=metadata,
        can_wait=False,
    )


async def _one_chunk(data: bytes) -> AsyncIterator[bytes]:
    yield data
