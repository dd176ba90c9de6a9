"""Audit of stored data against the catalog: nothing missing, nothing left over."""

import random
from collections.abc import Collection
from dataclasses import dataclass

from lodgepole.errors import Unavailable
from lodgepole.ingestion.sweep import accounted_for, stored_versions
from lodgepole.library.blob_keys import document_key, original_key
from lodgepole.library.original_check import checked
from lodgepole.model import FileVersion
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.quarantine import Quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Counts of what was compared, and one sentence for each thing that is not as it should be."""

    assistants: int
    available_files: int
    findings: tuple[str, ...]
    set_aside: int  # blobs, for there were too many to be garbage


class Audit:
    """Compares catalog, index and blobs. Run it while nothing else changes them."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        live: LiveContent,
        blobs: Blobs,
        quarantine: Quarantine,
        index: Index,
    ) -> None:
        self._catalog = catalog
        self._live = live
        self._blobs = blobs
        self._quarantine = quarantine
        self._index = index

    async def run(self, *, originals: int | None = 0) -> AuditReport:
        """Look at everything once; nothing is changed.

        Args:
            originals: Compare the bytes of so many, at random, with what was uploaded; None
                compares those of all.
        """
        alive = set(await self._live.live_assistants())
        indexed = set(await self._index.assistants())
        stored = await stored_versions(self._blobs)
        findings: list[str] = []
        files = 0
        for assistant_id in sorted(alive | indexed | {*stored}):
            in_index = set(await self._index.versions(assistant_id))
            in_blobs = stored.get(assistant_id, set())
            if assistant_id not in alive:
                findings.append(
                    f"Assistant {assistant_id} is gone, but {len(in_index)} contents are left in "
                    f"the index and {len(in_blobs)} in the blobs."
                )
                continue
            files += len(await self._catalog.available_files(assistant_id))
            findings += await self._of_assistant(assistant_id, in_index, in_blobs)
        findings += await self._of_originals(sorted(alive), originals)
        return AuditReport(
            assistants=len(alive),
            available_files=files,
            findings=tuple(findings),
            set_aside=sum((await self._quarantine.set_aside_by_day()).values()),
        )

    async def _of_originals(self, assistants: Collection[str], most: int | None) -> list[str]:
        if most == 0:
            return []
        files = [
            file
            for assistant_id in assistants
            for file in await self._catalog.available_files(assistant_id)
        ]
        if most is not None and most < len(files):
            files = random.sample(files, most)
        findings: list[str] = []
        for file in files:
            stored = self._blobs.stream(original_key(file.assistant_id, file.version))
            try:
                async for _ in checked(file, stored):
                    pass
            except Unavailable as error:
                findings.append(f"Assistant {file.assistant_id}: {error}")
        return findings

    async def _of_assistant(
        self,
        assistant_id: str,
        in_index: Collection[FileVersion],
        in_blobs: Collection[FileVersion],
    ) -> list[str]:
        live = set(await self._live.live_versions(assistant_id))
        findings = [
            f"{_named(assistant_id, version)} is accounted for nowhere, but in the {place}."
            for place, versions in (("index", in_index), ("blobs", in_blobs))
            for version in sorted({*versions} - accounted_for(live))
        ]
        keys = {key async for key in self._blobs.keys(f"{assistant_id}/")}
        for file in await self._catalog.available_files(assistant_id):
            missing = {
                "passages": file.version not in in_index,
                "original": original_key(assistant_id, file.version) not in keys,
                "document": document_key(assistant_id, file.version) not in keys,
            }
            findings += [
                f"{_named(assistant_id, file.version)} is Available without its {part}."
                for part, is_missing in missing.items()
                if is_missing
            ]
        return findings


def _named(assistant_id: str, version: FileVersion) -> str:
    return f"File {version.file_id}, content {version.generation}, of assistant {assistant_id}"
