"""Application state: one immutable typed value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from fastapi import FastAPI, Request

from lodgepole.access.rate_limits import RequestRates
from lodgepole.api.downloads import DownloadSlots
from lodgepole.api.multipart import UploadSpool
from lodgepole.ports.telemetry import Metrics, Tracer
from lodgepole.services import GrantedServices, Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Observing:
    """Counters of requests, and who may read them."""

    metrics: Metrics
    exposition: Callable[[], Awaitable[tuple[bytes, str]]]  # the text and its content type
    readers: Literal["off", "loopback", "on"] = "loopback"
    tracer: Tracer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    """Values that all requests share.

    Attributes:
        services: What the routes call.
        granted: The same for each key, as far as its grant goes.
        rates: What is left of each project's requests a minute.
        spool: Where uploads are kept on their way in.
        downloads: How many there may be at once.
        public_url: Scheme and host under which clients reach us; None takes each request's own.
        ready: What `/readyz` answers; asked on each request.
        worker_down: Whether what ingests files ended and is about to start again.
        incomplete: How many assistants' indexes are being made again.
        observing: Where requests are counted, and who may read it; None counts nothing.
        openapi_documents: By date, as bytes, once they have been asked for.
    """

    services: Services
    granted: GrantedServices
    rates: RequestRates
    spool: UploadSpool
    downloads: DownloadSlots
    public_url: str | None
    ready: Callable[[], bool]
    incomplete: Callable[[], int]
    observing: Observing | None
    worker_down: Callable[[], bool] = lambda: False
    openapi_documents: dict[str, bytes] = field(default_factory=dict[str, bytes])


def keep(app: FastAPI, state: ApplicationState) -> None:
    """Give `app` its state, once."""
    app.state.lodgepole = state


def state_of(request: Request) -> ApplicationState:
    """The state of the application that answers `request`."""
    return cast("ApplicationState", request.app.state.lodgepole)
