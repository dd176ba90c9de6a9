"""What Lodgepole needs of the outside world, as Protocols stated in its own terms.

Each port has a real adapter and an in-memory one in `adapters/`, and one contract suite in
`tests/contracts` that every adapter passes. Ports raise only the errors of `lodgepole.errors`.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lodgepole.model import (
    ApiKey,
    Assistant,
    Claim,
    Document,
    File,
    FileKind,
    FileVersion,
    Hit,
    Holdings,
    LedgerEntry,
    ListPage,
    ModelEvent,
    ModelRequest,
    Operation,
    OperationStatus,
    OperationType,
    Passage,
    PassageKey,
)

Vector = npt.NDArray[np.float32]
"""Shape `(dimension,)`, unit length."""
Vectors = npt.NDArray[np.float32]
"""Shape `(n, dimension)`, rows of unit length."""


class Clock(Protocol):
    """Time as a dependency, so that tests own it."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class Catalog(Protocol):
    """The durable record of keys, assistants and files. Every write is committed on return."""

    async def add_key(self, key: ApiKey) -> None:
        """Store a key; storing the same hash again changes nothing."""
        ...

    async def find_key(self, hash_: str) -> ApiKey | None: ...

    async def list_keys(self, project_id: str) -> Sequence[ApiKey]: ...

    async def remove_key(self, project_id: str, key_id: str) -> bool:
        """Revoke a key from this moment; False when there is none."""
        ...

    async def add_assistant(self, assistant: Assistant) -> None:
        """Raises AlreadyExists while one of that name is in the project, dying ones too."""
        ...

    async def find_assistant(self, project_id: str, name: str) -> Assistant | None:
        """The assistant of that name, Terminating ones included."""
        ...

    async def update_assistant(
        self,
        assistant: Assistant,
        *,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        updated_at: datetime,
    ) -> Assistant:
        """Change what is not None, and nothing that another update changed meanwhile.

        `""` and `{}` clear. Returns what is stored then. NotFound when gone or Terminating.
        """
        ...

    async def list_assistants(
        self, project_id: str, *, limit: int, after: str | None
    ) -> ListPage[Assistant]:
        """By creation, oldest first. `after` is the `next` of the page before."""
        ...

    async def count_assistants(self, project_id: str) -> int:
        """All that have a row, Terminating ones included."""
        ...

    async def count_files(self, assistant_id: str) -> int:
        """All that have a row, in any status."""
        ...

    async def find_file(self, assistant_id: str, file_id: str) -> File | None:
        """The file in any status, Deleting included."""
        ...

    async def list_files(
        self,
        assistant_id: str,
        *,
        limit: int,
        after: str | None,
        matching: "FileMatcher | None" = None,
    ) -> ListPage[File]:
        """Newest first; only files that `matching` accepts, `limit` of them where so many are."""
        ...

    async def available_files(self, assistant_id: str) -> Sequence[File]:
        """All Available files, in no particular order.

        May come from a cache, but never one that misses a change committed before the call.
        """
        ...


class FileMatcher(Protocol):
    """A predicate over files, such as a parsed metadata filter."""

    def __call__(self, file: File) -> bool: ...


class Ledger(Protocol):
    """What was asked for by each key on each day, in the database of the catalog."""

    async def add(self, entries: Collection[LedgerEntry]) -> None:
        """Add to what is there, whoever else does so at the same time; committed on return."""
        ...

    async def read(self, project_id: str, *, since: date) -> Sequence[LedgerEntry]:
        """By day, then by key."""
        ...

    async def forget(self, before: date) -> None:
        """Remove what is of earlier days, in every project."""
        ...

    async def holdings(self, project_id: str) -> Holdings:
        """What the project has at this moment, whatever is being deleted included."""
        ...


class Allowances(Protocol):
    """How many requests each project may still make, in all processes together."""

    async def take(self, project_id: str, wanted: int, *, per_minute: int) -> tuple[int, float]:
        """`(requests, seconds)`: up to `wanted`, and where none is left, when one will be.

        A bucket holds one minute's requests, is full at first and refills evenly.
        """
        ...


