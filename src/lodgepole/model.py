"""The nouns every part of Lodgepole shares: frozen values, no behaviour beyond what they mean.

Glossary: a *file* is uploaded, a *document* is what parsing makes of it, a *passage* is indexed,
a *snippet* is returned, a *hit* is a passage with its score, an *operation* is one accepted change.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Literal, NamedTuple, TypeVar

Metadata = Mapping[str, Any]
"""File metadata: flat; values are strings, numbers, booleans or lists of strings."""


# --- who may do what --------------------------------------------------------------------------


class Role(StrEnum):
    """What an API key may do within its project."""

    ALL = "all"
    CONTROL_READ = "control_read"  # list and describe assistants
    CONTROL_WRITE = "control_write"  # also create, update and delete them
    DATA_READ = "data_read"  # list and describe files and operations, chat, context
    DATA_WRITE = "data_write"  # also upload, upsert and delete files


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key sees of its project."""

    assistants: frozenset[str] | None = None  # names; None is all
    filter: Mapping[str, Any] | None = None  # of files by their metadata; None is all


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A credential, known by its hash alone; it sees one project and nothing else."""

    id: str
    project_id: str
    name: str
    hash: str  # hex SHA-256 of the secret
    role: Role
    created_at: datetime
    grant: Grant | None = None  # None sees the whole project


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What one key asked for on one day, in UTC."""

    project_id: str
    key_id: str
    day: date
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a project has; operations are those that the log still knows."""

    assistants: int
    files: int
    bytes: int  # of the files as they were uploaded
    operations: "Mapping[OperationStatus, int]"


# --- assistants -------------------------------------------------------------------------------


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


# --- files ------------------------------------------------------------------------------------


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


# --- operations -------------------------------------------------------------------------------


class OperationType(StrEnum):
    UPLOAD_FILE = "upload_file"
    UPSERT_FILE = "upsert_file"
    UPDATE_FILE_METADATA = "update_file_metadata"
    DELETE_FILE = "delete_file"
    DELETE_ASSISTANT = "delete_assistant"  # internal: never listed on the wire


class OperationStatus(StrEnum):
    PROCESSING = "Processing"
    COMPLETED = "Completed"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One accepted change. The log of these is both the work queue and the public /operations."""

    id: str
    assistant_id: str
    type: OperationType
    status: OperationStatus
    created_at: datetime
    file_id: str | None  # None only for DELETE_ASSISTANT
    generation: int = 0  # what it publishes; of DELETE_FILE, what it removes is below; else 0
    upload: Upload | None = None  # None for deletions
    percent_complete: int = 0  # 0..100
    completed_at: datetime | None = None
    error_message: str | None = None
    ingestion_units: float | None = None
    attempts: int = 0  # times it was claimed; also the fencing token of the current claim
    unreturned: int = 0  # of these, the current one and those whose holder died of it, or beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's lease on an operation. Writes under a claim that was overtaken are refused."""

    operation: Operation  # with `attempts` as of this claim
    worker_id: str
    expires_at: datetime


# --- records ----------------------------------------------------------------------------------


