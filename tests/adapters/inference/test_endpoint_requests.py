"""An endpoint's answer is bounded, and its failures are ours, without a word of its own."""

import httpx2
import orjson
import pytest

from lodgepole.adapters.inference.endpoint_requests import Address
from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected

URL = "http://127.0.0.1:9/rerank"


def address(answer, **given):
    settings = {
        "name": "rerank endpoint",
        "model": "m",
        "api_key": None,
        "timeout_seconds": 2.5,
        "response_bytes": 100,
    }
    return Address(URL, transport=httpx2.MockTransport(answer), **settings | given)


async def test_the_body_is_sent_as_json_with_the_key_and_the_answer_comes_as_it_is():
    seen = []

    def answer(request):
        seen.append(request)
        return httpx2.Response(200, content=b'{"scores": [1]}')

    asked = address(answer, api_key="secret")
    assert await asked.ask({"query": "tide"}) == b'{"scores": [1]}'
    await asked.close()
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", URL)
    assert orjson.loads(request.content) == {"query": "tide"}
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["content-type"] == "application/json"


async def test_without_a_key_none_is_sent():
    def answer(request):
        assert "authorization" not in request.headers
        return httpx2.Response(200, content=b"{}")

    assert await address(answer).ask({}) == b"{}"


@pytest.mark.parametrize("size", [100, 101])
async def test_an_answer_has_at_most_so_many_bytes(size):
    asked = address(lambda _: httpx2.Response(200, content=b"x" * size))
    if size == 100:
        assert len(await asked.ask({})) == size
    else:
        with pytest.raises(UpstreamRejected, match="'m' is larger than 100 bytes"):
            await asked.ask({})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, RateLimited),
        *((status, Unavailable) for status in (408, 500, 502, 503, 504, 529)),
        *((status, UpstreamRejected) for status in (204, 301, 400, 401, 403, 404, 422, 501)),
    ],
)
async def test_a_status_becomes_an_error_that_repeats_nothing_of_the_body(status, error):
    asked = address(lambda _: httpx2.Response(status, content=b"the key is secret-123"))
    with pytest.raises(error, match=str(status)) as raised:
        await asked.ask({})
    assert "secret-123" not in str(raised.value)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "1000000"}, 86_400.0),
        (
            {
                "date": "Mon, 01 Jan 2024 00:00:00 GMT",
                "retry-after": "Mon, 01 Jan 2024 00:00:30 GMT",
            },
            30.0,
        ),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:30 GMT"}, 0.0),  # since when, it does not say
        ({"retry-after": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
async def test_how_long_to_wait_is_read_from_seconds_or_a_date(headers, seconds):
    asked = address(lambda _: httpx2.Response(429, headers=headers))
    with pytest.raises(RateLimited) as raised:
        await asked.ask({})
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(
    ("failure", "error", "says"),
    [
        (httpx2.ReadTimeout("slow"), DeadlineExceeded, "did not answer within 2.5 s"),
        (httpx2.ConnectTimeout("slow"), DeadlineExceeded, "did not answer within 2.5 s"),
        (httpx2.ConnectError("key=secret-123"), Unavailable, r"cannot be reached \(ConnectError\)"),
        (httpx2.RemoteProtocolError("broken"), Unavailable, "RemoteProtocolError"),
    ],
)
async def test_what_goes_wrong_on_the_way_is_told_in_our_words(failure, error, says):
    def answer(_):
        raise failure

    with pytest.raises(error, match=says) as raised:
        await address(answer).ask({})
    assert "secret-123" not in str(raised.value)
