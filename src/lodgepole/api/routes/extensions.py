"""Routes that the published API does not have: keys, usage, documents' text and passages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from lodgepole.access.audit import AuditEntry
from lodgepole.api import render
from lodgepole.api.auth import Administration, AnyKey, DataRead, DataWrite
from lodgepole.api.compression import body_chunks
from lodgepole.api.json_response import json_response
from lodgepole.api.pagination import PageRequest, page_request, pagination, read_page
from lodgepole.api.requests import WholeParameter, read_json
from lodgepole.api.routes.data import accepted
from lodgepole.api.schemas.extensions import (
    CreateKeyRequest,
    ListAuditEntriesResponse,
    ListKeysResponse,
    UpdateFileMetadataRequest,
)
from lodgepole.api.versions import NEWEST, wire_version
from lodgepole.documents.text_windows import TextRequest, read_text
from lodgepole.errors import Conflict, InvalidRequest
from lodgepole.library.passage_exports import read_passages
from lodgepole.model import FileStatus, Grant, ListPage, Role

PREFIX = "/lodgepole"
"""Never part of the published API, so that no future version of it can mean something else."""
PAGED = wire_version(NEWEST)
USAGE_DAYS = 30
MOST_USAGE_DAYS = 366

router = APIRouter(tags=["Administration"])
documents = APIRouter(tags=["Documents"])


# --- keys and usage ---------------------------------------------------------------------------


@router.get("/me", operation_id="describe_me")
async def describe_me(call: AnyKey) -> Response:
    """The key that the request was made with."""
    return json_response(render.key(call.key))


@router.get("/keys", operation_id="list_keys")
async def list_keys(call: Administration) -> Response:
    """The project's keys, oldest first. For keys with the role `all`, as all below."""
    keys = await call.services.keys.list(call.project_id)
    return json_response(ListKeysResponse(keys=[render.key(key) for key in keys]))


@router.post("/keys", operation_id="create_key")
async def create_key(call: Administration) -> Response:
    """Make a key for the same project; its secret is in this answer and never again."""
    body = await read_json(call.request, CreateKeyRequest, call.services.limits)
    try:
        role = Role.ALL if body.role is None else Role(body.role)
    except ValueError:
        raise InvalidRequest(
            f"Invalid role {(body.role or '')[:40]!r}: must be one of {', '.join(Role)}"
        ) from None
    grant = None
    if body.assistants is not None or body.filter is not None:
        names = None if body.assistants is None else frozenset(body.assistants)
        grant = Grant(assistants=names, filter=body.filter)
    secret, key = await call.services.keys.create(
        call.project_id, name=body.name, role=role, grant=grant
    )
    return json_response(render.created_key(key, secret))


@router.get("/audit", operation_id="list_audit_entries")
async def list_audit_entries(
    call: Administration, asked: Annotated[PageRequest, Depends(page_request)]
) -> Response:
    """What was changed in the project and who was refused, newest first."""

    async def fetch(limit: int, after: str | None) -> ListPage[AuditEntry]:
        return await call.services.audit.list(call.project_id, limit=limit, after=after)

    page = await read_page(
        fetch, kind="audit", asked=asked, version=PAGED, limits=call.services.limits
    )
    return json_response(
        ListAuditEntriesResponse(
            entries=[render.audit_entry(entry) for entry in page.items],
            pagination=pagination(page),
        )
    )


@router.delete("/keys/{key_id}", operation_id="revoke_key")
async def revoke_key(call: Administration, key_id: str) -> Response:
    """Refuse a key from now on, and remove its conversations.

    A key cannot revoke itself, so that one is always left.
    """
    if key_id == call.key.id:
        raise Conflict("This is the key of the request itself: revoke it with another one.")
    await call.services.keys.revoke(call.project_id, key_id)
    await call.services.conversations.forget_key(call.project_id, key_id)
    return Response(status_code=200)


