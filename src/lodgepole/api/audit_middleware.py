"""Middleware that writes the audit log: every change, and every request that was refused."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lodgepole.access.api_keys import DEFAULT_PROJECT
from lodgepole.access.audit import REFUSED, AuditLog
from lodgepole.model import ApiKey
from lodgepole.telemetry import log_format

KEY_IN_SCOPE = "lodgepole.key"
"""Where the check of the key leaves it."""
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ASKS = frozenset(
    {
        *("chat", "completions", "context", "create_chat_completion", "assistant_server"),
        *("search_vector_store", "create_response", "metrics_alignment"),
        *("create_conversation", "ask_in_conversation", "rename_conversation", "rate_answer"),
    }
)
"""Routes by name that change no document and no right. Questions are nobody's business: they are
counted by key and day, and not written down."""
SIGN_INS = frozenset({"finish_sign_in"})
"""Routes by name that begin a session, though browsers come to them by GET."""


class Audited:
    """Writes an entry before the answer begins, so that what is answered is written down."""

    def __init__(self, app: ASGIApp, audit: AuditLog) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._note(scope, int(message["status"]))
            await send(message)

        await self._app(scope, receive, send_noted)

    async def _note(self, scope: Scope, status: int) -> None:
        key: ApiKey | None = scope.get(KEY_IN_SCOPE)
        route = getattr(scope.get("route"), "name", None)
        changes = (scope["method"] in CHANGES and route not in ASKS) or route in SIGN_INS
        if route is None or not (
            status in REFUSED or (changes and status < 400 and key is not None)
        ):
            return
        client = scope.get("client")
        path: Mapping[str, Any] = scope.get("path_params") or {}
        await self._audit.note(
            DEFAULT_PROJECT if key is None else key.project_id,
            action=route,
            target={name: str(value) for name, value in path.items()},
            status=status,
            key=key,
            address=client[0] if client else "",
            request_id=log_format.request_id.get() or "",
        )
