"""A vector store of the OpenAI API is an assistant and its files: ids, names, filters, shapes.

Nothing here is kept: a store's id is the assistant's name, its name and description are in the
assistant's metadata where the name could not be the assistant's, and a file's attributes are the
file's metadata.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from lodgepole.api.render import snippet_text
from lodgepole.api.schemas import vector_stores as shapes
from lodgepole.errors import InvalidRequest
from lodgepole.library.assistants import NAME_PATTERN
from lodgepole.library.file_batches import FileBatch
from lodgepole.library.held_files import HeldFile
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter, parse_filter
from lodgepole.model import Assistant, File, FileStatus, FileTotals, Snippet

ID_PREFIX = "vs_"
SHOWN_NAME = "vector_store_name"
DESCRIPTION = "vector_store_description"
OWN_KEYS = (SHOWN_NAME, DESCRIPTION)
"""In an assistant's metadata: what a store is called that no assistant may be called, and why."""
UNNAMED = "vector-store"
NAME_CHARS = 256
DESCRIPTION_CHARS = 1024
STEM_CHARS = 40  # of a name that is made of one which no assistant may have
METADATA_PAIRS, KEY_CHARS, VALUE_CHARS = 16, 64, 512
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")
COMPOUNDS = ("and", "or")
DEEPEST_FILTER = 16
STATUSES: Mapping[FileStatus, str] = {
    FileStatus.PROCESSING: "in_progress",
    FileStatus.AVAILABLE: "completed",
    FileStatus.PROCESSING_FAILED: "failed",
    FileStatus.DELETING: "cancelled",
}


# --- ids and names ----------------------------------------------------------------------------


def store_id(assistant: Assistant) -> str:
    return ID_PREFIX + assistant.name


def assistant_name(id_: str) -> str:
    """The assistant that a store's id means; its plain name is taken, too."""
    return id_.removeprefix(ID_PREFIX)


def name_like(wanted: str, suffix: str) -> str:
    """A name that an assistant may have: `wanted` itself, or what is left of it and `suffix`."""
    if not suffix and NAME_PATTERN.fullmatch(wanted):
        return wanted
    stem = _NO_NAME.sub("-", wanted[:NAME_CHARS]).strip("-")[:STEM_CHARS].strip("-") or UNNAMED
    return f"{stem}-{suffix}" if suffix else stem


def store_metadata(
    assistant_name: str, shown: str, description: str | None, own: Mapping[str, str] | None
) -> dict[str, Any]:
    """An assistant's metadata for a store of this name. Raises InvalidRequest."""
    for what, text, most in (
        ("name", shown, NAME_CHARS),
        ("description", description or "", DESCRIPTION_CHARS),
    ):
        if len(text) > most:
            raise InvalidRequest(f"The {what} has {len(text)} characters; at most {most} may be")
    own = own or {}
    if len(own) > METADATA_PAIRS or any(
        len(key) > KEY_CHARS or len(value) > VALUE_CHARS for key, value in own.items()
    ):
        raise InvalidRequest(
            f"Metadata are at most {METADATA_PAIRS} pairs, of keys up to {KEY_CHARS} and values "
            f"up to {VALUE_CHARS} characters"
        )
    kept: dict[str, Any] = {key: value for key, value in own.items() if key not in OWN_KEYS}
    if shown != assistant_name:
        kept[SHOWN_NAME] = shown
    if description:
        kept[DESCRIPTION] = description
    return kept


def refuse_expiry(expires_after: object) -> None:
    """Raises InvalidRequest where a store should end by itself, which none does."""
    if expires_after is not None:
        raise InvalidRequest("`expires_after` is not supported: delete the store when it is due")


# --- filters ----------------------------------------------------------------------------------


def read_filter(raw: Mapping[str, Any] | None, limits: Limits) -> MetadataFilter | None:
    """Read `filters`; None where there are none. Raises InvalidRequest, which says where."""
    if not raw:
        return None
    return parse_filter(_translated(raw, "filters", 1), limits)


