"""Migration of one machine's data to a shared database and bucket.

Assistant by assistant: blobs and passages first, the rows that make them visible last and in one
transaction. What is there already is left, so that cut short anywhere, the next run goes on. The
source is only read. Vectors are taken along where they are the configured embedder's.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lodgepole.documents.stored_documents import find_body, save_document
from lodgepole.errors import Unavailable, UnreadableFile
from lodgepole.ingestion.processing import LocalProcessor
from lodgepole.library.blob_keys import HELD, assistant_prefix, original_key, version_of
from lodgepole.limits import Limits
from lodgepole.model import File, FileVersion, PassageKey
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.embedder import Embedder, EmbedderIdentity, Vector, Vectors
from lodgepole.ports.file_processor import ProcessingJob, ReadDocument
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.parser import Parser
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.embedders import Embedders

VECTORS_BATCH = 1024
Step = Callable[[str], None]
"""Told the name of each step as it is reached; tests stop the program there."""


class Rows(Protocol):
    """Copies rows from the source's database to the target's, those that are not there yet."""

    async def copy_shared(self) -> None:
        """Keys, what was counted, and records."""
        ...

    async def copy_assistant(self, assistant_id: str) -> None:
        """The assistant with its files and operations, in one transaction.

        Raises:
            Conflict: The target has another assistant of that name.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Source or target of a migration."""

    catalog: Catalog
    live: LiveContent
    blobs: Blobs
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """Contents of the target after a migration, and one sentence for each thing that differs."""

    assistants: int
    files: int
    bytes: int
    passages: int
    findings: tuple[str, ...]


class Moving:
    """One move, run as often as it takes."""

    def __init__(
        self,
        *,
        source: Side,
        target: Side,
        rows: Rows,
        parser: Parser,
        tokenizer: Tokenizer,
        embedder: Embedder,
        limits: Limits,
        step: Step = lambda _: None,
    ) -> None:
        self._from = source
        self._to = target
        self._rows = rows
        self._parser = parser
        self._tokenizer = tokenizer
        self._embedder = embedder
        self._limits = limits
        self._step = step

    async def run(self, tell: Callable[[str], None] = lambda _: None) -> MoveReport:
        """Copy what is not there yet, then compare all of it. Raises Conflict, Unavailable."""
        await self._held_files()
        await self._rows.copy_shared()
        assistants = sorted(await self._from.live.live_assistants())
        for number, assistant_id in enumerate(assistants, 1):
            await self._assistant(assistant_id)
            tell(f"{number} of {len(assistants)} assistants are there")
        return await self._compared(assistants)

    async def _held_files(self) -> None:
        there = {key async for key in self._to.blobs.keys(HELD)}
        async for key in self._from.blobs.keys(HELD):
            if key not in there:
                await self._to.blobs.put(key, self._from.blobs.stream(key))

    async def _assistant(self, assistant_id: str) -> None:
        live = set(await self._from.live.live_versions(assistant_id))
        prefix = assistant_prefix(assistant_id)
        there = {key async for key in self._to.blobs.keys(prefix)}
        async for key in self._from.blobs.keys(prefix):
            found = version_of(key)
            # Generation 0 is what a client brought along for a content that is yet to be made.
            wanted = found is not None and (found[1] in live or not found[1].generation)
            if wanted and key not in there:
                await self._to.blobs.put(key, self._from.blobs.stream(key))
                self._step("blob copied")
        indexed = set(await self._to.index.versions(assistant_id))
        for file in await self._from.catalog.available_files(assistant_id):
            if file.version not in indexed:
                await self._index(assistant_id, file)
                self._step("file indexed")
        await self._rows.copy_assistant(assistant_id)
        self._step("rows copied")

    async def _index(self, assistant_id: str, file: File) -> None:
        known = await self._stored_vectors(assistant_id, file.version)
        processor = LocalProcessor(
            parser=self._parser,
            tokenizer=self._tokenizer,
            embedders=Embedders(_Known(self._embedder, known)),
            limits=self._limits,
        )

        async def keep(document: ReadDocument) -> None:
            await save_document(self._to.blobs, assistant_id, file.version, document)

        async with self._from.blobs.local(original_key(assistant_id, file.version)) as path:
            body = await find_body(self._from.blobs, assistant_id, file.version)
            try:
                processed = await processor.process(
                    ProcessingJob(
                        path=path,
                        version=file.version,
                        name=file.upload.name,
                        kind=file.upload.kind,
                        multimodal=file.upload.multimodal,
                        document=body,
                    ),
                    keep=keep,
                    progress=_nothing,
                )
            except UnreadableFile as error:
                raise Unavailable(f"{file.upload.name} cannot be read again: {error}") from error
        await self._to.index.add(assistant_id, processed.file)

    async def _stored_vectors(self, assistant_id: str, version: FileVersion) -> dict[str, Vector]:
        """By text, where they are the configured embedder's."""
        index = self._from.index
        if await index.embedder(assistant_id) != self._embedder.identity:
            return {}
        known: dict[str, Vector] = {}
        first = 0
        while True:
            keys = [PassageKey(version, n) for n in range(first, first + VECTORS_BATCH)]
            passages = await index.passages(assistant_id, keys)
            vectors = await index.vectors(assistant_id, version, first=first, count=VECTORS_BATCH)
            if not passages or len(vectors) != len(passages):
                return known
            for key, vector in zip(sorted(passages), vectors, strict=True):
                known[passages[key].text] = vector
            first += VECTORS_BATCH

    # --- comparing ----------------------------------------------------------------------------

    async def _compared(self, assistants: Sequence[str]) -> MoveReport:
        findings: list[str] = []
        files = size = passages = 0
        missing = set(assistants) - set(await self._to.live.live_assistants())
        findings += [f"Assistant {assistant_id} is missing." for assistant_id in sorted(missing)]
        for assistant_id in assistants:
            here, there = [
                {file.id: file for file in await side.catalog.available_files(assistant_id)}
                for side in (self._from, self._to)
            ]
            if here.keys() != there.keys():
                findings.append(
                    f"Assistant {assistant_id} has {len(here)} Available files here and "
                    f"{len(there)} there."
                )
            for file in here.values():
                files += 1
                size += file.upload.size
                problem, count = await self._same(assistant_id, file)
                passages += count
                if problem:
                    findings.append(f"File {file.id} of assistant {assistant_id}: {problem}.")
        return MoveReport(
            assistants=len(assistants),
            files=files,
            bytes=size,
            passages=passages,
            findings=tuple(findings),
        )

    async def _same(self, assistant_id: str, file: File) -> tuple[str, int]:
        """What differs, if anything, and how many passages there are."""
        digest = hashlib.sha256()
        async for chunk in self._to.blobs.stream(original_key(assistant_id, file.version)):
            digest.update(chunk)
        counts = [
            await self._count(side.index, assistant_id, file.version)
            for side in (self._from, self._to)
        ]
        if digest.hexdigest() != file.upload.sha256:
            return "its bytes differ", counts[1]
        if counts[0] != counts[1]:
            return f"{counts[0]} passages here and {counts[1]} there", counts[1]
        return "", counts[1]

    @staticmethod
    async def _count(index: Index, assistant_id: str, version: FileVersion) -> int:
        count = 0
        while True:
            keys = [PassageKey(version, n) for n in range(count, count + VECTORS_BATCH)]
            found = len(await index.passages(assistant_id, keys))
            count += found
            if found < VECTORS_BATCH:
                return count


class _Known:
    """The configured embedder, asked only for texts whose vectors are not known."""

    def __init__(self, embedder: Embedder, known: dict[str, Vector]) -> None:
        self._embedder = embedder
        self._known = known

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in texts if text not in self._known]
        if new:
            self._known.update(zip(new, await self._embedder.embed_passages(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    async def embed_query(self, text: str) -> Vector:
        return await self._embedder.embed_query(text)


async def _nothing(_: int) -> None:
    pass
