"""Liveness and readiness; no key needed."""

from fastapi import APIRouter, Request, Response

from lodgepole.api.json_response import json_response
from lodgepole.api.state import state_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    return json_response({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    state = state_of(request)
    if state.worker_down():
        return json_response(
            {"status": "worker restarting"}, status=503, headers={"Retry-After": "5"}
        )
    if state.ready():
        incomplete = state.incomplete()
        # Others are served as ever, so the server is ready; who watches it learns of it here.
        more = {"assistants_being_rebuilt": incomplete} if incomplete else {}
        return json_response({"status": "ready", **more})
    return json_response({"status": "starting"}, status=503, headers={"Retry-After": "1"})
