"""HTTP client for addresses that users name; it refuses private networks.

The name is resolved here, every address that it has is checked, and the connection is made to a
checked one: nothing can be put in its place between the look and the connection. TLS still checks
the name. Each redirect is looked at as a new address. Sizes count what comes out of a compressed
body, and a time limits the whole of a request, however slowly it trickles.
"""

import asyncio
import socket
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urljoin

import httpcore2
import httpx2

import lodgepole
from lodgepole.adapters.outbound_http.networks import Networks, check_url
from lodgepole.errors import (
    DeadlineExceeded,
    InvalidRequest,
    PermissionDenied,
    TooLarge,
    Unavailable,
)

USER_AGENT = f"Lodgepole/{lodgepole.__version__}"
CONNECTIONS = 8
CONNECT_SECONDS = 10.0
REDIRECTS = 5
ADDRESSES_TRIED = 4
ADDRESSES_MOST = 64
REDIRECTING = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[list[str]]]
Headers = Callable[[str], Mapping[str, str]]
"""The headers for a request of a URL, so that none is sent where it does not belong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer whose body was not read yet."""

    url: str  # the last one, after redirects
    status: int
    headers: Mapping[str, str]  # by names in lower case
    chunks: Callable[[int], AsyncIterator[bytes]]
    """The body; raises TooLarge at the first byte over so many."""

    async def read(self, most: int) -> bytes:
        """The whole body. Raises TooLarge, Unavailable, DeadlineExceeded."""
        body = bytearray()
        async for chunk in self.chunks(most):
            body += chunk
        return bytes(body)


class GuardedClient:
    """Gets what is at public addresses, and at those that the operator allows. Close it."""

    def __init__(
        self,
        networks: Networks,
        *,
        seconds: float = 60.0,
        resolve: Resolve | None = None,
        trusted_hosts: Collection[str] = (),
    ) -> None:
        """Open no connection yet.

        Args:
            networks: Which addresses may be reached.
            seconds: For the whole of one request.
            resolve: Finds a name's addresses; the system's if left out.
            trusted_hosts: Names that the operator wrote, in small letters; they may be anywhere.
        """
        self._seconds = seconds
        self._backend = _Backend(networks, resolve or _resolve, frozenset(trusted_hosts))
        self._made: httpx2.AsyncClient | None = None

    async def close(self) -> None:
        if self._made is not None:
            await self._made.aclose()

    @property
    def _client(self) -> httpx2.AsyncClient:
        """Made when it is first used: reading the certificates takes a tenth of a second."""
        if self._made is None:
            self._made = httpx2.AsyncClient(
                transport=_Transport(self._backend),
                timeout=httpx2.Timeout(self._seconds, connect=CONNECT_SECONDS),
                trust_env=False,
                follow_redirects=False,
            )
        return self._made

    @asynccontextmanager
    async def get(
        self,
        url: str,
        *,
        headers: Headers = lambda _: {},
        may_follow: Callable[[str], bool] = lambda _: True,
    ) -> AsyncGenerator[Page]:
        """Ask for `url`, and follow where it redirects to.

        Args:
            url: Absolute.
            headers: Called for each request.
            may_follow: Whether a redirect's target may be asked for.

        Raises:
            InvalidRequest: It is no URL of the web.
            PermissionDenied: It leads, or redirects, to where it should not.
            Unavailable: It does not answer, or redirects too often.
            DeadlineExceeded: All of it took too long; also raised by what reads the body.
        """
        try:
            async with asyncio.timeout(self._seconds):
                for _ in range(REDIRECTS + 1):
                    check_url(url)
                    async with self._asked(url, headers(url)) as response:
                        target = _target(url, response)
                        if target is None:
                            yield _page(url, response)
                            return
                    if not may_follow(target):
                        raise PermissionDenied(
                            f"It redirects to {target[:200]}, which is not to be read."
                        )
                    url = target
        except TimeoutError:
            raise DeadlineExceeded(f"It took longer than {self._seconds:g} seconds.") from None
        raise Unavailable(f"It redirects more than {REDIRECTS} times.")

    @asynccontextmanager
    async def exchange(
        self, url: str, content: bytes, *, headers: Mapping[str, str]
    ) -> AsyncGenerator[Page]:
        """Send `content`, and follow no redirect. Raises as `get` does."""
        check_url(url)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._asked(url, headers, method="POST", content=content) as response,
            ):
                yield _page(url, response)
        except TimeoutError:
            raise DeadlineExceeded(f"It took longer than {self._seconds:g} seconds.") from None

    async def post(self, url: str, content: bytes, *, headers: Mapping[str, str]) -> int:
        """Send `content`, follow no redirect, read no answer; the status. Raises as `get` does."""
        async with self.exchange(url, content, headers=headers) as page:
            return page.status

    @asynccontextmanager
    async def _asked(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        method: str = "GET",
        content: bytes | None = None,
    ) -> AsyncGenerator[httpx2.Response]:
        own = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **headers}
        with _failures():
            async with self._client.stream(method, url, headers=own, content=content) as response:
                yield response


def _target(url: str, response: httpx2.Response) -> str | None:
    location = response.headers.get("Location")
    if response.status_code not in REDIRECTING or not location:
        return None
    try:
        return urljoin(url, location)
    except ValueError:
        raise InvalidRequest(f"It redirects to {location[:80]!r}, which is no address.") from None


def _page(url: str, response: httpx2.Response) -> Page:
    async def chunks(most: int) -> AsyncIterator[bytes]:
        count = 0
        with _failures():
            async for chunk in response.aiter_bytes():
                count += len(chunk)
                if count > most:
                    raise TooLarge(f"It is larger than the {most} bytes allowed.")
                yield chunk

    return Page(
        url=url, status=response.status_code, headers=dict(response.headers.items()), chunks=chunks
    )


class _failures:  # noqa: N801  a context, used like a function
    """Turns the client's failures into ours; what they say may hold a URL with a secret in it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        if isinstance(error, httpx2.TimeoutException):
            raise DeadlineExceeded("It does not answer in time.") from error
        if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL | httpx2.StreamError):
            raise Unavailable(f"It cannot be read: {type(error).__name__}.") from error


# --- connections ----------------------------------------------------------------------------------


class _Transport(httpx2.AsyncHTTPTransport):
    """The usual transport, over connections of ours."""

    def __init__(self, backend: "_Backend") -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=15.0,
            network_backend=backend,
        )


class _Backend(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked, under the names that they have."""

    def __init__(
        self, networks: Networks, resolve: Resolve, trusted_hosts: Collection[str]
    ) -> None:
        self._networks = networks
        self._resolve = resolve
        self._trusted_hosts = trusted_hosts
        # Its type is given twice in the library, once without methods.
        self._inner = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        for number, address in enumerate(addresses, 1):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore2.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Those to connect to. A name with one address that is refused is refused as a whole."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout("the name's server does not answer") from None
        except (OSError, UnicodeError):
            raise httpcore2.ConnectError("the name is not known") from None
        if host.lower() not in self._trusted_hosts:
            for address in found[:ADDRESSES_MOST]:
                self._networks.check(address)
        return found[:ADDRESSES_TRIED]


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]
