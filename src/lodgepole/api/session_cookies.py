"""Cookies of people who sign in, and the check that a request with one is by a page of ours.

Browsers send cookies along with requests that other sites make them send. What changes something
must say that it comes from our own address; `SameSite=Lax` keeps cookies from most others already.
"""

from fastapi import Request, Response

from lodgepole.api.base_url import base_url
from lodgepole.errors import PermissionDenied

SESSION = "lodgepole_session"
HOST = "__Host-"
"""What browsers accept from an encrypted address alone, for the whole host and no other one."""
ATTEMPT = "lodgepole_sign_in"
ATTEMPT_PATH = "/lodgepole/sign-in"
ATTEMPT_SECONDS = 600
PAGE_HEADER = "Lodgepole-Console"
"""Says that a request is by a page of ours: other sites' pages cannot send it unasked."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SECRET_CHARS = 200


def session_of(request: Request, *, encrypted: bool) -> str | None:
    """The secret of the browser's session, if it sends one.

    At an encrypted address no other cookie counts than one that only this host can have set: a
    neighbouring host could give a browser the session of somebody else.
    """
    value = request.cookies.get(HOST + SESSION if encrypted else SESSION)
    return value if value and len(value) <= SECRET_CHARS else None


def check_own_page(request: Request, public_url: str | None) -> None:
    """Raises PermissionDenied where another site may have made the browser send this."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    if origin is None and PAGE_HEADER in request.headers:
        return
    if origin is None or origin.lower() != base_url(request, public_url).lower():
        raise PermissionDenied(
            "This request comes with a session and not from a page of this server, so it is not "
            "carried out. Behind a proxy the operator sets LODGEPOLE_PUBLIC_URL to the address "
            "that browsers see; programs use an API key."
        )


def keep_session(response: Response, secret: str, *, encrypted: bool, seconds: float) -> None:
    """Let the browser keep a session, and forget the attempt that it began with."""
    response.set_cookie(
        HOST + SESSION if encrypted else SESSION,
        secret,
        max_age=int(seconds),
        path="/",
        secure=encrypted,
        httponly=True,
        samesite="lax",
    )
    forget_attempt(response, encrypted=encrypted)


def forget_session(response: Response, *, encrypted: bool) -> None:
    """Let the browser forget its session."""
    for name, secure in ((HOST + SESSION, True), (SESSION, encrypted)):
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def attempt_of(request: Request) -> str | None:
    """What the browser brings back from the identity provider."""
    return request.cookies.get(ATTEMPT)


def keep_attempt(response: Response, sealed: str, *, encrypted: bool) -> None:
    """Let the browser keep what has to be known when it comes back."""
    response.set_cookie(
        ATTEMPT,
        sealed,
        max_age=ATTEMPT_SECONDS,
        path=ATTEMPT_PATH,
        secure=encrypted,
        httponly=True,
        samesite="lax",
    )


def forget_attempt(response: Response, *, encrypted: bool) -> None:
    response.delete_cookie(
        ATTEMPT, path=ATTEMPT_PATH, secure=encrypted, httponly=True, samesite="lax"
    )
