"""Port: the costly part of ingestion, a file to passages with vectors."""

from collections.abc import (
    Awaitable,
    Callable,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lodgepole.model import (
    FileKind,
    FileVersion,
)
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingJob:
    """One content of one file that is to be made ready for the index."""

    path: Path  # of the original bytes, readable until it is prepared
    version: FileVersion
    name: str
    kind: FileKind
    multimodal: bool
    owner: str = ""  # the assistant's id; of an owner with many files they give way to others
    document: bytes | None = None  # what an earlier attempt kept
    embedder: EmbedderIdentity | None = None  # that the assistant is searched with
    given: bytes | None = None  # passages with vectors that the client brought along


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it is stored: `body` is its JSON without the bytes of its figures."""

    body: bytes
    figures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedFile:
    """All that publishing a file needs to know."""

    file: IndexedFile
    notice: str | None
    page_count: int | None
    ingestion_units: float


class FileProcessor(Protocol):
    """Reads, cuts and embeds files: the part of ingestion that costs, and that stores nothing."""

    async def process(
        self,
        work: ProcessingJob,
        *,
        keep: Callable[[ReadDocument], Awaitable[None]],
        progress: Callable[[int], Awaitable[None]],
    ) -> ProcessedFile:
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
