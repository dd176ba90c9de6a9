"""Processes one file for the index: parse, chunk, analyse, embed. It stores nothing itself.

It runs in the server's process or in one of its own; what it needs and gives are values.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from lodgepole.documents.builder import from_json
from lodgepole.documents.stored_documents import as_stored
from lodgepole.errors import ClaimLost, LodgepoleError
from lodgepole.ingestion.passages import ChunkerInThread
from lodgepole.ingestion.supplied_vectors import digest, read_given
from lodgepole.limits import Limits
from lodgepole.model import Document, Passage
from lodgepole.ports.chunker import Chunker
from lodgepole.ports.embedder import Embedder, EmbedderIdentity, Vector, Vectors
from lodgepole.ports.file_processor import ProcessedFile, ProcessingJob, ReadDocument
from lodgepole.ports.index import IndexedFile, IndexedPassage
from lodgepole.ports.parser import Parser
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.embedders import Embedders

log = logging.getLogger(__name__)

Keep = Callable[[ReadDocument], Awaitable[None]]
Progress = Callable[[int], Awaitable[None]]
Step = Callable[[str], None]
"""Told the name of each step as it is reached; tests stop the program there."""

PARSED_PERCENT = 20
EMBEDDED_PERCENT = 90
"""Shares of the work as measured on text PDFs, where embedding is most of it."""
EMBED_BATCH = 64
TOKENS_PER_UNIT = 512


class LocalProcessor:
    """`FileProcessor` with the parser, the chunker and the embedder it is given.

    Without a chunker documents are cut in a thread of this process.
    """

    def __init__(
        self,
        *,
        parser: Parser,
        tokenizer: Tokenizer,
        embedders: Embedders,
        limits: Limits,
        chunker: Chunker | None = None,
        step: Step = lambda _: None,
    ) -> None:
        self._parser = parser
        self._chunker = chunker or ChunkerInThread(tokenizer, limits)
        self._embedders = embedders
        self._step = step

    async def process(
        self, work: ProcessingJob, *, keep: Keep, progress: Progress
    ) -> ProcessedFile:
        document, body = await self._document(work, keep, progress)
        await progress(PARSED_PERCENT)
        cut = await self._chunker.cut(body, name=work.name, owner=work.owner)
        passages = cut.passages
        self._step("chunked")
        embedder, vectors = await self._vectors(work, passages, progress)
        self._step("embedded")
        return ProcessedFile(
            file=IndexedFile(
                version=work.version,
                language=cut.language,
                lead_words=cut.lead_words,
                passages=[
                    IndexedPassage(passage=passage, words=words)
                    for passage, words in zip(passages, cut.words, strict=True)
                ],
                vectors=vectors,
                embedder=embedder,
            ),
            notice=document.notice,
            page_count=len(document.pages) or None,
            ingestion_units=ingestion_units(document, passages),
        )

    async def _document(
        self, work: ProcessingJob, keep: Keep, progress: Progress
    ) -> tuple[Document, bytes]:
        """The document, and its bytes as they are stored."""
        if work.document is not None:
            try:
                return await asyncio.to_thread(from_json, work.document), work.document
            except ValueError:
                pass  # another release kept it in a form that this one does not know

        async def read(share: float) -> None:
            await progress(int(PARSED_PERCENT * share))

        document = await self._parser.parse(
            work.path,
            kind=work.kind,
            name=work.name,
            multimodal=work.multimodal,
            owner=work.owner,
            progress=read,
        )
        self._step("parsed")
        stored = await asyncio.to_thread(as_stored, document)
        await keep(stored)
        return document, stored.body

    async def _vectors(
        self, work: ProcessingJob, passages: Sequence[Passage], progress: Progress
    ) -> tuple[EmbedderIdentity, Vectors]:
        """By the embedder that the assistant is searched with, else by the configured one.

        So a file that comes while the embedder is changed is found by its vectors at once.
        """
        configured, searched = self._embedders.configured, work.embedder
        former = None
        if searched is not None and searched != configured.identity:
            former = await self._embedders.of(searched)
        if former is not None:
            try:
                return former.identity, await _embedded(former, work, passages, progress)
            except ClaimLost:
                raise
            except LodgepoleError as error:
                log.warning("The former embedder does not answer: %s", error)
        return configured.identity, await _embedded(configured, work, passages, progress)


async def _embedded(
    embedder: Embedder, work: ProcessingJob, passages: Sequence[Passage], progress: Progress
) -> Vectors:
    known = await _given(work, embedder.identity)
    # A text that comes again, such as a line of a form or of nothing but dashes, is embedded once.
    rows = {text: row for row, text in enumerate(dict.fromkeys(each.text for each in passages))}
    texts = list(rows)
    batches: list[Vectors] = []
    reported = PARSED_PERCENT
    for start in range(0, len(texts), EMBED_BATCH):
        done = start / len(texts)
        percent = PARSED_PERCENT + int((EMBEDDED_PERCENT - PARSED_PERCENT) * done)
        if percent > reported:
            await progress(percent)
            reported = percent
        batches.append(await _of_texts(embedder, texts[start : start + EMBED_BATCH], known))
    vectors = np.concatenate(batches)
    if len(texts) == len(passages):
        return vectors
    return vectors[[rows[each.text] for each in passages]]


async def _given(work: ProcessingJob, embedder: EmbedderIdentity) -> Mapping[bytes, Vector]:
    """Vectors that came along with the file; none where there are none to use."""
    if work.given is None:
        return {}
    try:
        return await asyncio.to_thread(read_given, work.given, embedder)
    except ValueError as error:
        log.warning("Passages given for file %s are not used: %s", work.version.file_id, error)
        return {}


async def _of_texts(
    embedder: Embedder, texts: Sequence[str], known: Mapping[bytes, Vector]
) -> Vectors:
    if not known:
        return await embedder.embed_passages(texts)
    found = [known.get(digest(text)) for text in texts]
    lacking = [text for text, vector in zip(texts, found, strict=True) if vector is None]
    made = iter(await embedder.embed_passages(lacking) if lacking else ())
    return np.array([next(made) if vector is None else vector for vector in found], np.float32)


def ingestion_units(document: Document, passages: Sequence[Passage]) -> float:
    """Return what one file's ingestion counts for: its pages, where its kind has real ones.

    Where there are none, or only estimated ones, every 512 tokens of text, about a printed page,
    are one unit; a part of one counts in full. The hosted service does not publish its measure.
    """
    if document.pages and not document.pages_estimated:
        return float(len(document.pages))
    tokens = sum(passage.tokens for passage in passages)
    return float(-(-tokens // TOKENS_PER_UNIT))
