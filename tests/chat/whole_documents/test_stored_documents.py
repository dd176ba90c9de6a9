"""Files and what was read from them, as far as it can be used."""

from dataclasses import replace

import pytest
from tests.support.chat import make_assistant, make_file
from tests.support.whole_documents import document_of

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.chat.whole_documents import stored_documents as whole_documents
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.documents.stored_documents import as_stored, in_chunks, save_document
from lodgepole.library.blob_keys import document_key
from lodgepole.metadata_filter import parse_filter


class Catalog:
    def __init__(self, *files):
        self._files = files

    async def available_files(self, assistant_id):
        return self._files


async def test_files_by_name_as_far_as_they_match() -> None:
    files = [make_file(name) for name in ("b.md", "A.md", "c.md")]
    tagged = replace(files[0], upload=replace(files[0].upload, metadata={"year": 2024}))
    documents = WholeDocuments(Catalog(tagged, *files[1:]), MemoryBlobs())  # pyright: ignore
    found = await documents.files(make_assistant(), None)
    assert [file.upload.name for file in found] == ["A.md", "b.md", "c.md"]
    found = await documents.files(make_assistant(), parse_filter({"year": 2024}))
    assert [file.upload.name for file in found] == ["b.md"]


@pytest.mark.parametrize("small", [0, 10**6])
async def test_what_was_read(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_documents, "SMALL_BYTES", small)
    blobs, file, document = MemoryBlobs(), make_file("a.md"), document_of("# A\n\nSome words.")
    documents = WholeDocuments(Catalog(file), blobs)  # pyright: ignore
    assert await documents.document(file) is None
    await save_document(blobs, "a1", file.version, as_stored(document))
    assert await documents.document(file) == document
    monkeypatch.setattr(whole_documents, "MOST_BYTES", 10)
    assert await documents.document(file) is None


async def test_another_releases_form_is_not_used() -> None:
    blobs, file = MemoryBlobs(), make_file("a.md")
    await blobs.put(document_key("a1", file.version), in_chunks(b'{"form": 9}'))
    assert await WholeDocuments(Catalog(file), blobs).document(file) is None  # pyright: ignore
