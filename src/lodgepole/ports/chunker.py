"""Port: a document cut into passages, with the words that each is found by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lodgepole.model import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkedDocument:
    """Passages in order, and beside each its words, already analysed."""

    language: str  # ISO 639-1, or `und`
    lead_words: Sequence[str]  # of the file's name and of the text's beginning
    passages: Sequence[Passage]
    words: Sequence[Sequence[str]]


class Chunker(Protocol):
    """Cuts documents, whose text is not trusted to be quick to cut."""

    async def cut(self, body: bytes, *, name: str, owner: str = "") -> ChunkedDocument:
        """Cut a document.

        Args:
            body: The document as it is stored.
            name: Of its file.
            owner: Whose file it is; those of an owner with many give way to others.

        Raises:
            UnreadableFile: With a message for the uploader: it has no text, too much or takes too
                long.
            Unavailable: Nothing can be cut at the moment.
        """
        ...
