"""A stored document to passages with their words: the part of ingestion that follows reading.

Pure but for the thread of `ChunkerInThread`. It imports little, since reader processes run it.
"""

import asyncio

from lodgepole.documents.builder import from_json
from lodgepole.errors import UnreadableFile
from lodgepole.ingestion.chunking import chunk
from lodgepole.limits import Limits
from lodgepole.model import Document
from lodgepole.ports.chunker import ChunkedDocument
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.analyzer import file_words, passage_words
from lodgepole.text.languages import detect_language

LEAD_CHARS = 1500


def cut(document: Document, *, name: str, tokenizer: Tokenizer, limits: Limits) -> ChunkedDocument:
    """Raises UnreadableFile when there are no passages, or more than the limits allow."""
    passages = chunk(document, file_name=name, tokenizer=tokenizer)
    if not passages:
        raise UnreadableFile(f"{name} holds no text.")
    if len(passages) > limits.passages_per_file:
        raise UnreadableFile(
            f"{name} holds {len(passages)} passages of text; at most "
            f"{limits.passages_per_file} are allowed. Split the file."
        )
    language = detect_language(document.text)
    return ChunkedDocument(
        language=language,
        lead_words=file_words(name, document.text[:LEAD_CHARS], language),
        passages=passages,
        words=[passage_words(each.text, each.header, language) for each in passages],
    )


class ChunkerInThread:
    """Cuts in this process, without a limit of time: for texts that are trusted, and tests."""

    def __init__(self, tokenizer: Tokenizer, limits: Limits) -> None:
        self._tokenizer = tokenizer
        self._limits = limits

    async def cut(self, body: bytes, *, name: str, owner: str = "") -> ChunkedDocument:
        del owner  # threads need no turns
        return await asyncio.to_thread(self._cut, body, name)

    def _cut(self, body: bytes, name: str) -> ChunkedDocument:
        return cut(from_json(body), name=name, tokenizer=self._tokenizer, limits=self._limits)
