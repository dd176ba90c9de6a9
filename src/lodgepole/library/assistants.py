"""Assistants: create, find, change, delete, within one project."""

import re
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from lodgepole.errors import InvalidRequest, NotFound, RateLimited
from lodgepole.limits import Limits
from lodgepole.metadata_filter import metadata_size
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    ListPage,
    Operation,
    OperationStatus,
    OperationType,
)
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.operation_intake import OperationIntake

NAME_PATTERN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""The published limit is lower case; the official TypeScript client's own tests use upper case."""
REGIONS = ("us", "eu")


class Assistants:
    """Use cases of a project on its assistants."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        intake: OperationIntake,
        clock: Clock,
        new_id: Callable[[], str],
        limits: Limits,
    ) -> None:
        self._catalog = catalog
        self._intake = intake
        self._clock = clock
        self._new_id = new_id
        self._limits = limits

    def over(self, catalog: Catalog) -> "Assistants":
        """The same use cases of another catalog."""
        made = copy(self)
        made._catalog = catalog
        return made

    async def create(
        self,
        project_id: str,
        *,
        name: str,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        region: str = "us",
        default_model: str | None = None,
    ) -> Assistant:
        """Store a new assistant, Ready at once.

        Raises:
            InvalidRequest: Name, region, instructions or metadata are outside their limits.
            AlreadyExists: The project has one of that name, one that is being deleted included.
            RateLimited: The project holds as many as it may.
        """
        if not NAME_PATTERN.fullmatch(name):
            raise InvalidRequest(
                f"Invalid assistant name {name[:80]!r}: use 1 to 63 letters, digits or `-`, "
                "with a letter or digit at both ends"
            )
        if region not in REGIONS:
            raise InvalidRequest(f"Invalid region: Valid options are {', '.join(REGIONS)}")
        self._check(instructions, metadata)
        await self._check_quota(project_id)
        now = self._clock.now()
        assistant = Assistant(
            id=self._new_id(),
            project_id=project_id,
            name=name,
            status=AssistantStatus.READY,
            instructions=instructions or None,
            metadata=metadata or None,
            region=region,
            created_at=now,
            updated_at=now,
            default_model=default_model or None,
        )
        await self._catalog.add_assistant(assistant)
        return assistant

    async def get(self, project_id: str, name: str) -> Assistant:
        """The assistant, one that is Terminating included. Raises NotFound."""
        assistant = await self._catalog.find_assistant(project_id, name)
        if assistant is None:
            raise _not_found(name)
        return assistant

    async def get_ready(self, project_id: str, name: str) -> Assistant:
        """The assistant if it can be used. Raises NotFound also when it is being deleted."""
        assistant = await self.get(project_id, name)
        if assistant.status is AssistantStatus.TERMINATING:
            raise _not_found(name)
        return assistant

    async def list(self, project_id: str, *, limit: int, after: str | None) -> ListPage[Assistant]:
        """Oldest first; `after` is the `next` of the page before."""
        return await self._catalog.list_assistants(project_id, limit=limit, after=after)

    async def update(
        self,
        project_id: str,
        name: str,
        *,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        default_model: str | None = None,
    ) -> Assistant:
        """Change what is not None; `""` and `{}` clear. A model is taken at its name.

        Raises:
            NotFound: There is none, or it is being deleted; checked before all else.
            InvalidRequest: Nothing to change, or a value outside its limits.
        """
        assistant = await self.get_ready(project_id, name)
        if instructions is None and metadata is None and default_model is None:
            raise InvalidRequest("No updates provided")
        self._check(instructions, metadata)
        return await self._catalog.update_assistant(
            assistant,
            instructions=instructions,
            metadata=metadata,
            updated_at=self._clock.now(),
            default_model=default_model,
        )

    async def delete(self, project_id: str, name: str) -> None:
        """Accept its deletion: it is Terminating on return, and its files are searched no more.

        Deleting one that is already Terminating changes nothing. Raises NotFound.
        """
        assistant = await self.get(project_id, name)
        if assistant.status is AssistantStatus.TERMINATING:
            return
        await self._intake.append(
            Operation(
                id=self._new_id(),
                assistant_id=assistant.id,
                type=OperationType.DELETE_ASSISTANT,
                status=OperationStatus.PROCESSING,
                created_at=self._clock.now(),
                file_id=None,
            )
        )

    def _check(self, instructions: str | None, metadata: Mapping[str, Any] | None) -> None:
        if instructions is not None:
            size, most = len(instructions.encode()), self._limits.instructions_bytes
            if size > most:
                raise InvalidRequest(f"Instructions are {size} bytes; at most {most} are allowed")
        if metadata:
            most = self._limits.metadata_bytes
            if metadata_size(metadata) > most:
                raise InvalidRequest(f"Metadata exceeds maximum length of {most} bytes")

    async def _check_quota(self, project_id: str) -> None:
        most = self._limits.assistants_per_project
        if await self._catalog.count_assistants(project_id) >= most:
            raise RateLimited(
                f"The project holds {most} assistants, as many as it may: delete one first",
                retry_after=self._limits.quota_retry_seconds,
            )


def _not_found(name: str) -> NotFound:
    return NotFound(f'Assistant "{name}" not found.')