class OperationLog(Protocol):
    """The durable log of accepted changes: the work queue and the public record in one.

    The log and the catalog live in one database, so a method here changes both in one
    transaction. Statuses move Processing → Completed | Failed and never again.
    """

    async def reserve_generation(self, assistant_id: str) -> int:
        """A number above all that contents of this assistant have had, never given out again.

        So two upserts of one id at a time, or one after a deletion, never share a key.
        Raises NotFound.
        """
        ...

    async def append(self, operation: Operation, *, file: File | None = None) -> None:
        """Accept a change; durable on return.

        - UPLOAD_FILE and UPSERT_FILE of a new id: inserts `file` (Processing).
        - UPSERT_FILE of an existing id: leaves the file as readers see it. One that was never
          Available begins again as `file` (Processing). An operation with the generation that
          is published keeps the content and changes only what the upload says of it.
        - DELETE_FILE: the file becomes Deleting, and an unfinished operation on it becomes Failed.
        - DELETE_ASSISTANT: the assistant becomes Terminating, its files Deleting, and every
          unfinished operation on them Failed.

        Raises:
            NotFound: The assistant is gone or Terminating, or there is no file to delete.
            Conflict: The file has an unfinished operation, is Deleting, has content of a higher
                generation, or was deleted by an operation of a higher one.
        """
        ...

    async def find(self, assistant_id: str, operation_id: str) -> Operation | None: ...

    async def list(
        self,
        assistant_id: str,
        *,
        types: Collection[OperationType],
        statuses: Collection[OperationStatus],
        limit: int,
        after: str | None,
        file_id: str | None = None,
    ) -> ListPage[Operation]:
        """Newest first; empty `types` or `statuses` mean all, as does no `file_id`."""
        ...

    async def claim(self, worker_id: str, *, lease: timedelta) -> Claim | None:
        """Take the next operation that is due, or None.

        Oldest first within an assistant; between assistants, the one with the fewest claims
        running first, so that one large upload does not starve the others. Counts an attempt.
        An operation whose lease ran out is due again.
        """
        ...

    async def take_back(self, worker_id: str) -> None:
        """Make due at once whatever a worker of this id still holds.

        For a worker to call before its first claim, when nobody else can be running under its
        id: what it finds was held when it was killed.
        """
        ...

    async def extend(self, claim: Claim, *, lease: timedelta) -> Claim:
        """Heartbeat. Raises ClaimLost when someone else holds it or it is finished."""
        ...

    async def report_progress(self, claim: Claim, percent: int) -> None:
        """Set percent_complete, on the operation and on a file that is Processing. ClaimLost."""
        ...

    async def release(self, claim: Claim, *, due_at: datetime) -> None:
        """Give it back, to be claimed again from `due_at`. ClaimLost."""
        ...

    async def complete(
        self,
        claim: Claim,
        *,
        notice: str | None = None,
        page_count: int | None = None,
        ingestion_units: float | None = None,
    ) -> None:
        """Finish it in one transaction with what it means for readers.

        Uploads and upserts: the file becomes Available with the operation's generation and
        upload. Deletions: the file's or assistant's rows are removed, and earlier operations on
        the file lose what they say of its content. ClaimLost.
        """
        ...

    async def fail(self, claim: Claim, error_message: str) -> None:
        """Finish it as Failed; a file without a published generation becomes ProcessingFailed."""
        ...

    async def forget_finished(self, before: datetime) -> int:
        """Remove finished operations that completed before then; how many."""
        ...

    async def live_versions(self, assistant_id: str) -> Collection[FileVersion]:
        """Versions that are published or being made; whatever else is stored is garbage."""
        ...

    async def live_assistants(self) -> Collection[str]:
        """Ids of all assistants that have a row, Terminating ones included."""
        ...

    async def assistant_count(self) -> int:
        """How many those are."""
        ...

    async def wait(self, timeout: timedelta) -> None:
        """Return when there may be work, at the latest after `timeout`."""
        ...

    async def wait_finished(self, timeout: timedelta) -> None:
        """Return when an operation may have finished, at the latest after `timeout`."""
        ...

    async def take_turn(self, name: str, holder: str, *, lease: timedelta) -> bool:
        """Whether `holder` may do now what one process at a time should do.

        Who has the turn keeps it by asking again within `lease`; after that anybody gets it.
        """
        ...

    async def queue_depth(self) -> int:
        """Unfinished operations."""
        ...

    async def oldest_unfinished(self) -> datetime | None:
        """When the oldest of them was accepted; None where there is none."""
        ...


