import base64

import pytest

from lodgepole.adapters.origins.credentials import Credential, Credentials, http_headers
from lodgepole.errors import InvalidRequest, PermissionDenied

TOKEN = Credential(name="docs", url="https://docs.example/team", secret="s3cret")


def test_a_credential_is_found_by_name_for_its_addresses():
    known = Credentials([TOKEN])
    assert known.find(None, "https://other.example/") is None
    assert known.find("docs", "https://docs.example/team/a?b") == TOKEN
    assert known.find("docs", "https://docs.example:443/team") == TOKEN
    with pytest.raises(InvalidRequest):
        known.find("other", "https://docs.example/team/")


@pytest.mark.parametrize(
    "url",
    [
        *("https://evil.example/team/", "http://docs.example/team/", "https://docs.example/teams"),
        *("https://docs.example/", "https://docs.example:8443/team/", "https://docs.example.evil/"),
        *("https://docs.example/team/../other/", "https://docs.example/team/%2e%2e/other"),
        "https://docs.example/team/..\\other",
    ],
)
def test_it_is_for_no_other_address(url):
    with pytest.raises(PermissionDenied) as refusal:
        Credentials([TOKEN]).find("docs", url)
    assert "s3cret" not in str(refusal.value)
    assert http_headers(TOKEN, url) == {}


def test_what_is_sent():
    assert http_headers(TOKEN, "https://docs.example/team/a") == {"Authorization": "Bearer s3cret"}
    named = Credential(name="n", url="https://docs.example", username="me", secret="pw")
    sent = http_headers(named, "https://docs.example/a")["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"me:pw"
    assert http_headers(None, "https://docs.example/") == {}
    assert http_headers(Credential(name="n", url="https://a.example"), "https://a.example/") == {}


def test_a_repository_is_known_by_its_address_behind_the_prefix():
    git = Credential(name="n", url="git+https://git.example/a", secret="x")
    assert git.covers("https://git.example/a/b.git/info/refs")
    assert git.covers("git+https://git.example/a/b.git")


def test_no_secret_is_in_its_description():
    whole = Credential(name="n", url="s3://b", secret="s3cret", options={"key": "s3cret"})
    assert "s3cret" not in repr(whole)
