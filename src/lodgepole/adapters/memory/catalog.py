"""The catalog in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lodgepole.adapters.memory.database import MemoryDatabase, page
from lodgepole.errors import AlreadyExists, NotFound
from lodgepole.model import (
    ApiKey,
    Assistant,
    AssistantStatus,
    File,
    FileStatus,
    FileTotals,
    ListPage,
)
from lodgepole.ports.catalog import FileMatcher


class MemoryCatalog:
    """`Catalog` over a database that a `MemoryOperationLog` may share."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def add_key(self, key: ApiKey) -> None:
        self._database.keys.setdefault(key.hash, key)

    async def find_key(self, hash_: str) -> ApiKey | None:
        return self._database.keys.get(hash_)

    async def list_keys(self, project_id: str) -> Sequence[ApiKey]:
        keys = (key for key in self._database.keys.values() if key.project_id == project_id)
        return sorted(keys, key=lambda key: (key.created_at, key.id))

    async def remove_key(self, project_id: str, key_id: str) -> bool:
        for hash_, key in self._database.keys.items():
            if key.project_id == project_id and key.id == key_id:
                del self._database.keys[hash_]
                return True
        return False

    async def add_assistant(self, assistant: Assistant) -> None:
        if await self.find_assistant(assistant.project_id, assistant.name) is not None:
            raise AlreadyExists(f'Assistant "{assistant.name}" already exists.')
        self._database.assistants[assistant.id] = assistant
        self._database.generations[assistant.id] = 1

    async def find_assistant(self, project_id: str, name: str) -> Assistant | None:
        for assistant in self._database.assistants.values():
            if assistant.project_id == project_id and assistant.name == name:
                return assistant
        return None

    async def update_assistant(
        self,
        assistant: Assistant,
        *,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        updated_at: datetime,
        default_model: str | None = None,
    ) -> Assistant:
        stored = self._database.assistants.get(assistant.id)
        if stored is None or stored.status is AssistantStatus.TERMINATING:
            raise NotFound(f'Assistant "{assistant.name}" not found.')
        updated = replace(
            stored,
            instructions=stored.instructions if instructions is None else instructions or None,
            metadata=stored.metadata if metadata is None else metadata or None,
            updated_at=updated_at,
            default_model=stored.default_model if default_model is None else default_model or None,
        )
        self._database.assistants[assistant.id] = updated
        return updated

    async def list_assistants(
        self, project_id: str, *, limit: int, after: str | None
    ) -> ListPage[Assistant]:
        return page(
            [a for a in self._database.assistants.values() if a.project_id == project_id],
            lambda assistant: (assistant.created_at, assistant.id),
            limit=limit,
            after=after,
            newest_first=False,
        )

    async def count_assistants(self, project_id: str) -> int:
        return sum(a.project_id == project_id for a in self._database.assistants.values())

    async def count_files(self, assistant_id: str) -> int:
        return len(self._database.files_of(assistant_id))

    async def find_file(self, assistant_id: str, file_id: str) -> File | None:
        row = self._database.files.get((assistant_id, file_id))
        return None if row is None else row.file

    async def files_by_id(self, project_id: str, file_id: str) -> Sequence[File]:
        found = [
            row.file
            for (assistant_id, id_), row in self._database.files.items()
            if id_ == file_id and self._database.assistants[assistant_id].project_id == project_id
        ]
        return sorted(found, key=lambda file: (file.created_at, file.assistant_id))

    async def files_by_status(self, assistant_id: str) -> Mapping[FileStatus, FileTotals]:
        totals: dict[FileStatus, FileTotals] = {}
        for row in self._database.files_of(assistant_id):
            files, size = totals.get(row.file.status, (0, 0))
            totals[row.file.status] = FileTotals(files + 1, size + row.file.upload.size)
        return totals

    async def list_files(
        self,
        assistant_id: str,
        *,
        limit: int,
        after: str | None,
        matching: FileMatcher | None = None,
    ) -> ListPage[File]:
        files = [row.file for row in self._database.files_of(assistant_id)]
        return page(
            [file for file in files if matching is None or matching(file)],
            lambda file: (file.created_at, file.id),
            limit=limit,
            after=after,
            newest_first=True,
        )

    async def available_files(self, assistant_id: str) -> Sequence[File]:
        return [
            row.file
            for row in self._database.files_of(assistant_id)
            if row.file.status is FileStatus.AVAILABLE
        ]
