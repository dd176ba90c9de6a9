"""Files of vector stores of the OpenAI API, one by one and in batches."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from lodgepole.api import vector_stores as family
from lodgepole.api.auth import Call, DataRead, DataWrite
from lodgepole.api.cursors import CursorRequest, cursor_request, everything, window
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.routes.vector_stores import LISTED, MOST_LISTED, POLL_AFTER, found_store
from lodgepole.api.schemas import vector_stores as shapes
from lodgepole.documents.text_windows import TextRequest, read_text
from lodgepole.errors import Conflict, InvalidRequest, NotFound
from lodgepole.model import Assistant, File, FileStatus

router = APIRouter(tags=["Vector stores"])
Cursor = Annotated[CursorRequest, Depends(cursor_request)]
SETTLING = timedelta(seconds=5)
"""How long an answer waits for new attributes to be what searches see."""
FILE_STATUSES = ("in_progress", "completed", "failed", "cancelled")
StatusFilter = Annotated[
    str | None,
    Query(description="Only in this status.", json_schema_extra={"enum": [*FILE_STATUSES, ""]}),
]


# --- one by one -------------------------------------------------------------------------


@router.post("/vector_stores/{vector_store_id}/files", operation_id="create_vector_store_file")
async def create_vector_store_file(call: DataWrite, vector_store_id: str) -> Response:
    """Have a store take up a file; it is read in the background."""
    body = await read_json(call.request, shapes.AttachFileRequest, call.services.limits)
    assistant = await found_store(call, vector_store_id)
    file = await call.services.held_files.take_up(assistant, body.file_id, body.attributes)
    return _file(assistant, file)


@router.get("/vector_stores/{vector_store_id}/files", operation_id="list_vector_store_files")
async def list_vector_store_files(
    call: DataRead, vector_store_id: str, asked: Cursor, filter: StatusFilter = None
) -> Response:
    """The store's files, the newest first."""
    assistant = await found_store(call, vector_store_id)
    found = await everything(
        lambda limit, after: call.services.files.list(
            assistant, filter=None, limit=limit, after=after
        )
    )
    return _file_list(assistant, found, asked, filter)


@router.get(
    "/vector_stores/{vector_store_id}/files/{file_id}", operation_id="retrieve_vector_store_file"
)
async def retrieve_vector_store_file(
    call: DataRead, vector_store_id: str, file_id: str
) -> Response:
    """One file of a store, and whether it can be searched."""
    assistant, file = await _found_file(call, vector_store_id, file_id)
    return _file(assistant, file, headers=POLL_AFTER)


@router.post(
    "/vector_stores/{vector_store_id}/files/{file_id}", operation_id="update_vector_store_file"
)
async def update_vector_store_file(call: DataWrite, vector_store_id: str, file_id: str) -> Response:
    """Replace a file's attributes; its content stays and is searched all the while."""
    body = await read_json(call.request, shapes.UpdateFileRequest, call.services.limits)
    assistant, _ = await _found_file(call, vector_store_id, file_id)
    operation = await call.services.files.update_metadata(assistant, file_id, body.attributes or {})
    await call.services.operations.settled(assistant, operation.id, within=SETTLING)
    shown = family.store_file(assistant, await call.services.files.get(assistant, file_id))
    attributes = dict(body.attributes or {})  # accepted, even where the change is still under way
    return json_response(shown.model_copy(update={"attributes": attributes}))


@router.delete(
    "/vector_stores/{vector_store_id}/files/{file_id}", operation_id="delete_vector_store_file"
)
async def delete_vector_store_file(call: DataWrite, vector_store_id: str, file_id: str) -> Response:
    """Remove a file from a store; one that was uploaded to `/files` stays there."""
    assistant, _ = await _found_file(call, vector_store_id, file_id)
    await call.services.files.delete(assistant, file_id)
    return json_response(
        shapes.DeletedModel(id=file_id, object="vector_store.file.deleted", deleted=True)
    )