class Blobs(Protocol):
    """Bytes by key. Keys are made by us from ids, never from names or contents of files."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store all or nothing; durable on return. Replaces what was there."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of at most 1 MiB. Raises NotFound on the first one."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A path that holds the bytes while the context is open. Raises NotFound."""
        ...

    async def remove_prefix(self, prefix: str) -> None:
        """Remove every key that starts with `prefix`, which ends in `/`; none is no error."""
        ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """Those that begin with `prefix`, the keys of one folder one after the other."""
        ...


ReadingProgress = Callable[[float], Awaitable[None]]
"""Told the share of a file that is read, seldom enough to write it down each time."""


async def untold(_: float) -> None:
    """For those who do not ask how far it is."""


class Parser(Protocol):
    """Turns a file into a document, outside this process."""

    async def parse(
        self,
        path: Path,
        *,
        kind: FileKind,
        name: str,
        multimodal: bool,
        progress: ReadingProgress = untold,
    ) -> Document:
        """Raises UnreadableFile with a message for the uploader; never hangs, never crashes us.

        What `progress` raises goes through.
        """
        ...

    async def close(self) -> None: ...


class Tokenizer(Protocol):
    """The embedder's view of text, also the unit of snippet sizes."""

    def count(self, text: str) -> int:
        """Tokens, without special ones."""
        ...

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Character spans `(start, end)` of the tokens, in order."""
        ...


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What must be equal for two vectors to be comparable; recorded with each index."""

    engine: str  # e.g. `onnxruntime-int8`
    model: str  # e.g. `all-MiniLM-L6-v2`
    dimension: int


class Embedder(Protocol):
    """Text to vectors. Deterministic: the same text gives the same vector."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; shape `(0, dimension)` for none."""
        ...

    async def embed_query(self, text: str) -> Vector: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPassage:
    """A passage with its words, already analysed: the index stores and counts them as they are."""

    passage: Passage
    words: Sequence[str]  # of the text and of the header, with repetitions


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """All passages of one file version, and the words by which the file as a whole is found."""

    version: FileVersion
    language: str  # ISO 639-1, or `und`
    lead_words: Sequence[str]  # of the name and of the first 1,500 characters
    passages: Sequence[IndexedPassage]
    vectors: Vectors  # one row per passage
    embedder: EmbedderIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuery:
    """What to look for, and where: nothing outside `versions` is ever scored."""

    versions: Collection[FileVersion]
    vector: Vector | None
    words: Sequence[str]  # analysed like the passages' words
    limit: int = 200  # of each ranking
    embedder: EmbedderIdentity | None = None  # of `vector`; None is that of the index, unchecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Rankings:
    """Unfused results, each best first, at most `limit` long. Scores are the engine's own."""

    dense: Sequence[Hit] = ()  # cosine
    words: Sequence[Hit] = ()  # BM25 over passages
    file_body: Sequence[tuple[FileVersion, float]] = ()  # BM25 over whole files
    file_lead: Sequence[tuple[FileVersion, float]] = ()  # BM25 over lead words
    rarity: Mapping[str, float] = field(default_factory=dict)
    """Inverse document frequency of the query's words, as BM25 over passages counted it."""
    embedder: EmbedderIdentity | None = None  # of the index's vectors; None when it holds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """One content of one file that is to be made ready for the index."""

    path: Path  # of the original bytes, readable until it is prepared
    version: FileVersion
    name: str
    kind: FileKind
    multimodal: bool
    document: bytes | None = None  # what an earlier attempt kept
    embedder: EmbedderIdentity | None = None  # that the assistant is searched with
    given: bytes | None = None  # passages with vectors that the client brought along


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it is stored: `body` is its JSON without the bytes of its figures."""

    body: bytes
    figures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that publishing a file needs to know."""

    file: IndexedFile
    notice: str | None
    page_count: int | None
    ingestion_units: float


class Preparer(Protocol):
    """Reads, cuts and embeds files: the part of ingestion that costs, and that stores nothing."""

    async def prepare(
        self,
        work: Preparation,
        *,
        keep: Callable[[ReadDocument], Awaitable[None]],
        progress: Callable[[int], Awaitable[None]],
    ) -> Prepared:
        """Make one file ready. Deterministic, so doing it again gives the same.

        Args:
            work: What to prepare.
            keep: Awaited with the document when it was read anew, before what follows.
            progress: Told the percent that is done.

        Raises:
            UnreadableFile: With a message for the uploader.
            Unavailable: Something did not answer; try again later.
            LodgepoleError: What `keep` and `progress` raise goes through.
        """
        ...


