"""MCP over streamable HTTP: each assistant is a server with its tools, and its files as resources.

Stateless: every POST stands for itself, so any process may answer any of them, a call needs no
`initialize` before it, and GET and DELETE, which are about sessions, are 405.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

import lodgepole
from lodgepole.api.auth import DataRead
from lodgepole.api.mcp.tools import AssistantTools, file_text
from lodgepole.api.mcp.tools import tools as tool_list
from lodgepole.api.requests import read_body
from lodgepole.errors import InvalidRequest, LodgepoleError, NotFound
from lodgepole.model import FileStatus

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import (
        CallToolRequestParams,
        CallToolResult,
        ListResourcesResult,
        ListToolsResult,
        PaginatedRequestParams,
        ReadResourceRequestParams,
        ReadResourceResult,
    )

log = logging.getLogger(__name__)

MOST_IN_BATCH = 32
RESOURCE_SCHEME = "lodgepole://files/"
TEXT = "text/plain"

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
    tools = AssistantTools(call, assistant)
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


def _server(tools: AssistantTools) -> "Server[Any]":
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
        ToolAnnotations,
    )

    known = tool_list(tools.call.services.limits)

    async def list_tools(context: object, params: object) -> "ListToolsResult":
        del context, params
        reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.arguments,
                    annotations=reads,
                )
                for tool in known
            ]
        )

    async def call_tool(context: object, params: "CallToolRequestParams") -> "CallToolResult":
        del context
        names = [tool.name for tool in known]
        if params.name not in names:
            raise MCPError(
                INVALID_PARAMS,
                f"Unknown tool {params.name[:80]!r}: there are {', '.join(names)}",
            )
        try:
            texts = await tools.texts(params.name, params.arguments or {})
        except LodgepoleError as error:
            # A result and not a protocol error, so that the calling model reads it and mends it.
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        except Exception:  # the outermost layer here: the SDK would send the exception's own text
            log.exception("%s of assistant %s failed", params.name, tools.assistant.id)
            raise MCPError(INTERNAL_ERROR, "Internal server error") from None
        return CallToolResult(content=[TextContent(text=text) for text in texts])

    return Server(
        "lodgepole",
        version=lodgepole.__version__,
        title=f"Lodgepole: {tools.assistant.name}",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=partial(_list_resources, tools),
        on_read_resource=partial(_read_resource, tools),
    )


async def _list_resources(
    tools: AssistantTools, context: object, params: "PaginatedRequestParams | None"
) -> "ListResourcesResult":
    """The assistant's files that can be read, the newest first."""
    from mcp_types import ListResourcesResult, Resource

    del context
    page = await tools.call.services.files.list(
        tools.assistant,
        filter=None,
        limit=tools.call.services.limits.list_items,
        after=None if params is None else params.cursor,
    )
    return ListResourcesResult(
        resources=[
            Resource(
                name=file.upload.name,
                uri=f"{RESOURCE_SCHEME}{file.id}",
                description=None if file.page_count is None else f"{file.page_count} pages",
                mime_type=TEXT,
            )
            for file in page.items
            if file.status is FileStatus.AVAILABLE
        ],
        next_cursor=page.next,
    )


async def _read_resource(
    tools: AssistantTools, context: object, params: "ReadResourceRequestParams"
) -> "ReadResourceResult":
    """The text that was read from a file, from its beginning."""
    from mcp.shared.exceptions import MCPError
    from mcp_types import INVALID_PARAMS, ReadResourceResult, TextResourceContents

    del context
    uri = str(params.uri)
    try:
        if not uri.startswith(RESOURCE_SCHEME):
            raise NotFound(f"Resources begin with {RESOURCE_SCHEME}, not {uri[:80]!r}")
        file = await tools.file(uri.removeprefix(RESOURCE_SCHEME))
        texts = await file_text(tools.call, file)
    except LodgepoleError as error:
        raise MCPError(INVALID_PARAMS, str(error)) from None
    return ReadResourceResult(
        contents=[TextResourceContents(uri=uri, mime_type=TEXT, text=text) for text in texts]
    )


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
