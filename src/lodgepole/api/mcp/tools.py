"""MCP tools of an assistant: search passages, list files, find words, read pages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lodgepole.api import render
from lodgepole.api.auth import Call
from lodgepole.api.errors import describe_invalid
from lodgepole.api.json_response import json_bytes
from lodgepole.api.schemas.wire import Whole
from lodgepole.api.signed_urls import signed_url
from lodgepole.api.turns import filter_of
from lodgepole.chat.requests import ContextRequest
from lodgepole.documents.occurrences import occurrences, page_of
from lodgepole.documents.text_windows import TextRequest, TextView, read_document, read_text, view
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.limits import Limits
from lodgepole.model import Assistant, Document, File, FileStatus

GET_CONTEXT, LIST_FILES = "get_context", "list_files"
FIND_IN_FILE, READ_PAGES = "find_in_file", "read_pages"
MOST_PLACES, PLACES = 50, 10
AROUND_CHARS = 200  # of the text, shown before and after words that were found
MOST_PAGES = 20  # of one answer
PAGE_CHARS = 20_000  # of a page, or of a part of a file without pages
SCANNED = 500  # files looked through for a name, at a time
B = TypeVar("B", bound=BaseModel)
JsonObject = dict[str, Any]


class _Arguments(BaseModel):
    model_config = ConfigDict(strict=True)


class _GetContext(_Arguments):
    query: str
    top_k: Whole | None = None
    snippet_size: Whole | None = None
    filter: dict[str, Any] | None = None


class _ListFiles(_Arguments):
    filter: dict[str, Any] | None = None
    limit: Whole | None = None
    after: str | None = None


class _FindInFile(_Arguments):
    file: str
    words: str
    limit: Whole | None = None


class _ReadPages(_Arguments):
    file: str
    first_page: Whole | None = None
    last_page: Whole | None = None
    start: Whole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One of them: how models are told of it, and its arguments as JSON Schema."""

    name: str
    title: str
    description: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class AssistantTools:
    """What one request may call: its caller and its assistant are settled.

    Each answers with texts of JSON, and raises InvalidRequest or NotFound where it cannot.
    """

    call: Call
    assistant: Assistant

    def by_name(self) -> Mapping[str, Callable[[JsonObject], Awaitable[Sequence[Any]]]]:
        return {
            GET_CONTEXT: self._get_context,
            LIST_FILES: self._list_files,
            FIND_IN_FILE: self._find_in_file,
            READ_PAGES: self._read_pages,
        }

    async def texts(self, name: str, arguments: JsonObject) -> list[str]:
        """What the tool of this name answers."""
        found = await self.by_name()[name](arguments)
        return [json_bytes(one).decode() for one in found]

    async def file(self, named: str) -> File:
        """An available file by its id, or the newest of that name. Raises NotFound."""
        known = await self.call.services.catalog.find_file(self.assistant.id, named)
        after: str | None = None
        while known is None:
            page = await self.call.services.files.list(
                self.assistant, filter=None, limit=SCANNED, after=after
            )
            named_so = (file for file in page.items if file.upload.name == named)
            known = next(named_so, None)
            after = page.next
            if after is None:
                break
        if known is None or known.status is not FileStatus.AVAILABLE:
            raise NotFound(f"There is no file {named[:200]!r} that can be read: see {LIST_FILES}")
        return known

    async def _get_context(self, arguments: JsonObject) -> Sequence[Any]:
        asked = _read(_GetContext, arguments)
        found = await self.call.services.chat.context(
            self.assistant,
            ContextRequest(
                query=asked.query,
                top_k=asked.top_k,
                snippet_tokens=asked.snippet_size,
                filter=filter_of(self.call, asked.filter),
            ),
        )
        self.call.services.usage_meter.count_tokens(self.call.key, found.usage, self.assistant)
        return [render.snippet(snippet, self._link) for snippet in found.snippets]

    async def _list_files(self, arguments: JsonObject) -> Sequence[Any]:
        asked = _read(_ListFiles, arguments)
        limits = self.call.services.limits
        limit = limits.list_items_default if asked.limit is None else asked.limit
        if not 1 <= limit <= limits.list_items:
            raise InvalidRequest(f"limit must be between 1 and {limits.list_items}, got {limit}")
        page = await self.call.services.files.list(
            self.assistant,
            filter=filter_of(self.call, asked.filter),
            limit=limit,
            after=asked.after or None,
        )
        listed = [
            {
                "id": file.id,
                "name": file.upload.name,
                "status": file.status,
                "size": file.upload.size,
                "pages": file.page_count,
                "metadata": dict(file.upload.metadata or {}),
                "updated_on": render.timestamp(file.updated_at),
            }
            for file in page.items
        ]
        return listed if page.next is None else [*listed, {"more": True, "after": page.next}]

    async def _find_in_file(self, arguments: JsonObject) -> Sequence[Any]:
        asked = _read(_FindInFile, arguments)
        most = PLACES if asked.limit is None else asked.limit
        if not 1 <= most <= MOST_PLACES:
            raise InvalidRequest(f"limit must be between 1 and {MOST_PLACES}, got {most}")
        if not asked.words.strip() or len(asked.words) > AROUND_CHARS:
            raise InvalidRequest(f"words must be 1 to {AROUND_CHARS} characters")
        file = await self.file(asked.file)
        document = await read_document(self.call.services.blobs, file)
        # In a thread, because a text may be long.
        return await asyncio.to_thread(_places, file, document, asked.words, most)

    async def _read_pages(self, arguments: JsonObject) -> Sequence[Any]:
        asked = _read(_ReadPages, arguments)
        file = await self.file(asked.file)
        document = await read_document(self.call.services.blobs, file)
        if document.pages and asked.start is None:
            count = len(document.pages)
            first = 1 if asked.first_page is None else asked.first_page
            last = first if asked.last_page is None else min(asked.last_page, count)
            last = min(last, first + MOST_PAGES - 1)
            wanted = TextRequest(first_page=first, last_page=last)
            return _pages(file, view(document, wanted), count)
        if asked.first_page is not None or asked.last_page is not None:
            raise InvalidRequest("Give either pages, where the file has some, or start")
        start = asked.start or 0
        part = view(document, TextRequest(start=start))
        end = min(part.end, start + PAGE_CHARS)
        told = {**_named(file), "start": start, "text": document.text[start:end]}
        return [told if end >= len(document.text) else {**told, "next_start": end}]

    def _link(self, file: File) -> str:
        return signed_url(self.call.services.files, file, self.call.base_url)


