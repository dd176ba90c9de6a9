"""What a provider publishes: how long it is known, and what of it is not believed."""

import asyncio
from datetime import timedelta

import pytest
from tests.support.identity_provider import identity_provider

from lodgepole.adapters.identity_providers.provider_documents import ProviderDocuments
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.errors import Unauthenticated, Unavailable

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
async def provider(clock):
    async with identity_provider(clock) as listening:
        yield listening


@pytest.fixture
async def documents(provider, clock):
    http = GuardedClient(Networks(), trusted_hosts={"127.0.0.1"})
    yield ProviderDocuments(provider.issuer, http, clock)
    await http.close()


async def test_they_are_fetched_once_an_hour_however_many_ask(documents, provider, clock):
    await asyncio.gather(*(documents.addresses() for _ in range(5)))
    await documents.key("first", "RS256")
    assert provider.asked == [DISCOVERY, "/keys"]
    clock.advance(timedelta(hours=1))
    await documents.key("first", "RS256")
    assert provider.asked == [DISCOVERY, "/keys"] * 2


async def test_a_key_without_a_name_is_the_only_one(documents, provider, clock):
    assert (await documents.key(None, "RS256"))["kid"] == "first"
    provider.published = [(0, "first"), (1, "second")]
    clock.advance(timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        await documents.key(None, "RS256")


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example.com"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://elsewhere.example.com/token"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://[::1"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
    ],
)
async def test_addresses_that_must_not_be_used_are_not(documents, provider, said):
    provider.discovery = said
    with pytest.raises(Unavailable):
        await documents.addresses()


async def test_other_hosts_are_reached_at_public_addresses_alone(documents, provider):
    provider.discovery = {"jwks_uri": "https://169.254.169.254/keys"}
    with pytest.raises(Unavailable, match="private"):
        await documents.key("first", "RS256")


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, []),
        (200, {}, {"issuer": "x" * 300_000}),
        (404, {}, {}),
        (302, {"location": "/elsewhere"}, {}),
        (500, {}, {"error": "down"}),
    ],
)
async def test_what_cannot_be_used_is_said(documents, provider, answer):
    provider.answer = lambda *_: answer
    with pytest.raises(Unavailable):
        await documents.addresses()


async def test_a_failure_is_remembered_for_some_seconds_and_not_longer(documents, provider, clock):
    provider.status = 503
    for _ in range(3):
        with pytest.raises(Unavailable):
            await documents.addresses()
    assert provider.asked == [DISCOVERY]
    provider.status = None
    clock.advance(timedelta(seconds=5))
    assert (await documents.addresses()).issuer == provider.issuer


async def test_keys_that_are_none_are_passed_over(documents, provider):
    original = provider.answer

    def answer(target, head, body):
        if target == "/keys":
            status, headers, said = original(target, head, body)
            return (
                status,
                headers,
                {"keys": [None, "x", {"kid": "enc", "use": "enc"}, *said["keys"]]},
            )
        return original(target, head, body)

    provider.answer = answer
    assert (await documents.key("first", "RS256"))["kty"] == "RSA"
    with pytest.raises(Unauthenticated):
        await documents.key("enc", "RS256")
