"""Documents come back from the blobs as they were, with their figures or without."""

import pytest

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.stored_documents import (
    CHUNK_BYTES,
    as_stored,
    find_body,
    find_document,
    find_given,
    in_chunks,
    load_document,
    load_figure,
    save_document,
)
from lodgepole.errors import NotFound
from lodgepole.library.blob_keys import document_key, given_key
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document, FileVersion

VERSION = FileVersion("f", 1)


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def document() -> Document:
    builder = DocumentBuilder("a", Limits())
    builder.begin_page()
    builder.add("Harbour rules", BlockKind.HEADING, level=1)
    builder.add("Ships need a pilot – always.", BlockKind.PARAGRAPH)
    return builder.build()


async def test_a_document_comes_back_as_it_was(blobs, document) -> None:
    await save_document(blobs, "a", VERSION, as_stored(document))
    assert await load_document(blobs, "a", VERSION) == document
    assert await find_document(blobs, "a", VERSION) == document


async def test_saving_again_changes_nothing(blobs, document) -> None:
    for _ in range(2):
        await save_document(blobs, "a", VERSION, as_stored(document))
    first = await find_body(blobs, "a", VERSION)
    assert first == as_stored(document).body


async def test_what_is_not_there_is_none_or_not_found(blobs) -> None:
    assert await find_body(blobs, "a", VERSION) is None
    assert await find_document(blobs, "a", VERSION) is None
    assert await find_given(blobs, "a", "f") is None
    with pytest.raises(NotFound):
        await load_document(blobs, "a", VERSION)
    with pytest.raises(NotFound):
        await load_figure(blobs, "a", VERSION, 0)


async def test_a_form_of_another_release_is_no_document_to_use(blobs) -> None:
    await blobs.put(document_key("a", VERSION), in_chunks(b'{"form": 99}'))
    assert await find_document(blobs, "a", VERSION) is None
    with pytest.raises(ValueError):
        await load_document(blobs, "a", VERSION)


async def test_what_a_client_brought_along_is_found(blobs) -> None:
    await blobs.put(given_key("a", "f"), in_chunks(b"passages"))
    assert await find_given(blobs, "a", "f") == b"passages"


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
async def test_bytes_go_in_chunks_and_none_is_lost(size: int) -> None:
    data = bytes(size)
    parts = [part async for part in in_chunks(data)]
    assert b"".join(parts) == data
    assert all(0 < len(part) <= CHUNK_BYTES for part in parts)
