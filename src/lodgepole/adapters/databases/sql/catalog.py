"""The catalog in SQL."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import RLock
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent
from lodgepole.adapters.databases.sql.rows import (
    SCANNED_ROWS,
    AnyRow,
    assistant_columns,
    granted_key_columns,
    key_columns,
    list_page,
    ordered,
    read_assistant,
    read_file,
    read_granted_key,
    read_key,
    token,
)
from lodgepole.adapters.databases.sql.tables import api_keys, assistants, files, granted_keys
from lodgepole.errors import AlreadyExists, NotFound
from lodgepole.metadata_filter import select as filtered
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

CACHED_FILES = 200_000
"""Over all assistants together; about 1 kB each."""
FilesById = dict[str, File]


class SqlCatalog:
    """`Catalog` over a database that an `SqlOperationLog` shares."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._available = _AvailableFiles()

    # --- keys ---------------------------------------------------------------------------------

    async def add_key(self, key: ApiKey) -> None:
        def work(connection: Connection) -> None:
            if key.grant is None:
                new = insert_if_absent(api_keys, connection.dialect)
                connection.execute(new.values(key_columns(key)))
            else:
                new = insert_if_absent(granted_keys, connection.dialect)
                connection.execute(new.values(granted_key_columns(key, key.grant)))

        await self._database.write(work)

    async def find_key(self, hash_: str) -> ApiKey | None:
        row = await self._first(select(api_keys).where(api_keys.c.hash == hash_))
        if row is not None:
            return read_key(row)
        row = await self._first(select(granted_keys).where(granted_keys.c.hash == hash_))
        return None if row is None else read_granted_key(row)

    async def list_keys(self, project_id: str) -> Sequence[ApiKey]:
        whole = select(api_keys).where(api_keys.c.project_id == project_id)
        granted = select(granted_keys).where(granted_keys.c.project_id == project_id)
        found = [
            *map(read_key, await self._all(whole)),
            *map(read_granted_key, await self._all(granted)),
        ]
        return sorted(found, key=lambda key: (key.created_at, key.id))

    async def remove_key(self, project_id: str, key_id: str) -> bool:
        def work(connection: Connection) -> bool:
            removed = [
                connection.execute(
                    delete(table)
                    .where(table.c.project_id == project_id)
                    .where(table.c.id == key_id)
                ).rowcount
                for table in (api_keys, granted_keys)
            ]
            return sum(removed) > 0

        return await self._database.write(work)

    # --- assistants ---------------------------------------------------------------------------

    async def add_assistant(self, assistant: Assistant) -> None:
        def work(connection: Connection) -> None:
            connection.execute(
                insert(assistants).values(**assistant_columns(assistant), generations=1, revision=0)
            )

        try:
            await self._database.write(work)
        except IntegrityError:
            raise AlreadyExists(f'Assistant "{assistant.name}" already exists.') from None

    async def find_assistant(self, project_id: str, name: str) -> Assistant | None:
        def work(connection: Connection) -> Assistant | None:
            row = connection.execute(
                select(assistants)
                .where(assistants.c.project_id == project_id)
                .where(assistants.c.name == name)
            ).first()
            return None if row is None else read_assistant(row)

        return await self._database.read_again(("assistant", project_id, name), work)

    async def update_assistant(
        self,
        assistant: Assistant,
        *,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        updated_at: datetime,
        default_model: str | None = None,
    ) -> Assistant:
        changes: dict[str, Any] = {"updated_at": updated_at}
        if instructions is not None:
            changes["instructions"] = instructions or None
        if metadata is not None:
            changes["metadata"] = metadata or None
        if default_model is not None:
            changes["default_model"] = default_model or None

        def work(connection: Connection) -> AnyRow | None:
            connection.execute(
                update(assistants)
                .where(assistants.c.id == assistant.id)
                .where(assistants.c.status != AssistantStatus.TERMINATING.value)
                .values(changes)
            )
            return (
                connection.execute(
                    select(assistants)
                    .where(assistants.c.id == assistant.id)
                    .where(assistants.c.status != AssistantStatus.TERMINATING.value)
                )
            ).first()

        row = await self._database.write(work)
        if row is None:
            raise NotFound(f'Assistant "{assistant.name}" not found.')
        return read_assistant(row)

    async def list_assistants(
        self, project_id: str, *, limit: int, after: str | None
    ) -> ListPage[Assistant]:
        query = select(assistants).where(assistants.c.project_id == project_id)
        query = ordered(query, assistants, after, newest_first=False).limit(limit + 1)
        return list_page(await self._all(query), limit, read_assistant)

    async def count_assistants(self, project_id: str) -> int:
        return await self._count(assistants.c.project_id == project_id)

    # --- files --------------------------------------------------------------------------------

    async def count_files(self, assistant_id: str) -> int:
        return await self._count(files.c.assistant_id == assistant_id)

    async def find_file(self, assistant_id: str, file_id: str) -> File | None:
        row = await self._first(
            select(files).where(files.c.assistant_id == assistant_id).where(files.c.id == file_id)
        )
        return None if row is None else read_file(row)

    async def files_by_id(self, project_id: str, file_id: str) -> Sequence[File]:
        # Looked up by key in each assistant, of which a project has thousands at most.
        query = (
            select(files)
            .join(assistants, files.c.assistant_id == assistants.c.id)
            .where(assistants.c.project_id == project_id)
            .where(files.c.id == file_id)
            .order_by(files.c.created_at, files.c.assistant_id)
        )
        return [read_file(row) for row in await self._all(query)]

    async def files_by_status(self, assistant_id: str) -> Mapping[FileStatus, FileTotals]:
        query = (
            select(files.c.status, func.count(), func.sum(files.c.size))
            .where(files.c.assistant_id == assistant_id)
            .group_by(files.c.status)
        )
        return {
            FileStatus(status): FileTotals(int(count), int(size))
            for status, count, size in await self._all(query)
        }

    async def list_files(
        self,
        assistant_id: str,
        *,
        limit: int,
        after: str | None,
        matching: FileMatcher | None = None,
    ) -> ListPage[File]:
        query = select(files).where(files.c.assistant_id == assistant_id)
        batch = limit + 1 if matching is None else SCANNED_ROWS
        found: list[AnyRow] = []
        while len(found) <= limit:
            page = ordered(query, files, after, newest_first=True).limit(batch)
            rows = await self._all(page)
            if matching is None:
                found += rows
            else:
                found += await filtered(rows, lambda row: matching(read_file(row)))
            if len(rows) < batch:
                break
            after = token(rows[-1])
        return list_page(found, limit, read_file)

    async def available_files(self, assistant_id: str) -> Sequence[File]:
        def work(connection: Connection) -> Sequence[File]:
            # The revision is read first: what is read later can only be newer than it says.
            row = (
                connection.execute(
                    select(assistants.c.revision, assistants.c.removal_revision).where(
                        assistants.c.id == assistant_id
                    )
                )
            ).first()
            if row is None:
                self._available.forget(assistant_id)
                return ()
            revision, removal_revision = row
            since, known = self._available.find(assistant_id)
            if since < revision:
                changed = _changed_files(connection, assistant_id, since)
                known = _after(known, changed)
                if since < removal_revision:
                    left = _available_ids(connection, assistant_id)
                    known = {id_: file for id_, file in known.items() if id_ in left}
                self._available.remember(assistant_id, revision, known)
            return tuple(known.values())

        return await self._database.read_again(("available", assistant_id), work)

    # --- statements ---------------------------------------------------------------------------

    async def _first(self, query: Any) -> AnyRow | None:
        def work(connection: Connection) -> AnyRow | None:
            return connection.execute(query).first()

        return await self._database.read(work)

    async def _all(self, query: Any) -> Sequence[AnyRow]:
        def work(connection: Connection) -> Sequence[AnyRow]:
            return connection.execute(query).all()

        return await self._database.read(work)

    async def _count(self, condition: Any) -> int:
        row = await self._first(select(func.count()).where(condition))
        return 0 if row is None else row[0]


