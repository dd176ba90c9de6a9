"""Vector stores of the OpenAI API: assistants, and searches in them."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from lodgepole.api import vector_stores as family
from lodgepole.api.auth import (
    Call,
    ControlRead,
    ControlWrite,
    DataRead,
)
from lodgepole.api.cursors import CursorRequest, cursor_request, everything, window
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas import vector_stores as shapes
from lodgepole.chat.conversation.query_planning import merge_snippets
from lodgepole.chat.requests import ContextRequest
from lodgepole.errors import AlreadyExists, InvalidRequest, NotFound
from lodgepole.model import Assistant, Snippet

router = APIRouter(tags=["Vector stores"])
Cursor = Annotated[CursorRequest, Depends(cursor_request)]

LISTED, MOST_LISTED = 20, 100
RESULTS, MOST_RESULTS, MOST_QUERIES = 10, 50, 4
SNIPPET_TOKENS = 800
"""Of a result, unless the server allows less: as long as that API's own."""
POLL_AFTER = {"openai-poll-after-ms": "500"}
"""Told to clients that wait for files; by themselves they ask once a second."""
SUFFIX_BYTES = 4
NAMES_TRIED = 8  # of which any two are the same once in billions


# --- stores -----------------------------------------------------------------------------------


@router.post("/vector_stores", operation_id="create_vector_store")
async def create_vector_store(call: ControlWrite) -> Response:
    """Create an assistant, by the name of a vector store, and give it files."""
    body = await read_json(call.request, shapes.CreateVectorStoreRequest, call.services.limits)
    family.refuse_expiry(body.expires_after)
    entries = [(file_id, None) for file_id in body.file_ids or ()]
    for file_id, _ in entries:  # before there is a store that nobody would know of
        await call.services.held_files.get(call.project_id, file_id)
    assistant = await _created(call, body)
    if entries:
        await call.services.file_batches.create(assistant, entries)
    return await _store(call, assistant)


@router.get("/vector_stores", operation_id="list_vector_stores")
async def list_vector_stores(call: ControlRead, asked: Cursor) -> Response:
    """The project's assistants, as vector stores."""
    most = asked.most(default=LISTED, maximum=MOST_LISTED)
    found = await everything(
        lambda limit, after: call.services.assistants.list(
            call.project_id, limit=limit, after=after
        )
    )
    if asked.newest_first:
        found.reverse()
    part = window(found, asked, family.store_id, most=most)
    shown = [await _rendered(call, assistant) for assistant in part.items]
    return json_response(
        shapes.ListVectorStoresResponse(
            object="list",
            data=shown,
            first_id=shown[0].id if shown else None,
            last_id=shown[-1].id if shown else None,
            has_more=part.has_more,
        )
    )


@router.get("/vector_stores/{vector_store_id}", operation_id="retrieve_vector_store")
async def retrieve_vector_store(call: ControlRead, vector_store_id: str) -> Response:
    """One vector store, with how many of its files can be searched."""
    return await _store(call, await found_store(call, vector_store_id), headers=POLL_AFTER)


@router.post("/vector_stores/{vector_store_id}", operation_id="modify_vector_store")
async def modify_vector_store(call: ControlWrite, vector_store_id: str) -> Response:
    """Change what a store is shown as, or its metadata."""
    body = await read_json(call.request, shapes.UpdateVectorStoreRequest, call.services.limits)
    family.refuse_expiry(body.expires_after)
    assistant = await found_store(call, vector_store_id)
    if body.name is None and body.metadata is None:
        return await _store(call, assistant)
    now = family.store(assistant, {})
    metadata = family.store_metadata(
        assistant.name,
        now.name if body.name is None else body.name,
        now.description,
        body.metadata,
    )
    if body.metadata is None:
        metadata = {**(now.metadata or {}), **metadata}
    changed = await call.services.assistants.update(
        call.project_id, assistant.name, instructions=None, metadata=metadata
    )
    return await _store(call, changed)


