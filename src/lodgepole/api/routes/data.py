"""Routes of the data plane: files and operations."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Response
from pydantic.config import JsonDict

from lodgepole.api import render
from lodgepole.api.auth import Call, DataRead, DataWrite
from lodgepole.api.json_response import json_response
from lodgepole.api.multipart import FormLimits, UploadForm, read_upload
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import flag, json_parameter
from lodgepole.api.schemas.files import ListFilesResponse, OperationList
from lodgepole.api.schemas.wire import lacks, needs
from lodgepole.api.signed_urls import signed_url
from lodgepole.api.state import state_of
from lodgepole.errors import InvalidRequest
from lodgepole.library.uploads import file_kind, size_limit
from lodgepole.metadata_filter import MetadataFilter, parse_filter
from lodgepole.model import (
    Assistant,
    File,
    FileStatus,
    Operation,
    OperationStatus,
    OperationType,
)

router = APIRouter(tags=["Files"])
T = TypeVar("T")
W = TypeVar("W", OperationType, OperationStatus)
Paging = Annotated[PageRequest, Depends(page_request)]

SETTLING = timedelta(seconds=2)
"""How long a look at an operation may wait for its end: well below any client's timeout, and it
spares a client that polls every five seconds its first interval."""
NEEDS_OPERATIONS = needs("has_operations")
PUBLIC_TYPES = tuple(kind for kind in OperationType if kind is not OperationType.DELETE_ASSISTANT)
TRUE_OR_FALSE: JsonDict = {"enum": ["true", "false", ""]}
Multimodal = Annotated[
    str | None,
    Query(description="`true` reads a PDF's figures too.", json_schema_extra=TRUE_OR_FALSE),
]


# --- files ------------------------------------------------------------------------------------


@router.get("/files/{assistant_name}", operation_id="list_files")
async def list_files(
    call: DataRead,
    assistant_name: str,
    asked: Paging,
    filter: Annotated[
        str | None,
        Query(
            description="A metadata filter, as JSON.",
            json_schema_extra={"x-json": "MetadataFilter"},
        ),
    ] = None,
) -> Response:
    """The assistant's files, newest first."""
    wanted = _listing_filter(call, filter)
    assistant = await _ready(call, assistant_name)
    page = await read_page(
        lambda limit, after: call.services.files.list(
            assistant, filter=wanted, limit=limit, after=after
        ),
        kind="files",
        asked=asked,
        version=call.version,
        limits=call.services.limits,
    )
    files = [render.file(file) for file in page.items]
    return json_response(ListFilesResponse(files=files, pagination=pagination(page)))


@router.post("/files/{assistant_name}", operation_id="upload_file")
async def upload_file(
    call: DataWrite,
    assistant_name: str,
    multimodal: Multimodal = None,
    metadata: Annotated[
        str | None,
        Query(
            description="The file's metadata, as JSON; since 2026-01 a field of the form.",
            json_schema_extra={**lacks("has_metadata_in_form"), "x-json": "FileMetadata"},
        ),
    ] = None,
) -> Response:
    """Accept a file; it is read in the background."""
    assistant = await _ready(call, assistant_name)

    async def accept(form: UploadForm, multimodal: bool) -> tuple[File, Operation]:
        return await call.services.files.upload(
            assistant,
            name=form.name,
            content=form.content,
            metadata=form.metadata,
            multimodal=multimodal,
        )

    file, operation = await _receive(call, accept, multimodal, metadata)
    if not call.version.has_operations:
        return json_response(render.file(file))
    return accepted(assistant, operation)


@router.get("/files/{assistant_name}/{assistant_file_id}", operation_id="describe_file")
async def describe_file(
    call: DataRead,
    assistant_name: str,
    assistant_file_id: str,
    include_url: Annotated[
        str | None, Query(description="`true` adds a signed URL.", json_schema_extra=TRUE_OR_FALSE)
    ] = None,
) -> Response:
    """One file, while it is being deleted too."""
    with_url = flag("include_url", include_url)
    assistant = await call.services.assistants.get(call.project_id, assistant_name)
    file = await call.services.files.get(assistant, assistant_file_id)
    if file.status is FileStatus.PROCESSING and not call.version.has_operations:
        file = await _settled_file(call, assistant, file)
    url = signed_url(call.services.files, file, call.base_url) if with_url else None
    return json_response(render.file(file, signed_url=url))


@router.put(
    "/files/{assistant_name}/{assistant_file_id}",
    operation_id="upsert_file",
    openapi_extra=NEEDS_OPERATIONS,
)
async def upsert_file(
    call: DataWrite,
    assistant_name: str,
    assistant_file_id: str,
    multimodal: Multimodal = None,
    metadata: Annotated[
        str | None,
        Query(description="Refused; send it in the form.", include_in_schema=False),
    ] = None,
) -> Response:
    """Create or replace a file under an id of the client's choice."""
    assistant = await _ready(call, assistant_name)

    async def accept(form: UploadForm, multimodal: bool) -> Operation:
        return await call.services.files.upsert(
            assistant,
            assistant_file_id,
            name=form.name,
            content=form.content,
            metadata=form.metadata,
            multimodal=multimodal,
        )

    operation = await _receive(call, accept, multimodal, metadata)
    return accepted(assistant, operation)


