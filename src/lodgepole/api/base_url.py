"""Public base URL of the server, as used in the links that it hands out."""

import re

from fastapi import Request

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def base_url(request: Request, public_url: str | None) -> str:
    """Scheme and host without a path: as configured, else as this request was addressed.

    A proxy in front says so with X-Forwarded-Proto and X-Forwarded-Host. A forged header
    misleads only the caller that forged it.
    """
    if public_url:
        return public_url.rstrip("/")
    scheme = _first(request.headers.get("X-Forwarded-Proto")).lower()
    if scheme not in ("http", "https"):
        scheme = "https" if request.scope.get("scheme") == "https" else "http"
    for host in (
        _first(request.headers.get("X-Forwarded-Host")),
        request.headers.get("Host", ""),
    ):
        if _HOST.fullmatch(host):
            return f"{scheme}://{host}"
    name, port = request.scope.get("server") or ("localhost", None)
    return f"{scheme}://{name}:{port}" if port else f"{scheme}://{name}"


def _first(header: str | None) -> str:
    """What the client itself was asked for is the first of a list of proxies' values."""
    return (header or "").partition(",")[0].strip()
