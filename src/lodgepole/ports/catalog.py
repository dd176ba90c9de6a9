"""Port: the durable record of keys, assistants and files."""

from collections.abc import (
    Mapping,
    Sequence,
)
from datetime import datetime
from typing import Any, Protocol

from lodgepole.model import (
    ApiKey,
    Assistant,
    File,
    FileStatus,
    FileTotals,
    ListPage,
)


class Catalog(Protocol):
    """The durable record of keys, assistants and files. Every write is committed on return."""

    async def add_key(self, key: ApiKey) -> None:
        """Store a key; storing the same hash again changes nothing."""
        ...

    async def find_key(self, hash_: str) -> ApiKey | None: ...

    async def list_keys(self, project_id: str) -> Sequence[ApiKey]: ...

    async def remove_key(self, project_id: str, key_id: str) -> bool:
        """Revoke a key from this moment; False when there is none."""
        ...

    async def add_assistant(self, assistant: Assistant) -> None:
        """Raises AlreadyExists while one of that name is in the project, dying ones too."""
        ...

    async def find_assistant(self, project_id: str, name: str) -> Assistant | None:
        """The assistant of that name, Terminating ones included."""
        ...

    async def update_assistant(
        self,
        assistant: Assistant,
        *,
        instructions: str | None,
        metadata: Mapping[str, Any] | None,
        updated_at: datetime,
        default_model: str | None = None,
    ) -> Assistant:
        """Change what is not None, and nothing that another update changed meanwhile.

        `""` and `{}` clear. Returns what is stored then. NotFound when gone or Terminating.
        """
        ...

    async def list_assistants(
        self, project_id: str, *, limit: int, after: str | None
    ) -> ListPage[Assistant]:
        """List assistants by creation, oldest first. `after` is the `next` of the page before."""
        ...

    async def count_assistants(self, project_id: str) -> int:
        """All that have a row, Terminating ones included."""
        ...

    async def count_files(self, assistant_id: str) -> int:
        """All that have a row, in any status."""
        ...

    async def find_file(self, assistant_id: str, file_id: str) -> File | None:
        """The file in any status, Deleting included."""
        ...

    async def files_by_id(self, project_id: str, file_id: str) -> Sequence[File]:
        """Those that have this id, in all assistants of the project, the oldest first."""
        ...

    async def files_by_status(self, assistant_id: str) -> "Mapping[FileStatus, FileTotals]":
        """Return the number and the bytes of files by status; statuses of none are left out."""
        ...

    async def list_files(
        self,
        assistant_id: str,
        *,
        limit: int,
        after: str | None,
        matching: "FileMatcher | None" = None,
    ) -> ListPage[File]:
        """Newest first; only files that `matching` accepts, `limit` of them where so many are."""
        ...

    async def available_files(self, assistant_id: str) -> Sequence[File]:
        """All Available files, in no particular order.

        May come from a cache, but never one that misses a change committed before the call.
        """
        ...


class FileMatcher(Protocol):
    """A predicate over files, such as a parsed metadata filter."""

    def __call__(self, file: File) -> bool: ...
