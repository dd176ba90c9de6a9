"""Is the process alive, and is it ready for requests; no key needed."""

from collections.abc import Callable
from typing import cast

from fastapi import APIRouter, Request, Response

from lodgepole.api.json_response import json_response

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    return json_response({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    ready = cast("Callable[[], bool]", request.app.state.ready)
    if ready():
        incomplete = cast("Callable[[], int]", request.app.state.incomplete)()
        # Others are served as ever, so the server is ready; who watches it learns of it here.
        more = {"assistants_being_rebuilt": incomplete} if incomplete else {}
        return json_response({"status": "ready", **more})
    return json_response({"status": "starting"}, status=503, headers={"Retry-After": "1"})
