from dataclasses import replace

import pytest
from tests.support.retrieval import file_named

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.documents.stored_documents import as_stored, save_document
from lodgepole.library.blob_keys import version_prefix
from lodgepole.model import Block, BlockKind, Document, Figure, PageSpan, Snippet
from lodgepole.retrieval import figures as module
from lodgepole.retrieval.figures import SnippetFigures

TEXT = "Some prose. Figure 1: a. Figure 2: b."


def figure(position: int, caption: str) -> Figure:
    return Figure(
        page=1,
        position=position,
        caption=caption,
        mime_type="image/png",
        data=caption.encode(),
        width=10,
        height=10,
    )


DOCUMENT = Document(
    text=TEXT,
    blocks=(Block(0, len(TEXT), BlockKind.PARAGRAPH),),
    pages=(PageSpan(1, 0, len(TEXT)),),
    figures=(figure(12, "Figure 1: a"), figure(25, "Figure 2: b")),
)


def snippet(start: int, end: int, *, multimodal: bool = True) -> Snippet:
    file = file_named("a.pdf")
    file = replace(file, upload=replace(file.upload, multimodal=multimodal))
    return Snippet(
        file=file, text=TEXT[start:end], start=start, end=end, pages=(1,), score=1.0, tokens=9
    )


@pytest.fixture
async def blobs() -> MemoryBlobs:
    made = MemoryBlobs()
    await save_document(made, "as", file_named("a.pdf").version, as_stored(DOCUMENT))
    return made


async def test_a_snippet_has_the_figures_that_stand_in_it(blobs: MemoryBlobs) -> None:
    [first, both, none] = await SnippetFigures(blobs).attach(
        "as", [snippet(12, 24), snippet(0, 37), snippet(0, 12)], data=True
    )

    assert [(f.caption, f.data) for f in first.figures] == [("Figure 1: a", b"Figure 1: a")]
    assert [f.caption for f in both.figures] == ["Figure 1: a", "Figure 2: b"]
    assert none.figures == ()


async def test_images_are_loaded_only_when_they_are_wanted(blobs: MemoryBlobs) -> None:
    [shown] = await SnippetFigures(blobs).attach("as", [snippet(0, 37)], data=False)

    assert [f.data for f in shown.figures] == [b"", b""]


async def test_files_that_are_not_multimodal_have_none(blobs: MemoryBlobs) -> None:
    plain = snippet(0, 37, multimodal=False)

    assert await SnippetFigures(blobs).attach("as", [plain], data=True) == [plain]


async def test_images_of_one_response_are_limited(
    blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IMAGE_BYTES", 15)

    [shown] = await SnippetFigures(blobs).attach("as", [snippet(0, 37)], data=True)

    assert [len(f.data) for f in shown.figures] == [11, 0]


async def test_a_file_that_is_removed_meanwhile_has_captions_or_nothing(
    blobs: MemoryBlobs,
) -> None:
    shower = SnippetFigures(blobs)
    await shower.attach("as", [snippet(0, 37)], data=False)
    await blobs.remove_prefix(version_prefix("as", file_named("a.pdf").version))

    [remembered] = await shower.attach("as", [snippet(0, 37)], data=True)
    [unknown] = await SnippetFigures(blobs).attach("as", [snippet(0, 37)], data=True)

    assert [f.data for f in remembered.figures] == [b"", b""]
    assert unknown.figures == ()