@router.delete("/files/{assistant_name}/{assistant_file_id}", operation_id="delete_file")
async def delete_file(call: DataWrite, assistant_name: str, assistant_file_id: str) -> Response:
    """Delete a file; from now on nothing of it is found."""
    assistant = await _ready(call, assistant_name)
    operation = await call.services.files.delete(assistant, assistant_file_id)
    if not call.version.has_operations:
        return Response(status_code=200)
    return accepted(assistant, operation)


# --- operations -------------------------------------------------------------------------------


@router.get(
    "/operations/{assistant_name}", operation_id="list_operations", openapi_extra=NEEDS_OPERATIONS
)
async def list_operations(
    call: DataRead,
    assistant_name: str,
    asked: Paging,
    operation_type: Annotated[
        str | None,
        Query(description="Only of this type.", json_schema_extra={"enum": [*PUBLIC_TYPES, ""]}),
    ] = None,
    status: Annotated[
        str | None,
        Query(
            description="Only in this status.", json_schema_extra={"enum": [*OperationStatus, ""]}
        ),
    ] = None,
) -> Response:
    """The assistant's operations of the last 30 days, newest first."""
    types = [_one_of("operation_type", operation_type, PUBLIC_TYPES)] if operation_type else []
    statuses = [_one_of("status", status, tuple(OperationStatus))] if status else []
    assistant = await call.services.assistants.get(call.project_id, assistant_name)
    page = await read_page(
        lambda limit, after: call.services.operations.list(
            assistant, types=types, statuses=statuses, limit=limit, after=after
        ),
        kind="operations",
        asked=asked,
        version=call.version,
        limits=call.services.limits,
    )
    items = [render.operation(operation) for operation in page.items]
    return json_response(OperationList(operations=items, pagination=pagination(page)))


@router.get(
    "/operations/{assistant_name}/{operation_id}",
    operation_id="describe_operation",
    openapi_extra=NEEDS_OPERATIONS,
)
async def describe_operation(call: DataRead, assistant_name: str, operation_id: str) -> Response:
    """One operation; the answer waits a moment for an end that is near."""
    assistant = await call.services.assistants.get(call.project_id, assistant_name)
    operation = await call.services.operations.settled(assistant, operation_id, within=SETTLING)
    return json_response(render.operation(operation))


# --- what several routes need -----------------------------------------------------------------


async def _ready(call: Call, assistant_name: str) -> Assistant:
    return await call.services.assistants.get_ready(call.project_id, assistant_name)


def _listing_filter(call: Call, text: str | None) -> MetadataFilter | None:
    if not text:
        return None
    raw = json_parameter("filter", text)
    return None if raw is None else parse_filter(raw, call.services.limits)


async def _receive(
    call: Call,
    accept: Callable[[UploadForm, bool], Awaitable[T]],
    multimodal: str | None,
    query_metadata: str | None,
) -> T:
    """Read the form and hand it on, with metadata from where this version sends it."""
    limits = call.services.limits
    wants_figures = flag("multimodal", multimodal)
    if query_metadata is not None and call.version.has_metadata_in_form:
        raise InvalidRequest("Send `metadata` as a field of the form, not in the query string")
    from_query = json_parameter("metadata", query_metadata) if query_metadata else None
    form_limits = FormLimits(
        file_bytes=lambda name: size_limit(
            file_kind(name), multimodal=wants_figures, limits=limits
        ),
        overhead_bytes=limits.multipart_overhead_bytes,
    )
    spool = state_of(call.request).spool
    async with read_upload(call.request, form_limits, spool, project_id=call.project_id) as form:
        if from_query is not None:
            form = UploadForm(form.name, form.content, from_query)
        return await accept(form, wants_figures)


def accepted(assistant: Assistant, operation: Operation) -> Response:
    """202: the change is durable, and its operation says when it is done."""
    location = f"/assistant/operations/{assistant.name}/{operation.id}"
    return json_response(render.operation(operation), status=202, headers={"Location": location})


async def _settled_file(call: Call, assistant: Assistant, file: File) -> File:
    """The file after a moment, for clients that poll files because they know no operations."""
    page = await call.services.operations.list(
        assistant,
        types=(OperationType.UPLOAD_FILE,),
        statuses=(OperationStatus.PROCESSING,),
        limit=call.services.limits.list_items,
        after=None,
    )
    for operation in page.items:
        if operation.file_id == file.id:
            await call.services.operations.settled(assistant, operation.id, within=SETTLING)
            return await call.services.files.get(assistant, file.id)
    return file


def _one_of(name: str, word: str, allowed: tuple[W, ...]) -> W:
    for value in allowed:
        if value == word:
            return value
    accepted = ", ".join(allowed)
    raise InvalidRequest(f"Invalid {name} {word[:40]!r}: must be one of {accepted}")
