"""The client against a real server on loopback."""

import asyncio
import gzip
import zlib
from contextlib import asynccontextmanager, suppress

import pytest
from tests.support.web_site import Answer, WebSite

from lodgepole.adapters.outbound_http.client import REDIRECTS, GuardedClient
from lodgepole.adapters.outbound_http.networks import Networks
from lodgepole.errors import (
    DeadlineExceeded,
    InvalidRequest,
    PermissionDenied,
    TooLarge,
    Unavailable,
)

LOOPBACK = Networks(["127.0.0.0/8"])


@pytest.fixture
async def site():
    async with WebSite() as site:
        yield site


@pytest.fixture
async def client():
    client = GuardedClient(LOOPBACK, seconds=20)
    yield client
    await client.close()


@pytest.fixture
async def strict():
    """One that reaches public addresses alone."""
    client = GuardedClient(Networks(), seconds=20)
    yield client
    await client.close()


async def read(client, url, most=1000, **options):
    async with client.get(url, **options) as page:
        return page.status, await page.read(most)


@asynccontextmanager
async def speaking(first):
    """The port of a server that says `first` and nothing more, and keeps the connection open."""
    writers = []

    async def serve(_, writer):
        writers.append(writer)
        writer.write(first)
        await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def resolving(*answers):
    """A resolver that gives the answers one after the other, the last one again and again."""
    left = list(answers)

    async def resolve(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def test_a_page_with_its_headers(site, client):
    site.handler = lambda _: Answer(200, b"hello", {"ETag": '"1"'})
    async with client.get(f"{site.url}/a?b=c", headers=lambda _: {"X-Mine": "1"}) as page:
        assert (page.status, page.url) == (200, f"{site.url}/a?b=c")
        assert page.headers["etag"] == '"1"'
        assert await page.read(10) == b"hello"
    (request,) = site.requests
    assert (request.path, request.headers["x-mine"]) == ("/a?b=c", "1")
    assert request.headers["user-agent"].startswith("Lodgepole/")


async def test_nothing_private_is_connected_to(site, strict):
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(PermissionDenied):
            await read(strict, f"http://{host}:{site.port}/")
    assert site.requests == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/"),
        *("http://user:pw@127.0.0.1/", "http://169.254.169.254/latest/meta-data/"),
        *("http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/"),
        *("http://[2002:a9fe:a9fe::]/", "http://[fd00:ec2::254]/", "http://0/"),
        "http://１２７.0.0.1/",
    ],
)
async def test_addresses_in_kind(strict, url):
    with pytest.raises((PermissionDenied, InvalidRequest)):
        await read(strict, url)


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(site):
    """A name that leads elsewhere at a second look is asked for once."""
    asked = []

    async def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    site.handler = lambda _: Answer(200, b"hello")
    client = GuardedClient(LOOPBACK, resolve=resolve)
    status, body = await read(client, f"http://docs.example:{site.port}/")
    await client.close()
    assert (status, body, asked) == (200, b"hello", ["docs.example"])
    assert site.requests[0].headers["host"] == f"docs.example:{site.port}"


async def test_a_name_that_changes_its_mind_is_refused(site):
    client = GuardedClient(
        Networks(["127.0.0.1/32"]), resolve=resolving(["127.0.0.1"], ["127.0.0.2"])
    )
    site.handler = lambda _: Answer(200, b"hello", {"Connection": "close"})
    url = f"http://docs.example:{site.port}/"
    assert (await read(client, url))[0] == 200
    with pytest.raises(PermissionDenied):
        await read(client, url)
    await client.close()


async def test_a_name_with_one_private_address_is_refused_as_a_whole():
    client = GuardedClient(Networks(), resolve=resolving(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(PermissionDenied):
        await read(client, "http://docs.example/")
    await client.close()


async def test_the_next_address_is_tried_where_one_does_not_answer(site):
    client = GuardedClient(LOOPBACK, resolve=resolving(["127.0.0.2", "127.0.0.1"]))
    site.handler = lambda _: Answer(200, b"hello")
    assert await read(client, f"http://docs.example:{site.port}/") == (200, b"hello")
    await client.close()


async def test_names_that_are_not_known():
    async def unknown(host, port):
        raise OSError("no such name")

    for resolve in (unknown, resolving([])):
        client = GuardedClient(LOOPBACK, resolve=resolve)
        with pytest.raises(Unavailable):
            await read(client, "http://docs.example/")
        await client.close()


async def test_nobody_listens(client):
    with pytest.raises(Unavailable):
        await read(client, "http://127.0.0.1:1025/")


# --- redirects --------------------------------------------------------------------------------


async def test_redirects_are_followed_and_named(site, client):
    def handler(request):
        if request.path == "/a":
            return Answer(301, headers={"Location": "b?x=1"})
        return Answer(200, b"there")

    site.handler = handler
    async with client.get(f"{site.url}/a") as page:
        assert page.url == f"{site.url}/b?x=1"
        assert await page.read(10) == b"there"


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("http://169.254.169.254/latest/meta-data/", PermissionDenied),
        ("http://10.0.0.1/", PermissionDenied),
        ("http://2852039166/", PermissionDenied),
        ("//192.168.0.1/", PermissionDenied),
        ("http://user:secret@127.0.0.1/", InvalidRequest),
        ("file:///etc/passwd", InvalidRequest),
        ("gopher://127.0.0.1/", InvalidRequest),
        ("http://[::1", InvalidRequest),
        ("http://127.0.0.1:22/", PermissionDenied),
    ],
)
async def test_every_redirect_is_looked_at(site, client, target, error):
    site.handler = lambda _: Answer(302, headers={"Location": target})
    with pytest.raises(error) as refusal:
        await read(client, f"{site.url}/")
    assert "secret" not in str(refusal.value)


