"""Signing in with an identity provider, and sessions. Below `/lodgepole`, as all of our own."""

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lodgepole.access.sessions import Session
from lodgepole.access.sign_in import SignIn
from lodgepole.access.sign_in_rules import PERSON_PREFIX
from lodgepole.api import session_cookies
from lodgepole.api.audit_middleware import KEY_IN_SCOPE
from lodgepole.api.auth import Administration, AnyKey
from lodgepole.api.base_url import base_url
from lodgepole.api.errors import status_of
from lodgepole.api.json_response import json_response
from lodgepole.api.render import timestamp
from lodgepole.api.schemas.sessions import (
    ListSessionsResponse,
    SessionModel,
    SignInOptionsResponse,
)
from lodgepole.api.sign_in_page import sign_in_page
from lodgepole.api.state import state_of
from lodgepole.errors import Conflict, InvalidRequest, LodgepoleError, NotFound

router = APIRouter(tags=["Administration"])
pages = APIRouter(include_in_schema=False)
"""What browsers are sent to; no part of the API."""

START = "/sign-in"
CALLBACK = "/sign-in/callback"
CONSOLE = "/console"
PLACE = re.compile(r"(?:#/[A-Za-z0-9_\-./%~]{0,500})?")
"""Where somebody may want to be in the console: the part of its address that is never sent."""
ANSWER_CHARS = 8192


@pages.get("/sign-in/options", operation_id="describe_sign_in")
async def describe_sign_in(request: Request) -> Response:
    """How people may sign in to the console besides with an API key. No key is needed."""
    sign_in = state_of(request).services.sign_in
    return json_response(
        SignInOptionsResponse(
            provider=None if sign_in is None else sign_in.name,
            url=None if sign_in is None else f"/lodgepole{START}",
        )
    )


@pages.get(START, operation_id="start_sign_in")
async def start_sign_in(request: Request, to: str = "") -> Response:
    """Send the browser to the identity provider."""
    base = base_url(request, state_of(request).public_url)
    try:
        if not PLACE.fullmatch(to):
            raise InvalidRequest(f"After sign-in nobody is sent to {to[:80]!r}.")
        url, sealed = await _sign_in(request).start(f"{base}/lodgepole{CALLBACK}", to)
    except LodgepoleError as error:
        return sign_in_page(status_of(error), str(error))
    response = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
    session_cookies.keep_attempt(response, sealed, encrypted=base.startswith("https:"))
    return response


@pages.get(CALLBACK, operation_id="finish_sign_in")
async def finish_sign_in(request: Request) -> Response:
    """Take up somebody whom the identity provider sends back."""
    state = state_of(request)
    encrypted = base_url(request, state.public_url).startswith("https:")
    answer = {name: value[:ANSWER_CHARS] for name, value in request.query_params.items()}
    try:
        come = await _sign_in(request).finish(session_cookies.attempt_of(request), answer)
    except LodgepoleError as error:
        page = sign_in_page(status_of(error), str(error))
        session_cookies.forget_attempt(page, encrypted=encrypted)
        return page
    request.scope[KEY_IN_SCOPE] = come.key
    response = RedirectResponse(CONSOLE + come.to, 303, {"Cache-Control": "no-store"})
    session_cookies.keep_session(
        response,
        come.secret,
        encrypted=encrypted,
        seconds=state.services.limits.session_seconds,
    )
    return response


@router.post("/sign-out", operation_id="sign_out")
async def sign_out(call: AnyKey) -> Response:
    """End the session that the request was made with, in this browser and for good."""
    encrypted = call.base_url.startswith("https:")
    secret = session_cookies.session_of(call.request, encrypted=encrypted)
    if not call.key.signed_in or secret is None:
        raise Conflict("An API key has no session: revoke it, or forget it.")
    await call.services.sessions.end(secret)
    response = Response(status_code=200)
    session_cookies.forget_session(response, encrypted=encrypted)
    return response


@router.get("/sessions", operation_id="list_sessions")
async def list_sessions(call: Administration) -> Response:
    """Who is signed in to the project, the newest first; at most a thousand."""
    found = await call.services.sessions.list(call.project_id)
    return json_response(ListSessionsResponse(sessions=[_shown(one) for one in found]))


@router.delete("/sessions/{session_id}", operation_id="revoke_session")
async def revoke_session(call: Administration, session_id: str) -> Response:
    """End somebody's session from now on."""
    await call.services.sessions.revoke(call.project_id, session_id)
    return Response(status_code=200)


@router.delete("/people/{person_id}", operation_id="forget_person")
async def forget_person(call: Administration, person_id: str) -> Response:
    """End all sessions of somebody who signed in, and remove their conversations for good.

    They can sign in again as long as a rule lets them in. Of nobody nothing changes.
    """
    if not person_id.startswith(PERSON_PREFIX):
        raise NotFound(f"{person_id[:80]!r} is nobody who signed in; keys are revoked.")
    await call.services.sessions.forget_person(call.project_id, person_id)
    await call.services.conversations.forget_key(call.project_id, person_id)
    return Response(status_code=200)


def _sign_in(request: Request) -> SignIn:
    found = state_of(request).services.sign_in
    if found is None:
        raise NotFound(
            "Nobody signs in here but with an API key: the operator has set no identity provider."
        )
    return found


def _shown(session: Session) -> SessionModel:
    return SessionModel(
        id=session.id,
        person_id=session.person_id,
        name=session.name,
        created_at=timestamp(session.began_at),
        expires_at=timestamp(session.ends_at),
    )
