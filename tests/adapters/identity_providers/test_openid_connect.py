"""Sign-in with a real provider on loopback, whose tokens are signed by a real key pair."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider, key_pair

from lodgepole.adapters.identity_providers.openid_connect import Client, OpenIdConnect
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import Unauthenticated, Unavailable, UpstreamRejected
from lodgepole.ports.identity_provider import SignInRequest

ASKED = SignInRequest(
    state="s" * 43,
    nonce="n" * 43,
    verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",  # RFC 7636, appendix B
    redirect_uri="http://127.0.0.1:8080/lodgepole/sign-in/callback",
)


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
async def provider(clock):
    async with identity_provider(clock) as listening:
        yield listening


@pytest.fixture
async def client(provider, clock):
    opened = OpenIdConnect(
        provider.issuer + "/",
        Client(id=CLIENT_ID, secret=CLIENT_SECRET, scopes=("openid", "email", "groups")),
        clock,
    )
    yield opened
    await opened.close()


async def signed_in(client, provider, asked=ASKED):
    answer = provider.authorize(await client.authorization_url(asked))
    return await client.claims(answer["code"], asked)


async def test_what_the_provider_claims_is_told(client, provider):
    claims = await signed_in(client, provider)
    assert claims["sub"] == provider.claims["sub"]
    assert claims["groups"] == ["readers"]


async def test_the_browser_is_sent_with_all_that_the_provider_wants(client, provider):
    url = await client.authorization_url(ASKED)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{provider.issuer}/authorize?")
    assert query["scope"] == "openid email groups"
    assert (query["state"], query["nonce"]) == (ASKED.state, ASKED.nonce)
    assert query["redirect_uri"] == ASKED.redirect_uri
    assert query["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert ASKED.verifier not in url


async def test_a_code_is_good_once_and_for_its_verifier(client, provider):
    answer = provider.authorize(await client.authorization_url(ASKED))
    with pytest.raises(Unauthenticated, match="does not take this code"):
        await client.claims(answer["code"], replace(ASKED, verifier="w" * 43))
    await signed_in(client, provider)
    with pytest.raises(Unauthenticated, match="used already"):
        await client.claims(answer["code"], ASKED)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "another"}, "another application"),
        ({"aud": [CLIENT_ID, "another"]}, "another application"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "another application"),
        ({"azp": "another"}, "another application"),
        ({"aud": None}, "missing"),
        ({"iss": "https://evil.example.com"}, "another provider"),
        ({"iss": None}, "missing"),
        ({"sub": None}, "missing"),
        ({"exp": None}, "missing"),
        ({"iat": None}, "missing"),
        ({"nonce": "m" * 43}, "another attempt"),
        ({"nonce": None}, "another attempt"),
        ({"nonce": 7}, "another attempt"),
        ({"exp": "never"}, "no time"),
        ({"exp": True}, "no time"),
        ({"nbf": float("nan")}, "no time"),
    ],
)
async def test_a_token_that_is_not_good_is_refused(client, provider, changes, why):
    provider.changes = changes
    with pytest.raises(Unauthenticated, match=why):
        await signed_in(client, provider)


@pytest.mark.parametrize("changes", [{"aud": [CLIENT_ID]}, {"azp": CLIENT_ID}])
async def test_a_token_may_say_for_whom_it_is_in_either_way(client, provider, changes):
    provider.changes = changes
    assert await signed_in(client, provider)


@pytest.mark.parametrize(
    ("name", "seconds", "good"),
    [
        ("exp", -59, True),
        ("exp", -61, False),
        ("iat", 59, True),
        ("iat", 61, False),
        ("nbf", 59, True),
        ("nbf", 61, False),
    ],
)
async def test_clocks_may_differ_by_a_minute(client, provider, name, seconds, good):
    provider.changes = {name: int(provider.clock.now().timestamp()) + seconds}
    if good:
        assert await signed_in(client, provider)
    else:
        with pytest.raises(Unauthenticated, match="expired" if name == "exp" else "future"):
            await signed_in(client, provider)


async def test_only_signatures_of_the_providers_key_are_taken(client, provider):
    url = await client.authorization_url(ASKED)
    provider.authorize(url)
    good = provider.token_for({"nonce": ASKED.nonce})
    claims = jwt.decode(good, options={"verify_signature": False})
    header, payload, signature = good.split(".")
    other = jwt.encode({**claims, "sub": "evil"}, key_pair(1), "RS256", headers={"kid": "first"})
    forged = {
        "alg none": jwt.encode(claims, None, "none", headers={"kid": "first"}),
        "alg none, with the signature": jwt.encode(claims, None, "none") + signature,
        "HS256 with the public key": jwt.encode(
            claims, "public key of the provider " * 4, "HS256", headers={"kid": "first"}
        ),
        "another key under its name": other,
        "a payload of another token": ".".join((header, other.split(".")[1], signature)),
        "no signature": f"{header}.{payload}.",
        "an algorithm that the key is not for": jwt.encode(
            claims, key_pair(0), "RS512", headers={"kid": "first"}
        ),
        "no token": "not a token",
        "very long": "a" * 200_000,
    }
    for kind, token in forged.items():
        provider.token = token
        with pytest.raises(Unauthenticated):
            await signed_in(client, provider)
        assert kind
    provider.token = good
    assert await signed_in(client, provider)


async def test_a_changed_key_is_looked_up_once(client, provider, clock):
    await signed_in(client, provider)
    provider.published, provider.signed_with = [(0, "first"), (1, "second")], (1, "second")
    clock.advance(timedelta(seconds=31))
    await signed_in(client, provider)
    assert provider.asked.count("/keys") == 2
    provider.signed_with = (0, "unknown")
    for _ in range(3):
        with pytest.raises(Unauthenticated, match="no key of that name"):
            await signed_in(client, provider)
    assert provider.asked.count("/keys") == 2, "not more often than once in half a minute"
    clock.advance(timedelta(seconds=31))
    with pytest.raises(Unauthenticated):
        await signed_in(client, provider)
    assert provider.asked.count("/keys") == 3
    assert provider.asked.count("/.well-known/openid-configuration") == 1


async def test_a_client_without_a_secret_and_one_that_posts_it_say_who_they_are(provider, clock):
    seen = []

    def answer(target, head, body):
        if target == "/token":
            seen.append((parse_qs(body), "authorization" in head.lower()))
            return 400, {}, {"error": "invalid_grant"}
        return original(target, head, body)

    original, provider.answer = provider.answer, answer
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    for secret in (None, "hush"):
        client = OpenIdConnect(
            provider.issuer, Client(id="c", secret=secret, scopes=("openid",)), clock
        )
        with pytest.raises(Unauthenticated):
            await client.claims("code", ASKED)
        await client.close()
    (public, first), (posted, second) = seen
    assert (first, second) == (False, False)
    assert public["client_id"] == posted["client_id"] == ["c"]
    assert "client_secret" not in public
    assert posted["client_secret"] == ["hush"]
    assert posted["code_verifier"] == [ASKED.verifier]


async def test_a_wrong_secret_is_the_operators_to_mend(provider, clock):
    client = OpenIdConnect(provider.issuer, Client(id=CLIENT_ID, secret="x", scopes=()), clock)
    with pytest.raises(UpstreamRejected, match="LODGEPOLE_OIDC_CLIENT_SECRET"):
        await signed_in(client, provider)
    await client.close()


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (500, {}, Unavailable),
        (302, {"id_token": "x"}, Unavailable),
        (200, {"access_token": "a"}, UpstreamRejected),
        (200, [], UpstreamRejected),
        (200, {"id_token": 7}, UpstreamRejected),
        (200, {"id_token": "x" * 300_000}, Unavailable),
        (403, {}, UpstreamRejected),
    ],
)
async def test_whatever_else_is_answered_is_told_in_words(client, provider, status, said, kind):
    url = await client.authorization_url(ASKED)
    code = provider.authorize(url)["code"]
    provider.answer = lambda *_: (status, {}, said)
    with pytest.raises(kind):
        await client.claims(code, ASKED)


async def test_a_provider_that_does_not_answer_is_unavailable(clock):
    client = OpenIdConnect("http://127.0.0.1:9", Client(id="c", secret=None, scopes=()), clock)
    with pytest.raises(Unavailable, match="cannot be asked"):
        await client.authorization_url(ASKED)
    await client.close()
