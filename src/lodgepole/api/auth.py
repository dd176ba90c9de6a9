"""Authentication and roles, checked before any body is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from lodgepole.api.audit_middleware import KEY_IN_SCOPE
from lodgepole.api.base_url import base_url
from lodgepole.api.errors import OPENAI_PATHS
from lodgepole.api.schemas.wire import served_to
from lodgepole.api.session_cookies import check_own_page, session_of
from lodgepole.api.state import state_of
from lodgepole.api.versions import NEWEST, VERSION_HEADER, WireVersion, wire_version
from lodgepole.errors import NotFound, PermissionDenied
from lodgepole.model import ApiKey, Role
from lodgepole.services import Services

_ALLOWED: Mapping[Role, frozenset[Role]] = {
    Role.CONTROL_READ: frozenset({Role.ALL, Role.CONTROL_READ, Role.CONTROL_WRITE}),
    Role.CONTROL_WRITE: frozenset({Role.ALL, Role.CONTROL_WRITE}),
    Role.DATA_READ: frozenset({Role.ALL, Role.DATA_READ, Role.DATA_WRITE}),
    Role.DATA_WRITE: frozenset({Role.ALL, Role.DATA_WRITE}),
    # Any key: data clients describe an assistant to learn its host before anything else.
    Role.ALL: frozenset(Role),
}

GRANTED_ROUTES = frozenset(
    {
        *("describe_me", "get_assistant", "metrics_alignment", "assistant_server"),
        *("list_models", "retrieve_model", "list_assistant_models", "retrieve_assistant_model"),
        "list_choosable_models",
        *("chat", "completions", "context", "create_chat_completion", "search_vector_store"),
        *("list_files", "describe_file", "upload_file", "upsert_file", "delete_file"),
        *("list_operations", "describe_operation", "describe_text", "describe_passages"),
        *("list_conversations", "create_conversation", "describe_conversation"),
        *("rename_conversation", "delete_conversation", "restore_conversation"),
        *("ask_in_conversation", "rate_answer", "export_conversation"),
        *("share_conversation", "unshare_conversation", "describe_shared_conversation"),
        "update_file_metadata",
    }
)
"""Routes by name that a key with a grant may use: those that go through its services alone. Others
are refused, new ones too, until somebody has looked at what they show."""
SIGNED_IN_ROUTES = frozenset({"list_assistants", "list_counted_assistants", "sign_out"})
"""Routes that somebody who signed in may use whatever their role: the console begins with the
names of what they may ask, and their grant hides the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated request: what a route needs besides its own parameters."""

    services: Services  # as far as the key's grant goes
    key: ApiKey
    version: WireVersion
    base_url: str  # how the client reached us: scheme and host, no path
    request: Request

    @property
    def project_id(self) -> str:
        return self.key.project_id


def api_key_of(request: Request) -> str | None:
    """The secret: `Api-Key`, or the bearer token that OpenAI and MCP clients send."""
    secret = request.headers.get("Api-Key")
    if secret:
        return secret.strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _may(role: Role) -> Callable[[Request], Awaitable[Call]]:
    async def call(request: Request) -> Call:
        state = state_of(request)
        services = state.services
        key = await _authenticated(request, services, state.public_url)
        request.scope[KEY_IN_SCOPE] = key
        _check_allowed(key, role, request)
        await state.rates.spend(key.project_id)
        services.usage_meter.count_request(key)
        version = wire_version(_version_word(request))
        _check_route(request, version)
        return Call(
            services=state.granted.of(key),
            key=key,
            version=version,
            base_url=base_url(request, state.public_url),
            request=request,
        )

    return call


async def _authenticated(request: Request, services: Services, public_url: str | None) -> ApiKey:
    """Whose request it is: by the key that it names, else by the session of its browser."""
    encrypted = base_url(request, public_url).startswith("https:")
    secret, session = api_key_of(request), session_of(request, encrypted=encrypted)
    if secret or session is None:
        return await services.keys.authenticate(secret)
    check_own_page(request, public_url)
    return await services.sessions.authenticate(session)


def _check_allowed(key: ApiKey, role: Role, request: Request) -> None:
    """Raises PermissionDenied where the key's role or grant does not go so far."""
    route = request.scope["route"].name
    if key.signed_in and route in SIGNED_IN_ROUTES:
        return
    whose = "Your account" if key.signed_in else "This API key"
    if key.role not in _ALLOWED[role]:
        raise PermissionDenied(
            f"{whose} has the role `{key.role}`, which does not allow "
            f"{request.method} here: use a key with `{role}` or `all`."
        )
    if key.grant is not None and route not in GRANTED_ROUTES:
        raise PermissionDenied(
            f"{whose} is bound to assistants or files, and this is about the project: use "
            "a key that is not bound."
        )


def _version_word(request: Request) -> str | None:
    """What the client speaks; the OpenAI API has no versions, and its clients take all of ours."""
    if request.url.path.startswith(OPENAI_PATHS):
        return NEWEST
    return request.headers.get(VERSION_HEADER)


def _check_route(request: Request, version: WireVersion) -> None:
    """Raises NotFound where the route needs what the client's version has not."""
    if not served_to(version, request.scope["route"].openapi_extra or {}):
        raise NotFound(
            f"{request.method} {request.url.path} is not part of this API version: "
            f"send {VERSION_HEADER}: {NEWEST}"
        )


AnyKey = Annotated[Call, Depends(_may(Role.ALL))]
ControlRead = Annotated[Call, Depends(_may(Role.CONTROL_READ))]
ControlWrite = Annotated[Call, Depends(_may(Role.CONTROL_WRITE))]
DataRead = Annotated[Call, Depends(_may(Role.DATA_READ))]
DataWrite = Annotated[Call, Depends(_may(Role.DATA_WRITE))]


async def _administration(call: AnyKey) -> Call:
    if call.key.role is not Role.ALL:
        raise PermissionDenied(
            f"This API key has the role `{call.key.role}`: keys and usage are for keys with `all`."
        )
    return call


Administration = Annotated[Call, Depends(_administration)]
