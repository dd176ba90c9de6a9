"""Uploaded files of the OpenAI API: those that wait for a vector store, and those of assistants."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from lodgepole.api import vector_stores as family
from lodgepole.api.auth import DataRead, DataWrite
from lodgepole.api.cursors import CursorRequest, cursor_request
from lodgepole.api.errors import HEAD_ALONE
from lodgepole.api.json_response import json_response
from lodgepole.api.multipart import FormLimits, read_upload
from lodgepole.api.schemas.vector_stores import DeletedModel, ListFileObjectsResponse
from lodgepole.api.signed_urls import begun
from lodgepole.api.state import state_of
from lodgepole.errors import InvalidRequest
from lodgepole.library.uploads import file_kind, size_limit

router = APIRouter(tags=["Files"])
PURPOSE_CHARS = 64
MOST_LISTED = 10_000
PURPOSE, ANCHOR, SECONDS = "purpose", "expires_after[anchor]", "expires_after[seconds]"
CREATION = "created_at"
BYTES_TYPE = "application/octet-stream"


@router.post("/files", operation_id="create_file")
async def create_file(call: DataWrite) -> Response:
    """Keep a file for vector stores to take up; it is not read before one does."""
    limits = call.services.limits
    form_limits = FormLimits(
        file_bytes=lambda name: size_limit(file_kind(name), multimodal=False, limits=limits),
        overhead_bytes=limits.multipart_overhead_bytes,
        texts=(PURPOSE, ANCHOR, SECONDS),
    )
    spool = state_of(call.request).spool
    async with read_upload(call.request, form_limits, spool, project_id=call.project_id) as form:
        held = await call.services.held_files.accept(
            call.project_id,
            name=form.name,
            content=form.content,
            purpose=_purpose(form.texts),
            lasts=_lasts(form.texts),
        )
    return json_response(family.file_object(held))


@router.get("/files", operation_id="list_uploaded_files")
async def list_uploaded_files(
    call: DataRead,
    asked: Annotated[CursorRequest, Depends(cursor_request)],
    purpose: Annotated[str | None, Query(description="Only of this purpose.")] = None,
) -> Response:
    """The files that were uploaded here; those of assistants are listed by their vector stores."""
    if asked.before is not None:
        raise InvalidRequest("`before` is not supported here: use `after` and `order`")
    most = asked.most(default=MOST_LISTED, maximum=MOST_LISTED)
    found = await call.services.held_files.list(
        call.project_id,
        purpose=purpose or None,
        limit=most + 1,
        after=asked.after,
        newest_first=asked.newest_first,
    )
    shown = [family.file_object(held) for held in found[:most]]
    return json_response(
        ListFileObjectsResponse(
            object="list",
            data=shown,
            first_id=shown[0].id if shown else None,
            last_id=shown[-1].id if shown else None,
            has_more=len(found) > most,
        )
    )


@router.get("/files/{file_id}", operation_id="retrieve_uploaded_file")
async def retrieve_uploaded_file(call: DataRead, file_id: str) -> Response:
    """One file of the project, in whatever vector stores it is."""
    held = await call.services.held_files.get(call.project_id, file_id)
    return json_response(family.file_object(held))


@router.get("/files/{file_id}/content", operation_id="download_file")
async def download_file(call: DataRead, file_id: str) -> Response:
    """The file's bytes, as they were uploaded."""
    held = await call.services.held_files.get(call.project_id, file_id)
    headers = {"Content-Length": str(held.file.upload.size), "Cache-Control": "private, no-store"}
    if call.request.scope[HEAD_ALONE]:
        return Response(None, 200, headers, BYTES_TYPE)
    return await begun(
        state_of(call.request).downloads,
        held.file,
        call.services.held_files.content(held),
        status=200,
        headers=headers,
        type_=BYTES_TYPE,
    )


@router.delete("/files/{file_id}", operation_id="delete_uploaded_file")
async def delete_uploaded_file(call: DataWrite, file_id: str) -> Response:
    """Delete a file, also from all vector stores; from now on nothing of it is found."""
    await call.services.held_files.delete(call.project_id, file_id)
    return json_response(DeletedModel(id=file_id, object="file", deleted=True))


def _purpose(texts: Mapping[str, str]) -> str:
    purpose = texts.get(PURPOSE, "").strip()
    if not purpose or len(purpose) > PURPOSE_CHARS:
        raise InvalidRequest(
            f"`purpose` must be a word of 1 to {PURPOSE_CHARS} characters, such as assistants"
        )
    return purpose


def _lasts(texts: Mapping[str, str]) -> timedelta | None:
    if ANCHOR not in texts and SECONDS not in texts:
        return None
    seconds = texts.get(SECONDS, "")
    if texts.get(ANCHOR) != CREATION or not seconds.isascii() or not seconds.isdigit():
        raise InvalidRequest(
            f"`expires_after` needs the anchor {CREATION} and a whole number of seconds"
        )
    return timedelta(seconds=min(int(seconds[:12]), 10**9))