@router.get("/usage", operation_id="describe_usage")
async def describe_usage(
    call: Administration,
    days: Annotated[
        WholeParameter,
        Query(
            description="How many days to look back, today included.",
            json_schema_extra={"minimum": 1, "maximum": MOST_USAGE_DAYS, "default": USAGE_DAYS},
        ),
    ] = None,
) -> Response:
    """What the project has, and what its keys asked for, by day and by key."""
    days = USAGE_DAYS if days is None else days
    if not 1 <= days <= MOST_USAGE_DAYS:
        raise InvalidRequest(f"Invalid days {days}: must be between 1 and {MOST_USAGE_DAYS}")
    report = await call.services.usage_meter.report(call.project_id, days=days)
    return json_response(render.usage_report(call.project_id, report))


# --- files ----------------------------------------------------------------------------------


@documents.patch("/files/{assistant_name}/{assistant_file_id}", operation_id="update_file_metadata")
async def update_file_metadata(
    call: DataWrite, assistant_name: str, assistant_file_id: str
) -> Response:
    """Replace a file's metadata without uploading it again; it is searched all the while."""
    body = await read_json(call.request, UpdateFileMetadataRequest, call.services.limits)
    assistant = await call.services.assistants.get_ready(call.project_id, assistant_name)
    operation = await call.services.files.update_metadata(
        assistant, assistant_file_id, body.metadata
    )
    return accepted(assistant, operation)


# --- documents --------------------------------------------------------------------------------


def text_request(
    first_page: Annotated[WholeParameter, Query(description="The first page to show.")] = None,
    last_page: Annotated[WholeParameter, Query(description="The last page to show.")] = None,
    start: Annotated[
        WholeParameter, Query(description="Begin here instead, as `next_start` of the part before.")
    ] = None,
    quote: Annotated[
        str | None,
        Query(description="Mark these words; where nothing else is asked for, begin near them."),
    ] = None,
) -> TextRequest:
    """The FastAPI dependency that reads the four parameters."""
    return TextRequest(first_page=first_page, last_page=last_page, start=start, quote=quote or None)


@documents.get("/files/{assistant_name}/{assistant_file_id}/text", operation_id="read_text")
async def describe_text(
    call: DataRead,
    assistant_name: str,
    assistant_file_id: str,
    asked: Annotated[TextRequest, Depends(text_request)],
) -> Response:
    """The text that was read from a file: what is searched, and what citations point into."""
    assistant = await call.services.assistants.get_ready(call.project_id, assistant_name)
    file = await call.services.files.get(assistant, assistant_file_id)
    if file.status is FileStatus.DELETING:
        raise Conflict(f"File {file.id} is being deleted.")
    return json_response(render.text(file, await read_text(call.services.blobs, file, asked)))


@documents.get("/files/{assistant_name}/{assistant_file_id}/passages", operation_id="read_passages")
async def describe_passages(
    call: DataRead,
    assistant_name: str,
    assistant_file_id: str,
    first: Annotated[
        WholeParameter, Query(description="Begin here, as `next_first` of the part before.")
    ] = None,
) -> Response:
    """The passages that the file was cut into, in order, with the vectors that are searched."""
    assistant = await call.services.assistants.get_ready(call.project_id, assistant_name)
    file = await call.services.files.get(assistant, assistant_file_id)
    part = await read_passages(call.services.index, file, first=first or 0)
    return json_response(render.passages(part))


@documents.put("/files/{assistant_name}/{assistant_file_id}/passages", operation_id="give_passages")
async def give_passages(call: DataWrite, assistant_name: str, assistant_file_id: str) -> Response:
    """Bring vectors along for the next upsert of this id, so that it need not embed anew.

    A vector is used for a passage of exactly the same text, where the embedder is the same.
    """
    assistant = await call.services.assistants.get_ready(call.project_id, assistant_name)
    await call.services.files.give_passages(assistant, assistant_file_id, body_chunks(call.request))
    return Response(status_code=200)
