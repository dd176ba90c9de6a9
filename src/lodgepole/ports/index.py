"""Port: passages found by vector and by word."""

from collections.abc import (
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Protocol

from lodgepole.model import (
    FileVersion,
    Hit,
    Passage,
    PassageKey,
)
from lodgepole.ports.embedder import EmbedderIdentity, Vector, Vectors


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
    """A query and its scope: nothing outside `versions` is ever scored."""

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
    embedder: EmbedderIdentity | None = None  # of the index's vectors; None when it holds nothing


class SearchedIndex(Protocol):
    """Passages of one assistant, found by vector and by word; whoever may change them."""

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

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        """The language of each stored file, by which its words were analysed."""
        ...

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        """Whose vectors are searched; None when nothing is stored."""
        ...

    async def close(self) -> None: ...


class Index(SearchedIndex, Protocol):
    """Passages of one assistant, stored, and found by vector and by word.

    The vectors that are searched are all of one embedder, that of the first file, until
    `VectorReplacement` makes another's the ones that are searched.
    """

    async def add(self, assistant_id: str, file: IndexedFile) -> None:
        """Store and make searchable, durable on return. Adding a version again replaces it.

        Where the index's vectors are another embedder's, the file's are set aside, or left out
        where a third one's are: until they are switched to it is found by words.
        """
        ...

    async def remove(self, assistant_id: str, versions: Iterable[FileVersion]) -> None:
        """Remove rows, vectors and postings; unknown versions are no error."""
        ...

    async def drop(self, assistant_id: str) -> None:
        """Remove everything of the assistant; none is no error."""
        ...

    async def versions(self, assistant_id: str) -> Collection[FileVersion]:
        """All versions stored, visible or not; for the sweep."""
        ...

    async def assistants(self) -> Collection[str]:
        """Ids of assistants that something is stored of; for the sweep."""
        ...
