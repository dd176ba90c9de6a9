"""What of a token is read before, and checked after its key is known."""

from datetime import UTC, datetime

import jwt
import pytest
from tests.support.identity_provider import key_pair, public_key

from lodgepole.adapters.identity_providers.identity_tokens import (
    ALGORITHMS,
    CheckedToken,
    read_token,
)
from lodgepole.errors import Unauthenticated, Unavailable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXPECTED = CheckedToken(issuer="https://i.example.com", audience="c")
CLAIMS = {
    "iss": "https://i.example.com",
    "aud": "c",
    "sub": "1",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 60,
}


def token(algorithm="RS256", **headers):
    return jwt.encode(CLAIMS, key_pair(0), algorithm, headers=headers)


def test_only_pairs_of_keys_sign():
    assert not {"none", "HS256", "HS384", "HS512"} & ALGORITHMS


def test_the_header_says_which_key():
    assert read_token(token(kid="k")).key_id == "k"
    assert read_token(token()).key_id is None


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.", "x" * 200_000])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(Unauthenticated):
        read_token(text)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "PS256"])
def test_a_key_that_names_no_algorithm_is_for_all_of_its_kind(algorithm):
    key = {name: value for name, value in public_key(0, "k").items() if name != "alg"}
    assert EXPECTED.claims(token(algorithm), key, at=NOW)["sub"] == "1"


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "", "e": "AQAB"},
        {"kty": "oct", "k": "aHVzaA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "nothing"},
    ],
)
def test_what_is_no_such_key_is_said(key):
    with pytest.raises((Unavailable, Unauthenticated)):
        EXPECTED.claims(token(), key, at=NOW)


def test_a_public_key_is_never_a_shared_secret():
    # The well-known confusion: the token is signed with the text of the public key.
    forged = jwt.encode(CLAIMS, "n of the key, which everybody knows", "HS256")
    with pytest.raises(Unauthenticated, match="HS256"):
        EXPECTED.claims(forged, public_key(0, "k"), at=NOW)
