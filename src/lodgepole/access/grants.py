"""Grants: keys that see some assistants, or of each only the files that a filter matches.

A grant is kept at the ports, below every use case: what it hides is not there for any of them, in
listings, context, chat, tools and texts alike.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.limits import Limits
from lodgepole.metadata_filter import MetadataFilter, parse_filter, select
from lodgepole.model import (
    ApiKey,
    Assistant,
    File,
    FileStatus,
    FileTotals,
    Grant,
    ListPage,
    Metadata,
    Operation,
    OperationStatus,
    OperationType,
    Role,
)
from lodgepole.ports.catalog import Catalog, FileMatcher
from lodgepole.ports.operation_history import OperationHistory, OperationMatcher
from lodgepole.ports.operation_intake import OperationIntake

ASSISTANTS = 100
"""Names in one grant; it is read with every request."""
ROLES = frozenset({Role.DATA_READ, Role.DATA_WRITE})
"""Roles that a key with a grant may have: the others change what the grant is about."""


def check_grant(grant: Grant, role: Role, limits: Limits) -> None:
    """Raises InvalidRequest where no key may have this grant."""
    if role not in ROLES:
        raise InvalidRequest(
            f"A key that is bound to assistants or to a filter has the role `{Role.DATA_READ}` or "
            f"`{Role.DATA_WRITE}`, not `{role}`"
        )
    if grant.assistants is not None and not 1 <= len(grant.assistants) <= ASSISTANTS:
        raise InvalidRequest(f"A key is bound to 1 to {ASSISTANTS} assistants")
    if grant.filter is not None:
        parse_filter(grant.filter, limits)


class Granted:
    """What one grant lets through."""

    def __init__(self, grant: Grant, limits: Limits) -> None:
        self._assistants = grant.assistants
        self._filter: MetadataFilter | None = None
        if grant.filter is not None:
            self._filter = parse_filter(grant.filter, limits)

    @property
    def sees_all_files(self) -> bool:
        return self._filter is None

    def has(self, assistant_name: str) -> bool:
        return self._assistants is None or assistant_name in self._assistants

    def shows(self, metadata: Metadata | None) -> bool:
        return self._filter is None or self._filter.matches(metadata)


class GrantedCatalog:
    """`Catalog` of what a grant lets through; the rest is not there."""

    def __init__(self, catalog: Catalog, granted: Granted) -> None:
        self._catalog = catalog
        self._granted = granted

    async def add_key(self, key: ApiKey) -> None:  # noqa: ARG002  the port's
        _refuse()

    async def find_key(self, hash_: str) -> ApiKey | None:  # noqa: ARG002  the port's
        _refuse()

    async def list_keys(self, project_id: str) -> Sequence[ApiKey]:  # noqa: ARG002  the port's
        _refuse()

    async def remove_key(self, project_id: str, key_id: str) -> bool:  # noqa: ARG002  the port's
        _refuse()

    async def add_assistant(self, assistant: Assistant) -> None:  # noqa: ARG002  the port's
        _refuse()

    async def update_assistant(
        self,
        assistant: Assistant,  # noqa: ARG002  the port's
        *,
        instructions: str | None,  # noqa: ARG002  the port's
        metadata: Mapping[str, Any] | None,  # noqa: ARG002  the port's
        updated_at: datetime,  # noqa: ARG002  the port's
        default_model: str | None = None,  # noqa: ARG002  the port's
    ) -> Assistant:
        _refuse()

    async def count_assistants(self, project_id: str) -> int:  # noqa: ARG002  the port's
        _refuse()

    async def find_assistant(self, project_id: str, name: str) -> Assistant | None:
        if not self._granted.has(name):
            return None
        return await self._catalog.find_assistant(project_id, name)

    async def list_assistants(
        self, project_id: str, *, limit: int, after: str | None
    ) -> ListPage[Assistant]:
        page = await self._catalog.list_assistants(project_id, limit=limit, after=after)
        seen = tuple(one for one in page.items if self._granted.has(one.name))
        return ListPage(seen, page.next)

    async def count_files(self, assistant_id: str) -> int:
        """All of them: what an assistant may hold is the same for every key."""
        return await self._catalog.count_files(assistant_id)

    async def find_file(self, assistant_id: str, file_id: str) -> File | None:
        file = await self._catalog.find_file(assistant_id, file_id)
        return file if file is not None and self._shows(file) else None

    async def files_by_id(self, project_id: str, file_id: str) -> Sequence[File]:  # noqa: ARG002
        _refuse()

    async def files_by_status(self, assistant_id: str) -> Mapping[FileStatus, FileTotals]:
        """Where some files are hidden, of those that are seen the ones that can be searched."""
        if self._granted.sees_all_files:
            return await self._catalog.files_by_status(assistant_id)
        seen = await self.available_files(assistant_id)
        size = sum(file.upload.size for file in seen)
        return {FileStatus.AVAILABLE: FileTotals(len(seen), size)} if seen else {}

    async def list_files(
        self,
        assistant_id: str,
        *,
        limit: int,
        after: str | None,
        matching: FileMatcher | None = None,
    ) -> ListPage[File]:
        def both(file: File) -> bool:
            return self._shows(file) and (matching is None or matching(file))

        return await self._catalog.list_files(assistant_id, limit=limit, after=after, matching=both)

    async def available_files(self, assistant_id: str) -> Sequence[File]:
        files = await self._catalog.available_files(assistant_id)
        return files if self._granted.sees_all_files else await select(files, self._shows)

    def _shows(self, file: File) -> bool:
        return self._granted.shows(file.upload.metadata)


class GrantedIntake:
    """`OperationIntake` that takes no file which the grant would hide, and replaces none."""

    def __init__(self, intake: OperationIntake, catalog: Catalog, granted: Granted) -> None:
        """`catalog` is the whole one: an id that is hidden is taken all the same."""
        self._intake = intake
        self._catalog = catalog
        self._granted = granted

    async def reserve_generation(self, assistant_id: str) -> int:
        return await self._intake.reserve_generation(assistant_id)

    async def append(
        self, operation: Operation, *, file: File | None = None, most_files: int | None = None
    ) -> None:
        if operation.type is OperationType.DELETE_ASSISTANT:
            _refuse()
        if operation.upload is not None and not self._granted.shows(operation.upload.metadata):
            raise PermissionDenied(
                "This API key sees files with certain metadata alone: upload with such metadata."
            )
        if operation.file_id is not None:
            known = await self._catalog.find_file(operation.assistant_id, operation.file_id)
            if known is not None and not self._granted.shows(known.upload.metadata):
                raise PermissionDenied(f"This API key may not change file {operation.file_id}.")
        await self._intake.append(operation, file=file, most_files=most_files)


class GrantedHistory:
    """`OperationHistory` of the files that a grant shows."""

    def __init__(self, history: OperationHistory, catalog: Catalog, granted: Granted) -> None:
        """`catalog` is the whole one."""
        self._history = history
        self._catalog = catalog
        self._granted = granted

    async def find(self, assistant_id: str, operation_id: str) -> Operation | None:
        operation = await self._history.find(assistant_id, operation_id)
        return operation if operation is not None and await self._shows(operation) else None

    async def list(
        self,
        assistant_id: str,
        *,
        types: Collection[OperationType],
        statuses: Collection[OperationStatus],
        limit: int,
        after: str | None,
        file_id: str | None = None,
        matching: OperationMatcher | None = None,
    ) -> ListPage[Operation]:
        if self._granted.sees_all_files:
            shown = matching
        else:
            shown = await self._matcher(assistant_id, matching)
        return await self._history.list(
            assistant_id,
            types=types,
            statuses=statuses,
            limit=limit,
            after=after,
            file_id=file_id,
            matching=shown,
        )

    async def _matcher(
        self, assistant_id: str, matching: OperationMatcher | None
    ) -> OperationMatcher:
        """Which operations are shown; most files are looked up at once, and none twice."""
        available = {file.id: file for file in await self._catalog.available_files(assistant_id)}
        known: dict[str | None, bool] = {None: False}

        async def shown(operation: Operation) -> bool:
            id_ = operation.file_id
            if id_ not in known:
                file = available.get(id_ or "")
                known[id_] = (
                    await self._shows(operation)
                    if file is None
                    else self._granted.shows(file.upload.metadata)
                )
            return known[id_] and (matching is None or await matching(operation))

        return shown

    async def forget_finished(self, before: datetime) -> int:  # noqa: ARG002  the port's
        _refuse()

    async def _shows(self, operation: Operation) -> bool:
        if self._granted.sees_all_files:
            return True
        if operation.file_id is None:
            return False
        file = await self._catalog.find_file(operation.assistant_id, operation.file_id)
        return file is not None and self._granted.shows(file.upload.metadata)


def _refuse() -> NoReturn:
    raise PermissionDenied("This API key is bound to assistants or files: use a key without.")
