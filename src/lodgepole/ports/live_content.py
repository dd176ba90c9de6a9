"""Port: which stored content the catalog refers to."""

from collections.abc import Collection
from typing import Protocol

from lodgepole.model import FileVersion


class LiveContent(Protocol):
    """Assistants and contents that a row accounts for; whatever else is stored is garbage."""

    async def live_versions(self, assistant_id: str) -> Collection[FileVersion]:
        """Versions that are published or being made; whatever else is stored is garbage."""
        ...

    async def live_assistants(self) -> Collection[str]:
        """Ids of all assistants that have a row, Terminating ones included."""
        ...

    async def assistant_count(self) -> int:
        """Return how many those are."""
        ...
