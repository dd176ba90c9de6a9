"""The address that links and hosts are made of."""

import pytest
from fastapi import Request

from lodgepole.api.base_url import base_url


def request(scheme: str = "http", **headers: str) -> Request:
    named = [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in headers.items()]
    return Request(
        {"type": "http", "scheme": scheme, "headers": named, "server": ("10.0.0.5", 8080)}
    )


def test_a_configured_address_wins() -> None:
    asked = request(Host="elsewhere", X_Forwarded_Host="attacker.example")
    assert base_url(asked, "https://docs.example.com/") == "https://docs.example.com"


def test_else_it_is_what_the_client_asked_for() -> None:
    assert base_url(request(Host="docs.local:8080"), None) == "http://docs.local:8080"
    assert base_url(request("https", Host="[::1]:8443"), None) == "https://[::1]:8443"


def test_a_proxy_says_what_it_was_asked_for() -> None:
    asked = request(
        Host="10.0.0.5:8080",
        X_Forwarded_Host="docs.example.com, inner.example.com",
        X_Forwarded_Proto="HTTPS, http",
    )
    assert base_url(asked, None) == "https://docs.example.com"


@pytest.mark.parametrize("host", ["", "a b", "evil.example/path", "user@evil.example", "x" * 300])
def test_what_is_no_host_is_not_made_a_link(host: str) -> None:
    asked = request(Host=host, X_Forwarded_Host=host, X_Forwarded_Proto="javascript")
    assert base_url(asked, None) == "http://10.0.0.5:8080"
