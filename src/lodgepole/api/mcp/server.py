"""MCP over streamable HTTP: each assistant is a server with one tool, `get_context`.

Stateless: every POST stands for itself, so any process may answer any of them, a call needs no
`initialize` before it, and GET and DELETE, which are about sessions, are 405.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

import lodgepole
from lodgepole.api import render
from lodgepole.api.auth import Call, DataRead
from lodgepole.api.errors import describe_invalid
from lodgepole.api.json_response import json_bytes
from lodgepole.api.requests import read_body
from lodgepole.api.schemas.wire import Whole
from lodgepole.api.signed_urls import signed_url
from lodgepole.chat.answer import ContextRequest
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.limits import Limits
from lodgepole.model import Assistant, File

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult

log = logging.getLogger(__name__)

GET_CONTEXT = "get_context"
MOST_IN_BATCH = 32
DESCRIPTION = (
    "Find the passages of this assistant's documents that answer a question. Each result is one "
    "snippet as JSON, best first: its text, a score, and the file and pages that it is from."
)

router = APIRouter(include_in_schema=False)


def mount(app: FastAPI) -> None:
    """Serve `/mcp/assistants/{name}` on an application of `lodgepole.api`."""
    app.include_router(router)


@router.post("/mcp/assistants/{assistant_name}")
async def assistant_server(call: DataRead, assistant_name: str) -> Response:
    """One JSON-RPC message to the assistant's server, or a list of them.

    What fails before the message is read (key, assistant, size) is answered in the shape of the
    HTTP API; what fails after, as MCP says.
    """
    assistant = await call.services.assistants.get_ready(call.project_id, assistant_name)
    body = await read_body(call.request, limit=call.services.limits.json_body_bytes)
    tools = _Tools(call, assistant)
    # A thread, because the first import of the SDK takes a second.
    server = await asyncio.to_thread(_server, tools)
    batch = _batch(body)
    if batch is None:
        return _Exchange(server, body)
    answers = [await _captured(_Exchange(_server(tools), one), call.request) for one in batch]
    told = [answer for answer in answers if answer]
    if not told:  # there were notifications alone
        return Response(status_code=HTTPStatus.ACCEPTED)
    return Response(b"[" + b",".join(told) + b"]", media_type="application/json")


def _batch(body: bytes) -> list[bytes] | None:
    """The messages of a batch, which the protocol had until 2025-06; None for one that is none.

    Raises:
        InvalidRequest: It has more messages than one request may.
    """
    if not body.lstrip().startswith(b"["):
        return None
    try:
        messages = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None  # said in the protocol's words by what reads a single message
    if len(messages) > MOST_IN_BATCH:
        raise InvalidRequest(
            f"A batch has at most {MOST_IN_BATCH} messages, and this one has {len(messages)}"
        )
    return None if not messages else [orjson.dumps(message) for message in messages]


async def _captured(exchange: "_Exchange", request: Request) -> bytes:
    """The body of an answer that is a part of another one; empty for a notification's."""
    body = bytearray()

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    await exchange(request.scope, request.receive, send)
    return bytes(body)


class _GetContext(BaseModel):
    model_config = ConfigDict(strict=True)

    query: str
    top_k: Whole | None = None
    snippet_size: Whole | None = None


@dataclass(frozen=True, slots=True)
class _Tools:
    """What one request may call: its caller and its assistant are settled."""

    call: Call
    assistant: Assistant

    async def get_context(self, arguments: dict[str, Any]) -> list[str]:
        """The snippets, each as the JSON that `/context` renders.

        Raises:
            InvalidRequest: An argument is missing, of the wrong type or outside its limits.
        """
        try:
            asked = _GetContext.model_validate(arguments)
        except ValidationError as error:
            raise InvalidRequest(describe_invalid(error.errors(include_url=False))) from None
        found = await self.call.services.chat.context(
            self.assistant,
            ContextRequest(query=asked.query, top_k=asked.top_k, snippet_tokens=asked.snippet_size),
        )
        self.call.services.usage_meter.count_tokens(self.call.key, found.usage)
        return [json_bytes(render.snippet(s, self._link)).decode() for s in found.snippets]

    def _link(self, file: File) -> str:
        return signed_url(self.call.services.files, file, self.call.base_url)


def _server(tools: _Tools) -> "Server[Any]":
    """A server for one request; building one takes microseconds."""
    from mcp.server.lowlevel import Server
    from mcp.shared.exceptions import MCPError
    from mcp_types import (
        INTERNAL_ERROR,
        INVALID_PARAMS,
        CallToolResult,
        ListToolsResult,
        TextContent,
        Tool,
    )

    limits = tools.call.services.limits

    async def list_tools(context: object, params: object) -> "ListToolsResult":
        del context, params
        tool = Tool(name=GET_CONTEXT, description=DESCRIPTION, input_schema=_input_schema(limits))
        return ListToolsResult(tools=[tool])

    async def call_tool(context: object, params: "CallToolRequestParams") -> "CallToolResult":
        del context
        if params.name != GET_CONTEXT:
            raise MCPError(
                INVALID_PARAMS, f"Unknown tool {params.name[:80]!r}: there is only {GET_CONTEXT}"
            )
        try:
            texts = await tools.get_context(params.arguments or {})
        except LodgepoleError as error:
            # A result and not a protocol error, so that the calling model reads it and mends it.
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        except Exception:  # the outermost layer here: the SDK would send the exception's own text
            log.exception("%s of assistant %s failed", GET_CONTEXT, tools.assistant.id)
            raise MCPError(INTERNAL_ERROR, "Internal server error") from None
        return CallToolResult(content=[TextContent(text=text) for text in texts])

    return Server(
        "lodgepole",
        version=lodgepole.__version__,
        title=f"Lodgepole: {tools.assistant.name}",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


@functools.cache
def _input_schema(limits: Limits) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "The question, in any language."},
            "top_k": {
                "type": "integer",
                "minimum": 1,
                "maximum": limits.top_k,
                "default": limits.top_k_default,
                "description": "Most snippets to return.",
            },
            "snippet_size": {
                "type": "integer",
                "minimum": limits.snippet_tokens_min,
                "maximum": limits.snippet_tokens,
                "default": limits.snippet_tokens_default,
                "description": "Most tokens of each snippet.",
            },
        },
        "required": ["query"],
    }


class _Exchange(Response):
    """A response that the MCP SDK writes: one message in, its answer out."""

    def __init__(self, server: "Server[Any]", body: bytes) -> None:
        super().__init__()
        self._server = server
        self._message = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # A manager can run once, and a stateless one holds nothing between requests. The key is
        # checked by now, which a page that rebinds our name cannot send: no Host is refused.
        manager = StreamableHTTPSessionManager(
            app=self._server,
            stateless=True,
            json_response=True,
            max_request_body_size=max(1, len(self._message)),
        )
        async with manager.run():
            await manager.handle_request(
                _as_expected(scope, self._message), _replayed(self._message, receive), send
            )


def _as_expected(scope: Scope, body: bytes) -> Scope:
    """The request with the two headers that the SDK insists on and clients in the wild lack."""
    scope = {**scope, "headers": list(scope["headers"])}
    headers = MutableHeaders(scope=scope)
    headers["Accept"] = "application/json, text/event-stream"
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(body))  # of one message, where there were several
    return scope


def _replayed(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """`receive` for a body that was read: it first, then what comes after."""
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
