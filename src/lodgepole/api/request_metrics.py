"""Request metrics: counts and times by route, a line in the log, and `/metrics`."""

import ipaddress
import logging
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lodgepole.api.auth import api_key_of
from lodgepole.api.state import Observing, state_of
from lodgepole.errors import NotFound, PermissionDenied
from lodgepole.model import Role

access = logging.getLogger("lodgepole.access")
router = APIRouter(include_in_schema=False)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
LEFT = 499
PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers by which a proxy says that the caller is somewhere else."""
PREFIX = "/assistant/"


@router.get("/metrics")
async def read_metrics(request: Request) -> Response:
    """All metrics, in the text form of Prometheus."""
    state = state_of(request)
    observing = state.observing
    if observing is None or observing.readers == "off":
        raise NotFound("There are no metrics here: set LODGEPOLE_METRICS to `loopback` or `on`.")
    if observing.readers == "loopback" and not _from_this_machine(request):
        key = await state.services.keys.authenticate(api_key_of(request))
        if key.role is not Role.ALL:
            raise PermissionDenied("Metrics are for keys with the role `all`.")
    text, content_type = await observing.exposition()
    return Response(text, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


def _from_this_machine(request: Request) -> bool:
    """Return whether a program on this machine asks for itself, not as a proxy for others."""
    if request.client is None or any(name in request.headers for name in PROXIED):
        return False
    return _is_loopback(request.client.host) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Observed:
    """The layer that watches every request pass."""

    def __init__(self, app: ASGIApp, observing: Observing) -> None:
        self._app = app
        self._metrics = observing.metrics
        self._tracer = observing.tracer
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, whole = LEFT, False

        async def send_watched(message: Message) -> None:
            nonlocal status, whole
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                whole = True

        self._opened(+1)
        try:
            if self._tracer is None:
                await self._app(scope, receive, send_watched)
            else:
                with self._tracer.span("request"):
                    await self._app(scope, receive, send_watched)
                    self._tracer.rename(f"{_method(scope)} {route_of(scope)}")
        finally:
            self._opened(-1)
            self._tell(scope, status if whole else LEFT, time.perf_counter() - begun)

    def _opened(self, change: int) -> None:
        self._open += change
        self._metrics.gauge("http_requests_open", self._open)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method(scope), route_of(scope)
        self._metrics.count("http_requests_total", method=method, route=route, status=str(status))
        self._metrics.observe("http_request_seconds", seconds, method=method, route=route)
        fields = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
        access.info(
            "%s %s %d %.0f ms", method, route, status, seconds * 1000, extra={"fields": fields}
        )


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The template that the path fits, without the prefix that some clients put before it."""
    route: Any = scope.get("route")
    path = getattr(route, "path", None)
    if not isinstance(path, str):
        return "other"
    return path.removeprefix("/assistant") if path.startswith(PREFIX) else path