class RecordKind(StrEnum):
    FILE = "file"  # that a client uploaded for assistants to take up; its bytes are in the blobs
    PASSING_FILE = "passing_file"  # one that is on its way in, or out: only the sweep sees it
    FILE_BATCH = "file_batch"
    RESPONSE = "response"
    CONVERSATION = "conversation"  # its title, and which turns it has
    TURN = "turn"  # a question of a conversation, with its answer
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A small thing that a project keeps beside its assistants, as JSON."""

    id: str  # unique within the project, over all kinds
    project_id: str
    kind: RecordKind
    created_at: datetime
    expires_at: datetime | None  # from then on nobody is shown it; None is never
    body: Mapping[str, Any]


# --- documents and passages -------------------------------------------------------------------


CELL_GAP = " | "
"""Between the cells of a row, in the text of a document."""


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"  # one line of text per row
    CODE = "code"
    RECORD = "record"  # one element of a JSON array, or one object
    CAPTION = "caption"
    RUNNING = "running"  # header or footer line repeated over pages


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch `[start, end)` of a document's text with one role, in characters."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0  # heading depth from 1; 0 for everything else
    label: str = ""  # a record's path, e.g. `$.people[3]`; a table's caption; otherwise empty


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Page `number` (from 1) holds the characters `[start, end)`. Blank pages have start == end."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An image found in a document, its position in the text and what is known of it."""

    page: int
    position: int  # character offset where its caption text stands in the document
    caption: str
    mime_type: str
    data: bytes
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The canonical text of one file generation with its structure. All offsets are characters.

    Blocks are in order, do not overlap and lie within one page each; text outside every block is
    white space. Pages are in order and cover the text; kinds without pages have none.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    pages_estimated: bool = False
    title: str = ""
    figures: tuple[Figure, ...] = ()
    notice: str | None = None  # e.g. `Pages 3 and 7 hold no readable text.`


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit that is embedded and indexed: `text` is exactly the document's `[start, end)`.

    `gap` is what follows it, up to the next passage (or the document's end): white space, and
    running lines that are not searched. Neighbouring passages joined with their gaps are the
    document's text again.
    """

    ordinal: int  # from 0 within the file version
    start: int
    end: int
    text: str
    page: int | None  # None for kinds without pages; a passage never crosses a page
    heading_path: tuple[str, ...] = ()
    header: str = ""  # indexed for words only, never embedded, never returned
    tokens: int = 0  # of `text`, counted by the embedder's tokenizer
    gap: str = ""


class PassageKey(NamedTuple):
    """Where a passage is found within one assistant's index."""

    version: FileVersion
    ordinal: int


class Hit(NamedTuple):
    """A passage with its score for one query; higher is better."""

    key: PassageKey
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What retrieval returns: `text` is the document's `[start, end)`, grown around its hits."""

    file: File
    text: str
    start: int
    end: int
    pages: tuple[int, ...]  # ascending; empty for kinds without pages
    score: float  # in [0, 1], comparable within one response
    tokens: int
    page_starts: tuple[tuple[int, int], ...] = ()  # (page, offset within `text`) in order
    heading_path: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    running: tuple[tuple[int, int], ...] = ()  # [start, end) within `text` that are not searched
    table_head: str = ""  # rows that name the columns of the table within which `text` begins


# --- conversation -----------------------------------------------------------------------------

MessageRole = Literal["user", "assistant", "system", "tool"]
FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a caller's function that a model wants; the caller makes it, never we."""

    id: str
    name: str
    arguments: str  # JSON, as the model wrote it


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; the last two fields are of the assistant's and the tool's own ones."""

    role: MessageRole
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Functions of the caller that a model may ask for, in the OpenAI API's form; passed on."""

    definitions: tuple[Mapping[str, Any], ...]
    choice: Any = None  # a word, or which one; None is the model's own way
    parallel: bool | None = None

    @property
    def forced(self) -> bool:
        """Whether an answer in words would not do."""
        return self.choice not in (None, "auto", "none")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the answering model counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFilter:
    """What a provider's safety filter said, passed through untouched."""

    spec: Literal["openai", "gemini"]
    results: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One source of a citation. `highlight` is verbatim text of the cited pages."""

    file: File
    pages: tuple[int, ...]
    highlight: str | None
    start: int  # of the highlight, else of the snippet, in the file's canonical text
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """`position` is a character index into the complete answer: the end of what is supported.

    `verified_by` names who found that the references say it, where that was a model: the answer
    is in another language than they.
    """

    position: int
    references: tuple[Reference, ...]
    verified_by: Literal["model"] | None = None


# The answer to one chat turn is a stream of these, in this order: one AnswerStarted, any number
# of AnswerText and AnswerCitation, one AnswerEnded.


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStarted:
    id: str
    model: str
    snippet_count: int
    question: str = ""  # what was searched for
    snippets: tuple[Snippet, ...] = ()  # what was found, best first


@dataclass(frozen=True, slots=True)
class AnswerText:
    text: str


@dataclass(frozen=True, slots=True)
class AnswerCitation:
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEnded:
    finish_reason: FinishReason
    usage: Usage
    content_filter: ContentFilter | None = None
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStep:
    """Something that the model did to find more, where it was asked to look deep."""

    kind: Literal["search", "find_words", "open_pages"]
    what: str
    found: int  # snippets


AnswerEvent = AnswerStarted | AnswerStep | AnswerText | AnswerCitation | AnswerEnded


# --- what a chat model is asked and says ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A snippet as the model sees it: number from 1, the same that markers like `[1]` name."""

    number: int
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a model chooses its words, beside the temperature; None is its own way."""

    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()  # texts before which the answer ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One generation. Remote models are sent `messages`; the extractive one reads the rest."""

    model: str  # the upstream name
    messages: tuple[Message, ...]  # system prompt first, sources included
    question: str  # the standalone question retrieval used
    sources: tuple[Source, ...]
    temperature: float | None = None  # None where the model takes none
    max_output_tokens: int | None = None
    json_object: bool = False
    json_schema: Mapping[str, Any] | None = None  # what the object must follow
    sampling: Sampling = Sampling()
    tools: Tools | None = None


@dataclass(frozen=True, slots=True)
class ModelText:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEnded:
    finish_reason: FinishReason
    usage: Usage
    content_filter: ContentFilter | None = None
    in_one_piece: bool = False
    """The provider did not stream, though it was asked to."""
    tool_calls: tuple[ToolCall, ...] = ()


ModelEvent = ModelText | ModelEnded


# --- lists ------------------------------------------------------------------------------------
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """One page of a listing; `next` continues it and is None on the last one."""

    items: tuple[T, ...]
    next: str | None = field(default=None)


_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Those that a client may choose for a file (`PUT /files/{assistant}/{id}`, specification 2026-04);
our own are all like it."""


def is_id(text: str) -> bool:
    """Whether an assistant or a file may have it: no path, key or query is changed by one."""
    return _ID.fullmatch(text) is not None
