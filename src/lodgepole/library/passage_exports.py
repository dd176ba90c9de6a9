"""Export of a file's passages with their vectors, in parts."""

from dataclasses import dataclass

from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.model import File, FileStatus, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import SearchedIndex

PASSAGES = 500
"""Most passages of one part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePart:
    """`vectors` has a row for each passage, or none where the file lacks searched vectors."""

    embedder: EmbedderIdentity | None
    passages: tuple[Passage, ...]
    vectors: Vectors
    more: bool


async def read_passages(index: SearchedIndex, file: File, *, first: int) -> PassagePart:
    """The passages of the published content from ordinal `first` on, at most `PASSAGES`.

    Raises:
        InvalidRequest: `first` is negative.
        NotFound: The file is not Available, so it has no passages.
    """
    if first < 0:
        raise InvalidRequest(f"Invalid first {first}: ordinals count from 0")
    if file.status is not FileStatus.AVAILABLE:
        raise NotFound(f"File {file.id} has no passages: its status is {file.status}.")
    keys = [PassageKey(file.version, ordinal) for ordinal in range(first, first + PASSAGES + 1)]
    found = await index.passages(file.assistant_id, keys)
    passages = tuple(found[key] for key in keys[:PASSAGES] if key in found)
    vectors = await index.vectors(file.assistant_id, file.version, first=first, count=len(passages))
    return PassagePart(
        embedder=await index.embedder(file.assistant_id),
        passages=passages,
        vectors=vectors,
        more=keys[-1] in found,
    )
