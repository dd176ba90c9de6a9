"""The model's nouns as the wire's JSON, in the one place where the two meet.

Clients decode strictly: counts, positions and pages are ints, scores and shares are floats,
times are RFC 3339 in UTC, and what is not set is null.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from lodgepole.access.usage import ProjectUsage
from lodgepole.chat.answer import ContextResult
from lodgepole.documents.text_windows import TextView
from lodgepole.evaluation.judged import AlignmentResult
from lodgepole.library.passage_exports import PassagePart
from lodgepole.model import (
    ApiKey,
    Assistant,
    AssistantStatus,
    Citation,
    File,
    FileKind,
    FileStatus,
    Operation,
    OperationStatus,
    Reference,
    Snippet,
    Usage,
)

JsonObject = dict[str, Any]
Link = Callable[[File], str]
"""Makes the signed URL of a file."""

REFERENCE_TYPES: Mapping[FileKind, str] = {
    FileKind.PDF: "pdf",
    FileKind.DOCX: "doc_x",
    FileKind.PPTX: "doc_x",
    FileKind.MARKDOWN: "markdown",
    FileKind.JSON: "json",
    FileKind.JSON_LINES: "json",
}
"""Clients throw on any other type, so every other kind is `text`. Slides keep their numbers as
pages, which only `pdf` and `doc_x` carry."""
PAGED_TYPES = frozenset({"pdf", "doc_x"})
COUNTED = ("requests", "prompt_tokens", "completion_tokens")


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usage(used: Usage) -> JsonObject:
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.total_tokens,
    }


# --- assistants, files, operations ------------------------------------------------------------


def assistant(value: Assistant, *, host: str, status: AssistantStatus | None = None) -> JsonObject:
    """`status` replaces the stored one, for the answer to a creation."""
    return {
        "name": value.name,
        "status": str(status or value.status),
        "instructions": value.instructions,
        "metadata": None if not value.metadata else dict(value.metadata),
        "host": host,
        "region": value.region,
        "created_at": timestamp(value.created_at),
        "updated_at": timestamp(value.updated_at),
    }


def file(value: File, *, signed_url: str | None = None) -> JsonObject:
    upload = value.upload
    done = value.status is FileStatus.AVAILABLE
    body: JsonObject = {
        "name": upload.name,
        "id": value.id,
        "size": upload.size,
        "metadata": None if not upload.metadata else dict(upload.metadata),
        "created_on": timestamp(value.created_at),
        "updated_on": timestamp(value.updated_at),
        "status": str(value.status),
        "signed_url": signed_url,
        "multimodal": upload.multimodal,
        "percent_done": 1.0 if done else value.percent_complete / 100,
        "error_message": value.error_message,
        "crc32c_hash": upload.crc32c,
    }
    if value.notice:
        body["notice"] = value.notice
    return body


def operation(value: Operation) -> JsonObject:
    """What does not apply yet is left out."""
    body: JsonObject = {
        "id": value.id,
        "operation_type": str(value.type),
        "status": str(value.status),
        "created_on": timestamp(value.created_at),
        "percent_complete": value.percent_complete,
    }
    if value.status is OperationStatus.COMPLETED:
        body["percent_complete"] = 100
    if value.file_id is not None:
        body["file_id"] = value.file_id
    if value.completed_at is not None:
        body["completed_on"] = timestamp(value.completed_at)
    if value.error_message is not None and value.status is OperationStatus.FAILED:
        body["error_message"] = value.error_message
    if value.ingestion_units is not None:
        body["ingestion_units"] = float(value.ingestion_units)
    return body


# --- citations and snippets -------------------------------------------------------------------


def citation(value: Citation, link: Link) -> JsonObject:
    return {
        "position": value.position,
        "references": [_reference(reference, link) for reference in value.references],
    }


def _reference(value: Reference, link: Link) -> JsonObject:
    return {
        "file": file(value.file, signed_url=link(value.file)),
        "pages": list(value.pages),
        "highlight": None
        if value.highlight is None
        else {"type": "text", "content": value.highlight},
    }


def snippet(value: Snippet, link: Link) -> JsonObject:
    """A text snippet, or a multimodal one where it has figures."""
    content: Any = _blocks(value) if value.figures else value.text
    return {
        "type": "multimodal" if value.figures else "text",
        "content": content,
        "score": float(value.score),
        "reference": _typed_reference(value, link),
    }


def _typed_reference(value: Snippet, link: Link) -> JsonObject:
    type_ = REFERENCE_TYPES.get(value.file.upload.kind, "text")
    body: JsonObject = {"type": type_, "file": file(value.file, signed_url=link(value.file))}
    if type_ in PAGED_TYPES:
        body["pages"] = list(value.pages)
    return body


def _blocks(value: Snippet) -> list[JsonObject]:
    """Text and images in reading order; figures without data are shown by caption alone."""
    blocks: list[JsonObject] = []
    done = 0
    for figure in sorted(value.figures, key=lambda figure: figure.position):
        place = min(max(figure.position - value.start, done), len(value.text))
        _add_text(blocks, value.text[done:place])
        image = figure.data and {
            "type": "base64",
            "mime_type": figure.mime_type,
            "data": base64.b64encode(figure.data).decode(),
        }
        blocks.append({"type": "image", "caption": figure.caption, "image": image or None})
        done = place
    _add_text(blocks, value.text[done:])
    return blocks


def _add_text(blocks: list[JsonObject], text: str) -> None:
    if text.strip():
        blocks.append({"type": "text", "text": text})


def context(value: ContextResult, link: Link) -> JsonObject:
    return {
        "id": value.id,
        "snippets": [snippet(found, link) for found in value.snippets],
        "usage": usage(value.usage),
    }


# --- evaluation -------------------------------------------------------------------------------


def alignment(value: AlignmentResult) -> JsonObject:
    return {
        "metrics": {
            "correctness": float(value.correctness),
            "completeness": float(value.completeness),
            "alignment": float(value.alignment),
        },
        "reasoning": {
            "evaluated_facts": [
                {"fact": {"content": judged.fact}, "entailment": str(judged.entailment)}
                for judged in value.facts
            ]
        },
        "usage": usage(value.usage),
    }


# --- keys, usage and the text of documents ----------------------------------------------------


def key(value: ApiKey) -> JsonObject:
    return {
        "id": value.id,
        "name": value.name,
        "role": str(value.role),
        "project": value.project_id,
        "created_at": timestamp(value.created_at),
    }


def usage_report(project_id: str, report: ProjectUsage) -> JsonObject:
    holdings = report.holdings
    days: dict[str, JsonObject] = {}
    keys: dict[str, JsonObject] = {}
    for entry in report.entries:
        day = entry.day.isoformat()
        for sums, place in ((days, day), (keys, entry.key_id)):
            known = sums.setdefault(place, dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                known[name] += getattr(entry, name)
        keys[entry.key_id]["last_used_on"] = day
    return {
        "project": project_id,
        "assistants": holdings.assistants,
        "files": holdings.files,
        "bytes": holdings.bytes,
        "operations": {
            status.lower(): holdings.operations.get(status, 0) for status in OperationStatus
        },
        "since": report.since.isoformat(),
        "days": [{"day": day, **counts} for day, counts in days.items()],
        "keys": [
            {"id": id_, **counts}
            for id_, counts in sorted(keys.items(), key=lambda item: -item[1]["requests"])
        ],
    }


def text(file: File, view: TextView) -> JsonObject:
    document = view.document
    body: JsonObject = {
        "file_id": file.id,
        "name": file.upload.name,
        "length": len(document.text),
        "page_count": len(document.pages) or None,
        "pages_estimated": document.pages_estimated,
        "start": view.start,
        "end": view.end,
        "text": view.text,
        "pages": [{"number": p.number, "start": p.start, "end": p.end} for p in view.pages],
        "blocks": [
            {"kind": str(b.kind), "start": b.start, "end": b.end, "level": b.level}
            for b in view.blocks
        ],
        "marks": [{"start": start, "end": end} for start, end in view.marks],
    }
    if view.more:
        body["next_start"] = view.end
    return body


def passages(part: PassagePart) -> JsonObject:
    """Vectors as half floats, which is how they are stored: nothing is lost."""
    items: list[JsonObject] = []
    for row, passage in enumerate(part.passages):
        item: JsonObject = {
            "ordinal": passage.ordinal,
            "start": passage.start,
            "end": passage.end,
            "page": passage.page,
            "heading_path": list(passage.heading_path),
            "text": passage.text,
        }
        if row < len(part.vectors):
            item["vector"] = base64.b64encode(part.vectors[row].astype("<f2").tobytes()).decode()
        items.append(item)
    body: JsonObject = {
        "embedder": None if part.embedder is None else asdict(part.embedder),
        "passages": items,
    }
    if part.more:
        body["next_first"] = part.passages[-1].ordinal + 1
    return body
