"""Port: an origin of documents, such as a folder or a web site, read once a run."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from lodgepole.model import Metadata
from lodgepole.ports.source_store import Source, SourceItem

Content = Callable[[], AsyncIterator[bytes]]
"""Opens the bytes, once; raises what `Origin.read` raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """It is as the item says. `fingerprint` where the origin has another word for it now."""

    key: str
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """It is new, or it may have changed."""

    key: str
    name: str  # of the file; its ending decides how it is read
    fingerprint: str
    content: Content
    metadata: Metadata  # what the origin says of it
    can_wait: bool  # whether `content` may be opened when all else has been read


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """It is there, and no file is to be made of it."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """It is certainly not there any more."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It could not be read now, so that what was made of it stays."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeUnchanged:
    """The whole origin is as it was when it gave the cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadToEnd:
    """The last one of a run: what was not told before is not there.

    An origin that ends without it was not read to its end, and nothing is removed.
    """

    cursor: str | None = None
    misses_allowed: int = 0  # runs in a row that may not find a thing before it is removed


OriginEvent = Unchanged | Found | NotTaken | Gone | Unknown | WholeUnchanged | ReadToEnd


class Origin(Protocol):
    """One kind of origin."""

    def check(self, source: Source) -> None:
        """Refuse an address or a rule that can never be read.

        Raises:
            InvalidRequest: It is malformed.
            PermissionDenied: The operator does not allow it.
        """
        ...

    def read(self, source: Source, known: Mapping[str, SourceItem]) -> AsyncGenerator[OriginEvent]:
        """Tell what is there, each thing once. What was found may be opened until it is closed.

        Raises:
            InvalidRequest, PermissionDenied: As `check`.
            Unavailable: It does not answer now.
            NotFound: There is nothing at the address.
            TooLarge: By `content`: one thing is larger than it may be.
        """
        ...