async def test_a_circle_of_redirects_ends(site, client):
    site.handler = lambda _: Answer(302, headers={"Location": "/"})
    with pytest.raises(Unavailable, match="redirects"):
        await read(client, f"{site.url}/")
    assert len(site.requests) == REDIRECTS + 1


async def test_a_redirect_goes_where_it_may(site, client):
    site.handler = lambda _: Answer(302, headers={"Location": "/other"})
    with pytest.raises(PermissionDenied, match="/other"):
        await read(client, f"{site.url}/", may_follow=lambda url: not url.endswith("/other"))
    assert site.paths == ["/"]


async def test_headers_are_chosen_for_each_address(site, client):
    site.handler = lambda request: (
        Answer(302, headers={"Location": "/b"}) if request.path == "/a" else Answer(200)
    )
    await read(
        client,
        f"{site.url}/a",
        headers=lambda url: {"Authorization": "secret"} if url.endswith("/a") else {},
    )
    assert ["authorization" in request.headers for request in site.requests] == [True, False]


# --- bodies -----------------------------------------------------------------------------------


async def test_a_body_is_measured_as_it_is_unpacked(site, client):
    bomb = gzip.compress(b"0" * 5_000_000)
    site.handler = lambda _: Answer(200, bomb, {"Content-Encoding": "gzip"})
    assert len(bomb) < 6_000
    with pytest.raises(TooLarge):
        await read(client, f"{site.url}/", most=10_000)
    assert len((await read(client, f"{site.url}/", most=5_000_000))[1]) == 5_000_000


async def test_a_body_of_another_packing(site, client):
    site.handler = lambda _: Answer(200, zlib.compress(b"text"), {"Content-Encoding": "deflate"})
    assert (await read(client, f"{site.url}/"))[1] == b"text"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
async def test_a_damaged_body(site, client, encoding):
    site.handler = lambda _: Answer(200, b"not packed", {"Content-Encoding": encoding})
    with pytest.raises(Unavailable):
        await read(client, f"{site.url}/")


async def test_an_endless_body_ends_at_its_limit(site, client):
    async def endless(writer):
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            await writer.drain()

    site.handler = lambda _: Answer(stream=endless)
    with pytest.raises(TooLarge):
        await read(client, f"{site.url}/", most=100_000)


async def test_a_body_that_trickles_ends_with_the_time(site):
    async def trickling(writer):
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    site.handler = lambda _: Answer(stream=trickling)
    client = GuardedClient(LOOPBACK, seconds=0.3)
    with pytest.raises(DeadlineExceeded):
        await read(client, f"{site.url}/", most=10_000_000)
    await client.close()


async def test_a_server_that_says_nothing_ends_with_the_time():
    client = GuardedClient(LOOPBACK, seconds=0.3)
    async with speaking(b"") as port:
        with pytest.raises(DeadlineExceeded):
            await read(client, f"http://127.0.0.1:{port}/")
    await client.close()


async def test_a_body_that_breaks_off(site, client):
    async def broken(writer):
        writer.write(b"some")

    site.handler = lambda _: Answer(headers={"Content-Length": "100"}, stream=broken)
    with pytest.raises(Unavailable):
        await read(client, f"{site.url}/")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_server_that_speaks_something_else(client, scheme):
    async with speaking(b"220 mail.example ESMTP\r\n\r\n") as port:
        with pytest.raises(Unavailable):
            await read(client, f"{scheme}://127.0.0.1:{port}/")


async def test_something_is_sent_and_no_redirect_followed(site, client):
    site.handler = lambda _: Answer(302, headers={"Location": "/b"})
    assert await client.post(f"{site.url}/a", b"{}", headers={"X-Signature": "1"}) == 302
    (request,) = site.requests
    assert (request.method, request.path, request.body) == ("POST", "/a", b"{}")


async def test_nothing_is_sent_to_a_private_address(site, strict):
    with pytest.raises(PermissionDenied):
        await strict.post(f"{site.url}/a", b"{}", headers={})
    assert site.requests == []
