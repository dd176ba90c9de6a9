"""Port: an index's vectors replaced by those of another embedder."""

from collections.abc import Collection, Mapping
from typing import Protocol

from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity, Vectors


class VectorReplacement(Protocol):
    """Vectors of a second embedder, set aside beside those that are searched.

    They are set aside file by file, until `switch` makes them the ones that are searched.
    """

    async def unlike(self, embedder: EmbedderIdentity) -> Collection[str]:
        """Ids of assistants that hold, or lack, other vectors than all of `embedder`'s."""
        ...

    async def lacking(
        self, assistant_id: str, embedder: EmbedderIdentity
    ) -> Mapping[FileVersion, int]:
        """Versions without vectors of `embedder`, searched or set aside, with their passages."""
        ...

    async def set_aside(
        self, assistant_id: str, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors
    ) -> None:
        """Keep one version's vectors for `switch`, durable on return; none set aside of others.

        A version that is gone, or has another number of passages, is left alone.
        """
        ...

    async def switch(self, assistant_id: str, embedder: EmbedderIdentity) -> bool:
        """Search the vectors of `embedder` from now on, and remove all others.

        One durable step: whoever searches finds by the old vectors or by the new. False, and
        nothing is changed, while a version lacks vectors of `embedder`.
        """
        ...
