"""Cookies as browsers are given them, and which requests with one are taken."""

import pytest
from fastapi import Request, Response

from lodgepole.api.session_cookies import (
    SECRET_CHARS,
    attempt_of,
    check_own_page,
    forget_session,
    keep_attempt,
    keep_session,
    session_of,
)
from lodgepole.errors import PermissionDenied


def asked(method="GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": method, "scheme": "http", "path": "/", "headers": raw}
    )


@pytest.mark.parametrize(
    ("cookie", "plain", "encrypted"),
    [
        ("lodgepole_session=a", "a", None),
        ("__Host-lodgepole_session=b; lodgepole_session=a", "a", "b"),
        ("other=1; lodgepole_session=a", "a", None),
        ("lodgepole_session=", None, None),
        ("__Host-lodgepole_session=" + "x" * (SECRET_CHARS + 1), None, None),
        ("", None, None),
    ],
)
def test_the_secret_is_found_and_none_that_another_host_may_have_set(cookie, plain, encrypted):
    assert session_of(asked(cookie=cookie), encrypted=False) == plain
    assert session_of(asked(cookie=cookie), encrypted=True) == encrypted


def test_an_attempt_is_brought_back():
    assert attempt_of(asked(cookie="lodgepole_sign_in=sealed")) == "sealed"
    assert attempt_of(asked()) is None


def cookies(response: Response) -> list[str]:
    return response.headers.getlist("set-cookie")


@pytest.mark.parametrize("encrypted", [True, False])
def test_cookies_are_kept_from_scripts_and_other_sites(encrypted):
    response = Response()
    keep_session(response, "s", encrypted=encrypted, seconds=10.5)
    keep_attempt(response, "a", encrypted=encrypted)
    forget_session(response, encrypted=encrypted)
    for cookie in cookies(response):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) == (encrypted or cookie.startswith("__Host-"))
    name = "__Host-lodgepole_session" if encrypted else "lodgepole_session"
    assert cookies(response)[0].startswith(f"{name}=s;")
    assert "Max-Age=10" in cookies(response)[0]


def test_a_session_is_forgotten_under_both_names():
    response = Response()
    forget_session(response, encrypted=False)
    assert [one.partition("=")[0] for one in cookies(response)] == [
        "__Host-lodgepole_session",
        "lodgepole_session",
    ]
    assert all("Max-Age=0" in one for one in cookies(response))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_who_only_looks_may_come_from_anywhere(method):
    check_own_page(asked(method, origin="https://evil.example.com"), None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "UNKNOWN"])
def test_whoever_changes_something_comes_from_our_address(method):
    check_own_page(asked(method, host="a.example.com", origin="http://a.example.com"), None)
    check_own_page(asked(method, host="inner:80", origin="https://a.b"), "https://a.b/")
    check_own_page(asked(method, host="a.b", lodgepole_console="1"), None)
    for headers in (
        {},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://b.example.com"},
        {"origin": "http://a.example.com:81"},
        {"origin": "http://b.example.com", "lodgepole_console": "1"},
    ):
        with pytest.raises(PermissionDenied, match="LODGEPOLE_PUBLIC_URL"):
            check_own_page(asked(method, host="a.example.com", **headers), None)
