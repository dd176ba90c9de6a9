"""The HTTP application: routes under both prefixes, errors in one shape."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

import lodgepole
from lodgepole.access.rate_limits import RequestRates
from lodgepole.api import errors, request_metrics, signed_urls
from lodgepole.api.audit_middleware import Audited
from lodgepole.api.compression import Compressed
from lodgepole.api.downloads import DownloadSlots
from lodgepole.api.multipart import UploadSpool
from lodgepole.api.request_metrics import Observed
from lodgepole.api.routes import (
    assistants,
    chat,
    console,
    control,
    conversations,
    data,
    documentation,
    evaluation,
    health,
    models,
    openai,
    openai_files,
    responses,
    shared_conversations,
    sign_in,
    sources,
    vector_store_files,
    vector_stores,
    webhooks,
)
from lodgepole.api.routes import (
    extensions as additions,
)
from lodgepole.api.state import ApplicationState, Observing, keep
from lodgepole.services import GrantedServices, Services

PREFIXES = ("/assistant", "")
"""Python clients say `/assistant/files/…`, TypeScript ones and the specifications `/files/…`."""
CORS: Mapping[str, Any] = {
    "allow_methods": errors.METHODS,
    # Keys, versions, MCP's, and a dozen that the OpenAI client sends about itself. Credentials are
    # not allowed, so that no other page acts by a session behind its user's back.
    "allow_headers": ("*",),
    "expose_headers": (
        errors.REQUEST_ID_HEADER,
        "Location",
        "Retry-After",
        "WWW-Authenticate",
        "Mcp-Session-Id",
    ),
    "allow_private_network": True,  # the operator named who may, and where we run is theirs to say
    "max_age": 7200,  # seconds that a browser may remember the answer; the most that Chrome does
}
ROUTERS = (
    control.router,
    data.router,
    chat.router,
    evaluation.router,
    openai.below_assistants,
)
OPENAI_ROUTERS = (
    openai.router,
    openai_files.router,
    vector_stores.router,
    vector_store_files.router,
    responses.router,
)
OPENAI_PREFIX = "/v1"


def create_app(
    services: Services,
    *,
    public_url: str | None,
    ready: Callable[[], bool],
    incomplete: Callable[[], int] = lambda: 0,
    worker_down: Callable[[], bool] = lambda: False,
    watched: Observing | None = None,
    uploads: Path | None = None,
    cors_origins: Sequence[str] = (),
) -> FastAPI:
    """The application, complete but for its server.

    Args:
        services: What the routes call.
        public_url: Scheme and host under which clients reach us; None takes each request's own.
        ready: What `/readyz` answers; asked on each request.
        incomplete: How many assistants' indexes are being made again.
        worker_down: Whether what ingests files ended and is about to start again.
        watched: Where requests are counted, and who may read it; None counts nothing.
        uploads: A directory for what is on its way in; None is the system's for such files.
        cors_origins: Whose pages may call us from a browser; `*` is everybody's, none nobody's.
    """
    app = FastAPI(
        title="Lodgepole",
        version=lodgepole.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    state = ApplicationState(
        services=services,
        granted=GrantedServices(services),
        rates=RequestRates(services.rate_limit_buckets, services.limits),
        spool=UploadSpool(
            uploads,
            most=services.limits.uploads_at_once,
            most_of_one=services.limits.uploads_at_once_of_project,
            seconds=services.limits.upload_seconds,
            reserve_bytes=services.limits.disk_reserve_bytes,
        ),
        downloads=DownloadSlots(
            most=services.limits.downloads_at_once,
            most_of_one=services.limits.downloads_of_one_file,
        ),
        public_url=public_url,
        ready=ready,
        incomplete=incomplete,
        worker_down=worker_down,
        observing=watched,
    )
    keep(app, state)
    for prefix in PREFIXES:
        for router in ROUTERS:
            app.include_router(router, prefix=prefix)
    for router in (
        additions.router,
        additions.documents,
        assistants.router,
        models.router,
        sources.router,
        webhooks.router,
        conversations.router,
        shared_conversations.router,
        sign_in.router,
        sign_in.pages,
    ):
        app.include_router(router, prefix=additions.PREFIX)
    for router in OPENAI_ROUTERS:
        app.include_router(router, prefix=OPENAI_PREFIX)
    app.include_router(health.router)
    app.include_router(documentation.router)
    app.include_router(console.router)
    app.include_router(signed_urls.router)
    app.include_router(request_metrics.router)
    if watched is not None:
        app.add_middleware(Observed, watched)
    app.add_middleware(Audited, services.audit)
    app.add_middleware(Compressed)
    errors.install(app)
    if cors_origins:  # around all else, so that a browser may read failures, too
        app.add_middleware(CORSMiddleware, allow_origins=cors_origins, **CORS)
    return app