@router.get(
    "/vector_stores/{vector_store_id}/files/{file_id}/content",
    operation_id="read_vector_store_file",
)
async def read_vector_store_file(
    call: DataRead,
    vector_store_id: str,
    file_id: str,
    page: Annotated[str | None, Query(description="The `next_page` of the part before.")] = None,
) -> Response:
    """The text that was read from a file: what is searched, and what citations quote."""
    assistant, file = await _found_file(call, vector_store_id, file_id)
    if file.status is not FileStatus.AVAILABLE:
        raise Conflict(f"File {file.id} cannot be read now: it is {_word(file)}.")
    if page is not None and not (page.isascii() and page.isdigit() and len(page) <= 12):
        raise InvalidRequest("Invalid page: send the `next_page` of the part before")
    asked = TextRequest(start=int(page or 0))
    view = await read_text(call.services.blobs, file, asked)
    del assistant
    cuts = [max(view.start, p.start) for p in view.pages] or [view.start]
    parts = [
        view.document.text[start:end]
        for start, end in zip(cuts, [*cuts[1:], view.end], strict=True)
    ]
    return json_response(
        shapes.FileContentResponse(
            object="vector_store.file_content.page",
            data=[shapes.TextPartModel(type="text", text=part) for part in parts if part.strip()],
            has_more=view.more,
            next_page=str(view.end) if view.more else None,
        )
    )


# --- batches ----------------------------------------------------------------------------------


@router.post("/vector_stores/{vector_store_id}/file_batches", operation_id="create_file_batch")
async def create_file_batch(call: DataWrite, vector_store_id: str) -> Response:
    """Have a store take up several files; all of them are there, or none is taken up."""
    body = await read_json(call.request, shapes.CreateFileBatchRequest, call.services.limits)
    if (body.file_ids is None) == (body.files is None):
        raise InvalidRequest("Exactly one of file_ids or files must be provided")
    entries: list[tuple[str, object]] = [(id_, body.attributes) for id_ in body.file_ids or ()]
    entries += [(file.file_id, file.attributes) for file in body.files or ()]
    assistant = await found_store(call, vector_store_id)
    return json_response(
        family.batch(assistant, await call.services.file_batches.create(assistant, entries))
    )


@router.get(
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}", operation_id="retrieve_file_batch"
)
async def retrieve_file_batch(call: DataRead, vector_store_id: str, batch_id: str) -> Response:
    """How far a store has come with a batch."""
    assistant = await found_store(call, vector_store_id)
    found = await call.services.file_batches.get(assistant, batch_id)
    return json_response(family.batch(assistant, found), headers=POLL_AFTER)


@router.post(
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel",
    operation_id="cancel_file_batch",
)
async def cancel_file_batch(call: DataWrite, vector_store_id: str, batch_id: str) -> Response:
    """Drop the files of a batch that cannot be searched yet."""
    assistant = await found_store(call, vector_store_id)
    cancelled = await call.services.file_batches.cancel(assistant, batch_id)
    return json_response(family.batch(assistant, cancelled))


@router.get(
    "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files",
    operation_id="list_file_batch_files",
)
async def list_file_batch_files(
    call: DataRead,
    vector_store_id: str,
    batch_id: str,
    asked: Cursor,
    filter: StatusFilter = None,
) -> Response:
    """The files of a batch, the newest first."""
    assistant = await found_store(call, vector_store_id)
    found = await call.services.file_batches.get(assistant, batch_id)
    files = sorted(found.files, key=lambda file: (file.created_at, file.id), reverse=True)
    return _file_list(assistant, files, asked, filter)


# --- what several routes need -----------------------------------------------------------------


async def _found_file(call: Call, vector_store_id: str, file_id: str) -> tuple[Assistant, File]:
    assistant = await found_store(call, vector_store_id)
    try:
        return assistant, await call.services.files.get(assistant, file_id)
    except NotFound:
        raise NotFound(
            f"No file found with id {file_id[:140]!r} in vector store {vector_store_id[:140]!r}."
        ) from None


def _file(assistant: Assistant, file: File, *, headers: dict[str, str] | None = None) -> Response:
    return json_response(family.store_file(assistant, file), headers=headers)


def _file_list(
    assistant: Assistant, files: Sequence[File], asked: CursorRequest, status: str | None
) -> Response:
    """A page of files, which come newest first."""
    if status and status not in FILE_STATUSES:
        accepted = ", ".join(FILE_STATUSES)
        raise InvalidRequest(f"Invalid filter {status[:40]!r}: must be one of {accepted}")
    found = [file for file in files if not status or _word(file) == status]
    if not asked.newest_first:
        found.reverse()
    most = asked.most(default=LISTED, maximum=MOST_LISTED)
    part = window(found, asked, lambda file: file.id, most=most)
    shown = [family.store_file(assistant, file) for file in part.items]
    return json_response(
        shapes.ListVectorStoreFilesResponse(
            object="list",
            data=shown,
            first_id=shown[0].id if shown else None,
            last_id=shown[-1].id if shown else None,
            has_more=part.has_more,
        )
    )


def _word(file: File) -> str:
    return family.STATUSES[file.status]