@router.delete("/vector_stores/{vector_store_id}", operation_id="delete_vector_store")
async def delete_vector_store(call: ControlWrite, vector_store_id: str) -> Response:
    """Delete the assistant with its files; those that were uploaded to `/files` stay there."""
    assistant = await found_store(call, vector_store_id)
    await call.services.assistants.delete(call.project_id, assistant.name)
    id_ = family.store_id(assistant)
    return json_response(shapes.DeletedModel(id=id_, object="vector_store.deleted", deleted=True))


@router.post("/vector_stores/{vector_store_id}/search", operation_id="search_vector_store")
async def search_vector_store(call: DataRead, vector_store_id: str) -> Response:
    """The passages that answer a question, best first."""
    body = await read_json(call.request, shapes.SearchRequest, call.services.limits)
    queries = [body.query] if isinstance(body.query, str) else body.query
    if not 1 <= len(queries) <= MOST_QUERIES:
        raise InvalidRequest(f"`query` must be a text or 1 to {MOST_QUERIES} texts")
    if not all(query.strip() for query in queries):
        raise InvalidRequest("Query cannot be empty")
    most = RESULTS if body.max_num_results is None else body.max_num_results
    assistant = await found_store(call, vector_store_id)
    snippets = await search(call, assistant, queries, most=most, filters=body.filters)
    threshold = None if body.ranking_options is None else body.ranking_options.score_threshold
    return json_response(
        shapes.SearchResponse(
            object="vector_store.search_results.page",
            search_query=list(queries),
            data=list(family.results(snippets, threshold=threshold)),
            has_more=False,
        )
    )


async def search(
    call: Call,
    assistant: Assistant,
    queries: Sequence[str],
    *,
    most: int,
    filters: dict[str, Any] | None,
) -> list[Snippet]:
    """The snippets for all of the queries; none where the store has no file to search.

    Raises:
        InvalidRequest: A query is empty or too long, or a value is outside its limits.
    """
    if not 1 <= most <= MOST_RESULTS:
        raise InvalidRequest(f"max_num_results must be between 1 and {MOST_RESULTS}, got {most}")
    wanted = family.read_filter(filters, call.services.limits)
    if not await call.services.catalog.available_files(assistant.id):
        return []
    limits = call.services.limits
    tokens = min(max(SNIPPET_TOKENS, limits.snippet_tokens_min), limits.snippet_tokens)
    found: list[Sequence[Snippet]] = []
    for query in queries:
        asked = ContextRequest(
            query=query,
            filter=wanted,
            top_k=min(most, limits.top_k),
            snippet_tokens=tokens,
            multimodal=False,
        )
        result = await call.services.chat.context(assistant, asked)
        call.services.usage_meter.count_tokens(call.key, result.usage, assistant)
        found.append(result.snippets)
    return merge_snippets(found, top_k=most)


# --- what several routes need -----------------------------------------------------------------


async def found_store(call: Call, vector_store_id: str) -> Assistant:
    try:
        return await call.services.assistants.get_ready(
            call.project_id, family.assistant_name(vector_store_id)
        )
    except NotFound:
        raise NotFound(f"Vector store with id {vector_store_id[:140]!r} not found.") from None


async def _created(call: Call, body: shapes.CreateVectorStoreRequest) -> Assistant:
    """A new assistant under the wanted name, or one like it where that cannot be."""
    wanted = (body.name or "").strip() or family.UNNAMED
    name = family.name_like(wanted, "")
    for _ in range(NAMES_TRIED):
        metadata = family.store_metadata(name, wanted, body.description, body.metadata)
        try:
            return await call.services.assistants.create(
                call.project_id, name=name, instructions=None, metadata=metadata
            )
        except AlreadyExists:
            name = family.name_like(wanted, token_hex(SUFFIX_BYTES))
    raise AlreadyExists(f"There are vector stores of every name like {name!r}.")


async def _store(
    call: Call, assistant: Assistant, *, headers: dict[str, str] | None = None
) -> Response:
    return json_response(await _rendered(call, assistant), headers=headers)


async def _rendered(call: Call, assistant: Assistant) -> shapes.VectorStoreModel:
    totals = await call.services.catalog.files_by_status(assistant.id)
    return family.store(assistant, totals)
