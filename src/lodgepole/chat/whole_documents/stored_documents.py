"""Loads stored documents of an assistant, for questions that no snippet answers."""

import asyncio
from collections.abc import Sequence

from lodgepole.documents.builder import from_json
from lodgepole.documents.stored_documents import find_body
from lodgepole.metadata_filter import MetadataFilter, select
from lodgepole.model import Assistant, Document, File
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog

MOST_BYTES = 32 * 1024 * 1024
"""Of a stored document: a larger one takes seconds to go through."""
SMALL_BYTES = 50_000  # decoded in about a millisecond


class WholeDocuments:
    """Finds files, and what was read from each."""

    def __init__(self, catalog: Catalog, blobs: Blobs) -> None:
        self._catalog = catalog
        self._blobs = blobs

    def over(self, catalog: Catalog) -> "WholeDocuments":
        """The same of another catalog."""
        return WholeDocuments(catalog, self._blobs)

    async def files(self, assistant: Assistant, filter: MetadataFilter | None) -> Sequence[File]:
        """The Available files that match, by name."""
        files = await self._catalog.available_files(assistant.id)
        if filter is not None:
            files = await select(files, lambda file: filter.matches(file.upload.metadata))
        return sorted(files, key=lambda file: (file.upload.name.casefold(), file.id))

    async def document(self, file: File) -> Document | None:
        """What was read from a file; None where it is gone, too large, or in an unknown form."""
        body = await find_body(self._blobs, file.assistant_id, file.version)
        if body is None or len(body) > MOST_BYTES:
            return None
        try:
            if len(body) <= SMALL_BYTES:
                return from_json(body)
            return await asyncio.to_thread(from_json, body)
        except ValueError:
            return None