async def file_text(call: Call, file: File) -> list[str]:
    """What was read from a file as far as one answer holds it, and that it goes on if it does."""
    shown = await read_text(call.services.blobs, file, TextRequest())
    more = f"(The file goes on. Read the rest with {READ_PAGES}, from start {shown.end}.)"
    return [shown.text, more] if shown.more else [shown.text]


def tools(limits: Limits) -> tuple[Tool, ...]:
    """All tools, as they are listed."""
    file = {"type": "string", "description": f"The file's id or name, as {LIST_FILES} tells it."}
    metadata = {
        "type": "object",
        "description": 'Only of files with such metadata, like {"year": {"$gte": 2023}}.',
    }
    return (
        Tool(
            name=GET_CONTEXT,
            title="Search the documents",
            description=(
                "Find the passages of this assistant's documents that answer a question. Each "
                "result is one snippet as JSON, best first: its text, a score, and the file and "
                "pages that it is from."
            ),
            arguments=_object(
                ["query"],
                query={"type": "string", "description": "The question, in any language."},
                top_k=_whole("Most snippets to return.", 1, limits.top_k, limits.top_k_default),
                snippet_size=_whole(
                    "Most tokens of each snippet.",
                    limits.snippet_tokens_min,
                    limits.snippet_tokens,
                    limits.snippet_tokens_default,
                ),
                filter=metadata,
            ),
        ),
        Tool(
            name=LIST_FILES,
            title="List the files",
            description=(
                "The files of this assistant, the newest first, each as JSON: id, name, status, "
                "number of pages and metadata. The last one may say that there are more."
            ),
            arguments=_object(
                [],
                filter=metadata,
                limit=_whole("Most files.", 1, limits.list_items, limits.list_items_default),
                after={"type": "string", "description": "The `after` of the list before."},
            ),
        ),
        Tool(
            name=FIND_IN_FILE,
            title="Find exact words",
            description=(
                "Where exact words stand in a file, as whole words in this order and in any case. "
                "Each result is JSON: the page, the words as they stand there, and the text around."
            ),
            arguments=_object(
                ["file", "words"],
                file=file,
                words={"type": "string", "maxLength": AROUND_CHARS, "description": "The words."},
                limit=_whole("Most places.", 1, MOST_PLACES, PLACES),
            ),
        ),
        Tool(
            name=READ_PAGES,
            title="Read pages",
            description=(
                f"The text of a file's pages, up to {MOST_PAGES} at a time, each as JSON. A file "
                "without pages, and a long page, is read in parts: give `next_start` as `start`."
            ),
            arguments=_object(
                ["file"],
                file=file,
                first_page={"type": "integer", "minimum": 1, "description": "The first page."},
                last_page={"type": "integer", "minimum": 1, "description": "The last one."},
                start={"type": "integer", "minimum": 0, "description": "From here, not by pages."},
            ),
        ),
    )


def _object(required: list[str], **properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties, "required": required}


def _whole(description: str, least: int, most: int, default: int) -> JsonObject:
    return {
        "type": "integer",
        "minimum": least,
        "maximum": most,
        "default": default,
        "description": description,
    }


def _read(schema: type[B], arguments: JsonObject) -> B:
    try:
        return schema.model_validate(arguments)
    except ValidationError as error:
        raise InvalidRequest(describe_invalid(error.errors(include_url=False))) from None


def _named(file: File) -> JsonObject:
    return {"file_id": file.id, "name": file.upload.name}


def _places(file: File, document: Document, words: str, most: int) -> list[JsonObject]:
    text = document.text
    found = occurrences(text, words, most=most + 1)
    told: list[JsonObject] = [
        {
            **_named(file),
            "page": page_of(document, start),
            "words": text[start:end],
            "text": text[max(0, start - AROUND_CHARS) : end + AROUND_CHARS],
            "position": start,
        }
        for start, end in found[:most]
    ]
    return told if len(found) <= most else [*told, {"more": True}]


def _pages(file: File, shown: TextView, count: int) -> list[JsonObject]:
    pages: list[JsonObject] = []
    for page in shown.pages:
        text = shown.document.text[page.start : page.end]
        told = {**_named(file), "page": page.number, "of": count, "text": text[:PAGE_CHARS]}
        pages.append(
            told if len(text) <= PAGE_CHARS else {**told, "next_start": page.start + PAGE_CHARS}
        )
    return pages
