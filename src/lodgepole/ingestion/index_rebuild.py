"""Rebuilds a damaged or lost index from the stored documents.

At the start, what the catalog calls Available is compared with what the index holds; later the
index itself says when it meets damage. An assistant is not searched until all of it is there again.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Protocol

from lodgepole.errors import LodgepoleError, NotFound, UnreadableFile
from lodgepole.ingestion.pipeline import Pipeline
from lodgepole.model import File, FileVersion
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
TRY_AGAIN_SECONDS = 30.0
ROUNDS = 10
"""Of looking for what is still missing; the second finds what came meanwhile."""


class Losable(Protocol):
    """An index that can be damaged apart from the catalog: one in files of its own."""

    def incomplete(self) -> Collection[str]:
        """Assistants of which something is lost; they are not searched."""
        ...

    async def stored(self) -> Mapping[str, Collection[FileVersion]]:
        """Return what the index holds of each assistant, looked up without opening any."""
        ...

    async def begin_again(self, assistant_id: str) -> None:
        """Take an assistant for incomplete from now on."""
        ...

    async def complete(self, assistant_id: str) -> None:
        """Search it again."""
        ...


class Rebuilding:
    """Watches one index, and puts back what it lost."""

    def __init__(
        self,
        losable: Losable,
        *,
        index: Index,
        catalog: Catalog,
        live: LiveContent,
        pipeline: Pipeline,
    ) -> None:
        """`losable` and `index` are two sides of one thing."""
        self._losable = losable
        self._index = index
        self._catalog = catalog
        self._live = live
        self._pipeline = pipeline

    @property
    def assistants_left(self) -> int:
        """Number of assistants that are not searched until their index is made again."""
        return len(self._losable.incomplete())

    async def run(self) -> None:
        """For as long as the program runs. What does not answer is tried again."""
        looked = False
        while True:
            try:
                if not looked:
                    await self.look()
                    looked = True
                await self.once()
            except LodgepoleError as error:
                log.warning("Rebuilding an index pauses for %g s: %s", TRY_AGAIN_SECONDS, error)
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def look(self) -> None:
        """Compare all that is Available with all that is indexed."""
        alive = await self._live.live_assistants()
        available = {
            assistant_id: await self._catalog.available_files(assistant_id)
            for assistant_id in sorted(alive)
        }
        stored = await self._losable.stored()
        for assistant_id, files in available.items():
            there = stored.get(assistant_id, ())
            if all(file.version in there for file in files):
                continue
            missing = await self._missing(assistant_id)
            if missing and assistant_id not in self._losable.incomplete():
                log.error(
                    "The index of assistant %s lacks %d files that are Available. They are added "
                    "again from their documents; until then it is not searched",
                    assistant_id,
                    len(missing),
                )
                await self._losable.begin_again(assistant_id)

    async def once(self) -> None:
        """Make again all that is known to be incomplete. Raises LodgepoleError."""
        for assistant_id in sorted(self._losable.incomplete()):
            await self._rebuild(assistant_id)

    async def _missing(self, assistant_id: str) -> list[File]:
        """Files that are Available before and after the index was asked, and not in it."""
        before = await self._catalog.available_files(assistant_id)
        try:
            there = await self._index.versions(assistant_id)
        except LodgepoleError:
            if assistant_id not in self._losable.incomplete():
                raise
            there = ()  # opening it showed that it is damaged
        still = {file.version for file in await self._catalog.available_files(assistant_id)}
        return [file for file in before if file.version in still and file.version not in there]

    async def _rebuild(self, assistant_id: str) -> None:
        lost: set[FileVersion] = set()
        for _ in range(ROUNDS):
            missing = await self._missing(assistant_id)
            left = [file for file in missing if file.version not in lost]
            if not left:
                break
            for file in left:
                try:
                    await self._restore(assistant_id, file)
                except (UnreadableFile, NotFound) as error:
                    lost.add(file.version)
                    log.warning(
                        "File %s of assistant %s cannot be put back into the index; upload it "
                        "again: %s",
                        file.id,
                        assistant_id,
                        error,
                    )
        await self._losable.complete(assistant_id)
        log.warning("The index of assistant %s is whole again and is searched", assistant_id)

    async def _restore(self, assistant_id: str, file: File) -> None:
        await self._pipeline.restore(assistant_id, file)
        # It may have been deleted meanwhile, by an operation that found nothing to remove.
        if file.version not in await self._live.live_versions(assistant_id):
            await self._index.remove(assistant_id, [file.version])