def _translated(raw: object, at: str, depth: int) -> dict[str, Any]:
    if not isinstance(raw, dict) or depth > DEEPEST_FILTER:
        raise InvalidRequest(
            f"Invalid filter at `{at}`: expected an object, at most {DEEPEST_FILTER} deep"
        )
    node = cast("dict[str, Any]", raw)
    type_ = node.get("type")
    if type_ in COMPOUNDS:
        parts = node.get("filters")
        if not isinstance(parts, list) or not parts:
            raise InvalidRequest(f"Invalid filter at `{at}.filters`: expected a list of filters")
        inner = [
            _translated(part, f"{at}.filters[{number}]", depth + 1)
            for number, part in enumerate(cast("list[object]", parts))
        ]
        return {f"${type_}": inner}
    if type_ not in COMPARISONS:
        known = ", ".join((*COMPARISONS, *COMPOUNDS))
        raise InvalidRequest(f"Invalid filter at `{at}.type`: expected one of {known}")
    key = node.get("key")
    if not isinstance(key, str) or not key or "value" not in node:
        raise InvalidRequest(f"Invalid filter at `{at}`: it needs a `key` and a `value`")
    return {key: {f"${type_}": node["value"]}}


# --- shapes -----------------------------------------------------------------------------------


def file_object(held: HeldFile) -> shapes.FileObjectModel:
    failed = held.file.status is FileStatus.PROCESSING_FAILED
    return shapes.FileObjectModel(
        id=held.id,
        object="file",
        bytes=held.file.upload.size,
        created_at=int(held.file.created_at.timestamp()),
        expires_at=None if held.expires_at is None else int(held.expires_at.timestamp()),
        filename=held.file.upload.name,
        purpose=held.purpose,
        # Nothing more is done with it before a store has it: clients that wait need not.
        status="error" if failed else "processed",
        status_details=held.file.error_message if failed else None,
    )


def store(assistant: Assistant, totals: Mapping[FileStatus, FileTotals]) -> shapes.VectorStoreModel:
    metadata = dict(assistant.metadata or {})
    shown = metadata.pop(SHOWN_NAME, assistant.name)
    description = metadata.pop(DESCRIPTION, None)
    counted = counts({status: total.files for status, total in totals.items()})
    return shapes.VectorStoreModel(
        id=store_id(assistant),
        object="vector_store",
        created_at=int(assistant.created_at.timestamp()),
        name=shown if isinstance(shown, str) else assistant.name,
        description=description if isinstance(description, str) else None,
        usage_bytes=sum(total.bytes for total in totals.values()),
        file_counts=counted,
        status="in_progress" if counted.in_progress else "completed",
        last_active_at=int(assistant.updated_at.timestamp()),
        metadata=metadata,
    )


def counts(by_status: Mapping[FileStatus, int], *, missing: int = 0) -> shapes.FileCountsModel:
    """`missing` are those that are gone, which were cancelled."""
    words = dict.fromkeys(STATUSES.values(), 0)
    for status, number in by_status.items():
        words[STATUSES[status]] += number
    words["cancelled"] += missing
    return shapes.FileCountsModel(**words, total=sum(words.values()))


def store_file(assistant: Assistant, file: File) -> shapes.VectorStoreFileModel:
    failed = file.status is FileStatus.PROCESSING_FAILED
    message = file.error_message or "The file could not be read."
    attributes = file.upload.metadata
    return shapes.VectorStoreFileModel(
        id=file.id,
        object="vector_store.file",
        created_at=int(file.created_at.timestamp()),
        vector_store_id=store_id(assistant),
        usage_bytes=file.upload.size,
        status=cast("Any", STATUSES[file.status]),
        last_error=shapes.LastErrorModel(code="invalid_file", message=message) if failed else None,
        chunking_strategy=shapes.ChunkingModel(type="other"),
        attributes=dict(attributes or {}),
    )


def batch(assistant: Assistant, value: FileBatch) -> shapes.FileBatchModel:
    by_status: dict[FileStatus, int] = {}
    for file in value.files:
        by_status[file.status] = by_status.get(file.status, 0) + 1
    counted = counts(by_status, missing=len(value.file_ids) - len(value.files))
    status = "completed"
    if value.cancelled:
        status = "cancelled"
    elif counted.in_progress:
        status = "in_progress"
    return shapes.FileBatchModel(
        id=value.id,
        object="vector_store.files_batch",
        created_at=int(value.created_at.timestamp()),
        vector_store_id=store_id(assistant),
        status=cast("Any", status),
        file_counts=counted,
    )


def results(
    snippets: Iterable[Snippet], *, threshold: float | None
) -> Sequence[shapes.SearchResultModel]:
    return [
        shapes.SearchResultModel(
            file_id=snippet.file.id,
            filename=snippet.file.upload.name,
            score=float(snippet.score),
            attributes=dict(snippet.file.upload.metadata or {}),
            content=[shapes.TextPartModel(type="text", text=snippet_text(snippet))],
            pages=list(snippet.pages) or None,
        )
        for snippet in snippets
        if threshold is None or snippet.score >= threshold
    ]
