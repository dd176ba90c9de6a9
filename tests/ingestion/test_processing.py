"""One file made ready: read once, cut, embedded in parts, with the searched embedder."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.errors import Unavailable, UnreadableFile
from lodgepole.ingestion.processing import EMBEDDED_PERCENT, PARSED_PERCENT, LocalProcessor
from lodgepole.limits import Limits
from lodgepole.model import FileKind, FileVersion
from lodgepole.ports.file_processor import ProcessingJob
from lodgepole.retrieval.embedders import Embedders

TEXT = b"First page.\fSecond page, about harbours."
VERSION = FileVersion("f", 1)


class Told:
    """Where progress and documents go."""

    def __init__(self) -> None:
        self.percents: list[int] = []
        self.documents: list[object] = []

    async def progress(self, percent: int) -> None:
        self.percents.append(percent)

    async def keep(self, document: object) -> None:
        self.documents.append(document)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def job(tmp_path: Path) -> ProcessingJob:
    path = tmp_path / "a.pdf"
    path.write_bytes(TEXT)
    return ProcessingJob(
        version=VERSION, path=path, kind=FileKind.PDF, name="a.pdf", multimodal=False
    )


def processor(embedder: MemoryEmbedder | None = None, **limits: int) -> LocalProcessor:
    return LocalProcessor(
        parser=MemoryParser(),
        tokenizer=MemoryTokenizer(),
        embedders=Embedders(embedder or MemoryEmbedder()),
        limits=Limits(**limits),
    )


async def test_a_file_becomes_passages_with_a_vector_each(job, told) -> None:
    made = await processor().process(job, keep=told.keep, progress=told.progress)

    assert made.page_count == 2
    assert made.ingestion_units > 0
    assert made.file.version == VERSION
    assert len(made.file.passages) == len(made.file.vectors) > 0
    assert made.file.embedder == MemoryEmbedder().identity
    assert "harbours" in " ".join(p.passage.text for p in made.file.passages)


async def test_the_document_is_kept_before_it_is_cut(job, told) -> None:
    await processor().process(job, keep=told.keep, progress=told.progress)
    assert len(told.documents) == 1


async def test_a_document_that_was_read_is_not_read_again(job, told) -> None:
    first = await processor().process(job, keep=told.keep, progress=told.progress)
    again = replace(job, document=told.documents[0].body, path=Path("/nowhere"))
    second = await processor().process(again, keep=told.keep, progress=told.progress)
    assert second.file.passages == first.file.passages
    assert len(told.documents) == 1


async def test_a_document_in_a_form_that_is_not_known_is_read_anew(job, told) -> None:
    await processor().process(
        replace(job, document=b'{"form": 99}'), keep=told.keep, progress=told.progress
    )
    assert len(told.documents) == 1


async def test_progress_rises_between_its_bounds(job, told) -> None:
    job.path.write_bytes(b"\f".join(b"Page %d says so." % n for n in range(300)))
    await processor().process(job, keep=told.keep, progress=told.progress)
    assert told.percents == sorted(told.percents)
    assert PARSED_PERCENT in told.percents
    assert told.percents[-1] < EMBEDDED_PERCENT


async def test_more_passages_than_are_allowed_are_refused_in_words(job, told) -> None:
    job.path.write_bytes(b"\f".join(b"Page %d says so." % n for n in range(9)))
    with pytest.raises(UnreadableFile, match=r"at most 3 are allowed\. Split the file"):
        await processor(passages_per_file=3).process(job, keep=told.keep, progress=told.progress)


async def test_a_former_embedder_that_does_not_answer_is_passed_over(job, told) -> None:
    class Former(MemoryEmbedder):
        @property
        def identity(self):
            return replace(super().identity, model="former")

        async def embed_passages(self, texts):
            raise Unavailable("down")

    former, configured = Former(), MemoryEmbedder()

    class Both(Embedders):
        async def of(self, identity):
            return former if identity == former.identity else None

    both = LocalProcessor(
        parser=MemoryParser(),
        tokenizer=MemoryTokenizer(),
        embedders=Both(configured),
        limits=Limits(),
    )
    made = await both.process(
        replace(job, embedder=former.identity), keep=told.keep, progress=told.progress
    )
    assert made.file.embedder == configured.identity


async def test_text_that_comes_again_is_embedded_once_and_found_in_each_place(job, told) -> None:
    class Counting(MemoryEmbedder):
        asked: ClassVar[list[str]] = []

        async def embed_passages(self, texts):
            self.asked.extend(texts)
            return await super().embed_passages(texts)

    pages = [b"Page %d says so." % (n % 3) for n in range(30)]
    job.path.write_bytes(b"\f".join(pages))
    made = await processor(Counting()).process(job, keep=told.keep, progress=told.progress)

    assert len(made.file.passages) == len(made.file.vectors) == 30
    assert sorted(Counting.asked) == ["Page 0 says so.", "Page 1 says so.", "Page 2 says so."]
    for entry, vector in zip(made.file.passages, made.file.vectors, strict=True):
        (own,) = await MemoryEmbedder().embed_passages([entry.passage.text])
        assert (own == vector).all()