class Index(Protocol):
    """Passages of one assistant, found by vector and by word.

    The vectors that are searched are all of one embedder, that of the first file. Those of a
    second one can be set aside beside them, file by file, until `switch` makes them the ones
    that are searched.
    """

    async def add(self, assistant_id: str, file: IndexedFile) -> None:
        """Store and make searchable, durable on return. Adding a version again replaces it.

        Where the index's vectors are another embedder's, the file's are set aside, or left out
        where a third one's are: until `switch` it is found by words.
        """
        ...

    async def remove(self, assistant_id: str, versions: Iterable[FileVersion]) -> None:
        """Remove rows, vectors and postings; unknown versions are no error."""
        ...

    async def drop(self, assistant_id: str) -> None:
        """Remove everything of the assistant; none is no error."""
        ...

    async def search(self, assistant_id: str, query: IndexQuery) -> Rankings:
        """Each ranking's ties are in key order, so equal input gives equal output."""
        ...

    async def passages(
        self, assistant_id: str, keys: Collection[PassageKey]
    ) -> dict[PassageKey, Passage]:
        """The stored passages; keys that are not there are left out."""
        ...

    async def vectors(
        self, assistant_id: str, version: FileVersion, *, first: int, count: int
    ) -> Vectors:
        """The searched vectors of the passages `[first, first + count)` that are there, in order.

        None at all where the version is not stored, or lacks such vectors.
        """
        ...

    async def versions(self, assistant_id: str) -> Collection[FileVersion]:
        """All versions stored, visible or not; for the sweep."""
        ...

    async def assistants(self) -> Collection[str]:
        """Ids of assistants that something is stored of; for the sweep."""
        ...

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        """The language of each stored file, by which its words were analysed."""
        ...

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        """Whose vectors are searched; None when nothing is stored."""
        ...

    async def unlike(self, embedder: EmbedderIdentity) -> Collection[str]:
        """Ids of assistants that hold, or lack, other vectors than all of `embedder`'s."""
        ...

    async def lacking(
        self, assistant_id: str, embedder: EmbedderIdentity
    ) -> Mapping[FileVersion, int]:
        """Versions without vectors of `embedder`, searched or set aside, with their passages."""
        ...

    async def set_aside(
        self, assistant_id: str, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors
    ) -> None:
        """Keep one version's vectors for `switch`, durable on return; none set aside of others.

        A version that is gone, or has another number of passages, is left alone.
        """
        ...

    async def switch(self, assistant_id: str, embedder: EmbedderIdentity) -> bool:
        """From now on search the vectors of `embedder`, and remove all others.

        One durable step: whoever searches finds by the old vectors or by the new. False, and
        nothing is changed, while a version lacks vectors of `embedder`.
        """
        ...

    async def close(self) -> None: ...


class Reranker(Protocol):
    """Scores passages against a query by reading both together."""

    async def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """One score per text, in order; higher is better."""
        ...


class ChatModel(Protocol):
    """Something that continues a conversation."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Yield ModelText as it comes, then one ModelEnded.

        Closing the iterator stops the generation. Raises RateLimited, Unavailable,
        DeadlineExceeded or UpstreamRejected, before the first text only if it can.
        """
        ...


class Metrics(Protocol):
    """Counters and timings; labels come from a small fixed set, never from user input."""

    def count(self, name: str, value: float = 1.0, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def gauge(self, name: str, value: float, **labels: str) -> None: ...


class Tracer(Protocol):
    """Spans of a distributed trace; names and attributes are ours, never from user input."""

    def span(self, name: str, *, follows: str | None = None) -> AbstractContextManager[None]:
        """A span around what runs within, below the current one.

        With `follows`, below the span that was current when `remember` was given that key,
        where that is known.
        """
        ...

    def rename(self, name: str) -> None:
        """Name the current span once it is known what it is."""
        ...

    def remember(self, key: str) -> None:
        """Keep the current span's place under a key, for work that is done later."""
        ...


JsonObject = dict[str, Any]
