"""Parsed documents in the blob store: text and structure in one blob, each figure in its own.

Figures are written first, so a document that is there is whole.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from lodgepole.documents.builder import from_json, to_json
from lodgepole.errors import NotFound
from lodgepole.library.blob_keys import document_key, figure_key, given_key
from lodgepole.model import Document, FileVersion
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.file_processor import ReadDocument

CHUNK_BYTES = 1024 * 1024


def as_stored(document: Document) -> ReadDocument:
    """Convert a document to what is stored of it."""
    bare = replace(document, figures=tuple(replace(f, data=b"") for f in document.figures))
    return ReadDocument(
        body=to_json(bare), figures=tuple(figure.data for figure in document.figures)
    )


async def save_document(
    blobs: Blobs, assistant_id: str, version: FileVersion, document: ReadDocument
) -> None:
    """Store a document; saving the same one again changes nothing."""
    for number, figure in enumerate(document.figures):
        await blobs.put(figure_key(assistant_id, version, number), in_chunks(figure))
    await blobs.put(document_key(assistant_id, version), in_chunks(document.body))


async def find_body(blobs: Blobs, assistant_id: str, version: FileVersion) -> bytes | None:
    """The stored document as bytes, or None where there is none."""
    try:
        return await blobs.get(document_key(assistant_id, version))
    except NotFound:
        return None


async def find_given(blobs: Blobs, assistant_id: str, file_id: str) -> bytes | None:
    """Passages that a client brought along for this file's next content, or None."""
    try:
        return await blobs.get(given_key(assistant_id, file_id))
    except NotFound:
        return None


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


async def load_figure(blobs: Blobs, assistant_id: str, version: FileVersion, number: int) -> bytes:
    """One figure's image by its place in `Document.figures`, from 0. Raises NotFound."""
    return await blobs.get(figure_key(assistant_id, version, number))


async def in_chunks(data: bytes) -> AsyncIterator[bytes]:
    """Bytes as `Blobs.put` takes them."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]
