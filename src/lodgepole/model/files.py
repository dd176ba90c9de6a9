"""Assistants, and the files that are uploaded to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

Metadata = Mapping[str, Any]
"""File metadata: flat; values are strings, numbers, booleans or lists of strings."""


class AssistantStatus(StrEnum):
    INITIALIZING = "Initializing"
    READY = "Ready"
    TERMINATING = "Terminating"
    FAILED = "Failed"
    INITIALIZATION_FAILED = "InitializationFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """A named set of files with instructions; the unit of search, of deletion and of export."""

    id: str  # ours, never on the wire; a deleted name can be taken again under another id
    project_id: str
    name: str
    status: AssistantStatus
    instructions: str | None
    metadata: Mapping[str, Any] | None
    region: str
    created_at: datetime
    updated_at: datetime
    default_model: str | None = None  # answers where a request names none; None is the server's


class FileKind(StrEnum):
    """How a file is read, decided by the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    MARKDOWN = "markdown"
    TEXT = "text"
    JSON = "json"
    JSON_LINES = "jsonl"
    HTML = "html"
    CSV = "csv"
    PPTX = "pptx"
    XLSX = "xlsx"
    EPUB = "epub"
    EML = "eml"


KINDS_BY_ENDING: Mapping[str, FileKind] = {
    ".pdf": FileKind.PDF,
    ".docx": FileKind.DOCX,
    ".md": FileKind.MARKDOWN,
    ".markdown": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT,
    ".text": FileKind.TEXT,
    ".json": FileKind.JSON,
    ".jsonl": FileKind.JSON_LINES,
    ".ndjson": FileKind.JSON_LINES,
    ".html": FileKind.HTML,
    ".htm": FileKind.HTML,
    ".csv": FileKind.CSV,
    ".pptx": FileKind.PPTX,
    ".xlsx": FileKind.XLSX,
    ".epub": FileKind.EPUB,
    ".eml": FileKind.EML,
}


class FileStatus(StrEnum):
    PROCESSING = "Processing"
    AVAILABLE = "Available"
    DELETING = "Deleting"
    PROCESSING_FAILED = "ProcessingFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What arrived with one upload or upsert: the bytes are in Blobs before this value exists."""

    name: str
    kind: FileKind
    size: int  # bytes
    crc32c: str  # base64 of the big-endian CRC-32C, as object stores write it
    sha256: str  # hex
    metadata: Metadata | None
    multimodal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as its readers see it: always the state of its published generation.

    While an upsert is under way the old content stays visible; the operation alone shows it.
    """

    id: str  # unique within the assistant; chosen by the client on upsert
    assistant_id: str
    upload: Upload
    status: FileStatus
    created_at: datetime
    updated_at: datetime
    generation: int  # rises with each content of this id, from 1; names the published one
    percent_complete: int = 0  # 0..100, of the operation that is making it Available
    error_message: str | None = None
    notice: str | None = None  # what a reader should know of an Available file, e.g. unread pages
    page_count: int | None = None

    @property
    def version(self) -> "FileVersion":
        return FileVersion(file_id=self.id, generation=self.generation)


class FileTotals(NamedTuple):
    """How many files there are of some kind, and how large they were when they were uploaded."""

    files: int
    bytes: int


class FileVersion(NamedTuple):
    """One generation of one file's content; what the index and the blobs are keyed by.

    A tuple, as `PassageKey` and `Hit` are: each query makes and hashes a thousand of them.
    """

    file_id: str
    generation: int
