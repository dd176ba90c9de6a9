"""Deliveries to a real server on loopback, which is reached where that is allowed alone."""

import pytest
from tests.support.web_site import Answer, WebSite

from lodgepole.adapters.outbound_http import HttpWebhookSender, Networks
from lodgepole.errors import InvalidRequest, PermissionDenied

LOOPBACK = ["127.0.0.0/8"]
HEADERS = {"webhook-id": "msg_1", "Content-Type": "application/json"}


@pytest.fixture
async def site():
    async with WebSite() as site:
        yield site


@pytest.fixture
async def sender():
    sender = HttpWebhookSender(Networks(LOOPBACK), seconds=20)
    yield sender
    await sender.close()


@pytest.fixture
async def strict():
    """One that reaches public addresses alone."""
    sender = HttpWebhookSender(Networks(), seconds=20)
    yield sender
    await sender.close()


async def test_the_body_and_its_headers_arrive(site, sender):
    site.handler = lambda _: Answer(202, b"thanks")
    assert await sender.send(f"{site.url}/hook", b'{"a": 1}', headers=HEADERS) == 202
    (asked,) = site.requests
    assert (asked.method, asked.body) == ("POST", b'{"a": 1}')
    assert asked.headers["webhook-id"] == "msg_1"
    assert asked.headers["content-type"] == "application/json"


async def test_a_redirect_is_not_followed(site, sender):
    site.handler = lambda _: Answer(302, headers={"Location": f"{site.url}/other"})
    assert await sender.send(f"{site.url}/hook", b"{}", headers=HEADERS) == 302
    assert site.paths == ["/hook"]


async def test_an_answer_without_end_is_not_read(site, sender):
    site.handler = lambda _: Answer(200, b"x" * 5_000_000)
    assert await sender.send(f"{site.url}/hook", b"{}", headers=HEADERS) == 200


async def test_loopback_is_not_reached_unless_it_is_allowed(site, strict):
    with pytest.raises(PermissionDenied):
        await strict.send(f"{site.url}/hook", b"{}", headers=HEADERS)
    assert not site.requests


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://localhost./",
        "http://a.localhost:8080/",
        "http://10.1.2.3/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_what_is_plainly_private_is_refused_when_it_is_named(strict, sender, url):
    with pytest.raises(PermissionDenied):
        strict.check(url)


def test_what_is_allowed_or_public_may_be_named(strict, sender):
    sender.check("http://127.0.0.1:9000/hook")
    sender.check("http://localhost:9000/hook")
    strict.check("https://example.org/hook?token=1")
    with pytest.raises(InvalidRequest):
        strict.check("example.org")
