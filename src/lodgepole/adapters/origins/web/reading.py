"""Requests of one run to one site, within its crawl delay and the run's limits."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO

from lodgepole.adapters.origins.credentials import Credential, http_headers
from lodgepole.adapters.origins.web.robots import Robots, read_robots
from lodgepole.adapters.origins.web.urls import normalised, site
from lodgepole.adapters.outbound_http import GuardedClient, Page
from lodgepole.errors import LodgepoleError, TooLarge, Unavailable

Sleep = Callable[[float], Awaitable[None]]
ROBOTS_BYTES = 512 * 1024
IN_MEMORY_BYTES = 1024 * 1024
HEAD_BYTES = 2000
CHUNK_BYTES = 256 * 1024
WAITING = frozenset({429, 503})
TRIES = 3
"""Of one request that is answered with a time to wait."""
WAIT_SECONDS = 5.0
"""Where the site does not say how long."""
WAIT_MOST_SECONDS = 60.0
FAILURES_IN_A_ROW_MOST = 10
"""Then the whole site does not answer, and the run ends."""


@dataclass(slots=True, kw_only=True)
class Got:
    """An answer with its body. Close it."""

    url: str  # normalised, after redirects
    status: int  # 0 where there was none
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    reason: str = ""  # why there is no body
    body: IO[bytes] | None = None
    digest: str = ""  # of the body

    def head(self) -> bytes:
        """The first bytes."""
        if self.body is None:
            return b""
        self.body.seek(0)
        return self.body.read(HEAD_BYTES)

    def read(self) -> bytes:
        if self.body is None:
            return b""
        self.body.seek(0)
        return self.body.read()

    async def chunks(self) -> AsyncIterator[bytes]:
        if self.body is not None:
            self.body.seek(0)
            while chunk := self.body.read(CHUNK_BYTES):
                yield chunk

    def close(self) -> None:
        if self.body is not None:
            self.body.close()


class SiteReader:
    """Asks one site, one request after the other."""

    def __init__(
        self,
        client: GuardedClient,
        *,
        requests_per_second: float,
        bytes_most: int,
        credential: Credential | None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._gap = 1 / requests_per_second
        self._bytes_left = bytes_most
        self._credential = credential
        self._sleep = sleep
        self._next_at = 0.0
        self._failures = 0
        self._robots: dict[str, Robots] = {}

    @property
    def is_spent(self) -> bool:
        """Whether as many bytes were received as one run may."""
        return self._bytes_left <= 0

    async def robots(self, url: str) -> Robots:
        """The rules of the site of `url`. Raises Unavailable where they cannot be had.

        A site whose rules cannot be read because it fails is not read at all, as RFC 9309 says;
        one that has none allows everything.
        """
        own = site(url)
        known = self._robots.get(own)
        if known is None:
            got = await self.get(f"{own}/robots.txt", most=lambda _: ROBOTS_BYTES)
            text = got.read().decode("utf-8", "replace") if got.status == 200 else ""
            got.close()
            if got.status == 0 or got.status >= 500 or got.status == 429:
                reason = got.reason or f"It answers {got.status}."
                raise Unavailable(f"The site's robots.txt cannot be read. {reason}")
            known = self._robots[own] = read_robots(text)
            self._gap = max(self._gap, known.delay)
        return known

    async def get(
        self,
        url: str,
        *,
        most: Callable[[str], int],
        validators: Mapping[str, str] | None = None,
        may_follow: Callable[[str], bool] = lambda _: True,
    ) -> Got:
        """Ask for `url`; what the site answers, whatever it is.

        Args:
            url: Normalised.
            most: The bytes that a body of this content type may have; 0 for none.
            validators: Headers that say what is known of it already.
            may_follow: Whether a redirect may be followed there.

        Raises:
            Unavailable: The whole site does not answer, or asks to be left alone.
        """
        got = Got(url=url, status=0)
        for number in range(TRIES):
            got = await self._once(url, most, validators or {}, may_follow)
            if got.status not in WAITING:
                break
            wait = _retry_after(got.headers)
            if wait > WAIT_MOST_SECONDS or number == TRIES - 1:
                break
            await self._sleep(wait)
        failed = got.status in WAITING or got.status >= 500 or got.status == 0
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= FAILURES_IN_A_ROW_MOST:
            raise Unavailable(
                f"The site failed {self._failures} times in a row, the last time at {url}: "
                f"{got.reason}"
            )
        return got

    async def _once(
        self,
        url: str,
        most: Callable[[str], int],
        validators: Mapping[str, str],
        may_follow: Callable[[str], bool],
    ) -> Got:
        await self._pace()

        def headers(asked: str) -> Mapping[str, str]:
            sent = {"Accept": "text/html, application/pdf;q=0.9, */*;q=0.8", **validators}
            return sent | http_headers(self._credential, asked)

        try:
            async with self._client.get(url, headers=headers, may_follow=may_follow) as page:
                return await self._received(page, most)
        except LodgepoleError as error:
            # Where it took too long or leads where it must not, the next page may do better.
            return Got(url=url, status=0, reason=str(error))

    async def _received(self, page: Page, most: Callable[[str], int]) -> Got:
        url = normalised(page.url) or page.url
        got = Got(url=url, status=page.status, headers=page.headers)
        if page.status != 200:
            got.reason = f"The site answers {page.status}."
            return got
        limit = min(most(content_type(page.headers)), max(self._bytes_left, 0))
        if limit <= 0:
            got.reason = f"Its type {content_type(page.headers)[:80]!r} is not read."
            return got
        got.body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  closed by `Got.close`
        digest = hashlib.sha256()
        try:
            async for chunk in page.chunks(limit):
                got.body.write(chunk)
                digest.update(chunk)
                self._bytes_left -= len(chunk)
        except BaseException as error:
            got.close()
            got.body = None
            if isinstance(error, TooLarge):
                self._bytes_left -= limit
                got.reason = str(error)
                return got
            raise
        got.digest = digest.hexdigest()
        return got

    async def _pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_at:
            await self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + self._gap


def content_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait, from a number of them or a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return WAIT_SECONDS
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return WAIT_SECONDS
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())  # noqa: TID251  the site's clock
