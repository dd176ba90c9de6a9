"""Parsed documents in the blob store: text and structure in one blob, each figure in its own.

Figures are written first, so a document that is there is whole.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from lodgepole.documents import from_json, to_json
from lodgepole.errors import NotFound
from lodgepole.files import document_key, figure_key
from lodgepole.model import Document, Figure, FileVersion
from lodgepole.ports import Blobs

CHUNK_BYTES = 1024 * 1024


async def save_document(
    blobs: Blobs, assistant_id: str, version: FileVersion, document: Document
) -> None:
    """Store a document; saving the same one again changes nothing."""
    for number, figure in enumerate(document.figures):
        await blobs.put(figure_key(assistant_id, version, number), _chunks(figure.data))
    bare = replace(document, figures=tuple(_without_data(f) for f in document.figures))
    await blobs.put(document_key(assistant_id, version), _chunks(to_json(bare)))


async def load_document(
    blobs: Blobs, assistant_id: str, version: FileVersion, *, figures: bool = True
) -> Document:
    """The stored document.

    Args:
        blobs: Where `save_document` put it.
        assistant_id: Whose it is.
        version: Which content.
        figures: Also read the figures' bytes; without them their `data` is empty.

    Raises:
        NotFound: None is stored.
        ValueError: Another release wrote it in a form that this one does not know.
    """
    document = from_json(await blobs.get(document_key(assistant_id, version)))
    if not figures or not document.figures:
        return document
    whole = [
        replace(figure, data=await blobs.get(figure_key(assistant_id, version, number)))
        for number, figure in enumerate(document.figures)
    ]
    return replace(document, figures=tuple(whole))


async def find_document(blobs: Blobs, assistant_id: str, version: FileVersion) -> Document | None:
    """The stored document without its figures' bytes, or None where there is none to use."""
    try:
        return await load_document(blobs, assistant_id, version, figures=False)
    except (NotFound, ValueError):
        return None


def _without_data(figure: Figure) -> Figure:
    return replace(figure, data=b"")


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]