def _changed_files(connection: Connection, assistant_id: str, since: int) -> Sequence[File]:
    rows = connection.execute(
        select(files).where(files.c.assistant_id == assistant_id).where(files.c.revision > since)
    )
    return [read_file(row) for row in rows]


def _available_ids(connection: Connection, assistant_id: str) -> set[str]:
    rows = connection.execute(
        select(files.c.id)
        .where(files.c.assistant_id == assistant_id)
        .where(files.c.status == FileStatus.AVAILABLE.value)
    )
    return set(rows.scalars())


def _after(known: FilesById, changed: Sequence[File]) -> FilesById:
    """`known` brought up to date; a new value, because readers may be half-way through it."""
    result = dict(known)
    for file in changed:
        if file.status is FileStatus.AVAILABLE:
            result[file.id] = file
        else:
            result.pop(file.id, None)
    return result


class _AvailableFiles:
    """The Available files of the assistants asked for last, each as of a revision.

    Called from the threads that read.
    """

    def __init__(self) -> None:
        self._by_assistant: OrderedDict[str, tuple[int, FilesById]] = OrderedDict()
        self._size = 0
        self._lock = RLock()

    def find(self, assistant_id: str) -> tuple[int, FilesById]:
        """`(revision, files)`; before the first change there are none, hence revision 0."""
        with self._lock:
            if assistant_id not in self._by_assistant:
                return 0, {}
            self._by_assistant.move_to_end(assistant_id)
            return self._by_assistant[assistant_id]

    def remember(self, assistant_id: str, revision: int, known: FilesById) -> None:
        with self._lock:
            if self.find(assistant_id)[0] > revision:
                return  # a reader that began later was faster
            self.forget(assistant_id)
            self._by_assistant[assistant_id] = (revision, known)
            self._size += len(known)
            while self._size > CACHED_FILES and len(self._by_assistant) > 1:
                self.forget(next(iter(self._by_assistant)))

    def forget(self, assistant_id: str) -> None:
        with self._lock:
            _, known = self._by_assistant.pop(assistant_id, (0, {}))
            self._size -= len(known)
