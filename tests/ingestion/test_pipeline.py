"""What becomes of one operation."""

from dataclasses import replace

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.documents.stored_documents import find_document, load_document
from lodgepole.ingestion.processing import EMBEDDED_PERCENT, PARSED_PERCENT, ingestion_units
from lodgepole.library.blob_keys import document_key, figure_key
from lodgepole.limits import Limits
from lodgepole.model import Document, Figure, FileStatus, OperationStatus, PageSpan, Passage
from lodgepole.ports.index import IndexQuery

FIGURE = Figure(
    page=1, position=0, caption="A chart", mime_type="image/png", data=b"png", width=9, height=9
)


class NotingParser(MemoryParser):
    """Counts what it parses, and adds a figure and a notice when asked to."""

    def __init__(self, *, figures=(), notice=None):
        super().__init__()
        self.parsed = 0
        self._more = {"figures": figures, "notice": notice}

    async def parse(self, path, **how):
        self.parsed += 1
        document = await super().parse(path, **how)
        return replace(document, **self._more)


class CountingEmbedder(MemoryEmbedder):
    def __init__(self):
        super().__init__()
        self.texts = 0

    async def embed_passages(self, texts):
        self.texts += len(texts)
        return await super().embed_passages(texts)


def text(paragraphs, words=100):
    return "\n\n".join(
        " ".join(f"word{n}x{word}" for word in range(words)) + "." for n in range(paragraphs)
    ).encode()


async def test_an_uploaded_file_is_available_with_its_passages_vectors_and_document(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"The harbour closes at nine.")
    assert (file.status, file.percent_complete) == (FileStatus.AVAILABLE, 100)
    vector = await house.embedder.embed_query("harbour closes")
    rankings = await house.index.search(
        assistant.id, IndexQuery(versions=[file.version], vector=vector, words=["harbour"])
    )
    assert len(rankings.dense) == len(rankings.words) == 1
    key = rankings.dense[0].key
    passage = (await house.index.passages(assistant.id, [key]))[key]
    document = await load_document(house.blobs, assistant.id, file.version)
    assert document.text[passage.start : passage.end] == passage.text
    assert passage.text == "The harbour closes at nine."


async def test_pages_and_notice_are_kept_with_the_file(make_house):
    house = make_house(parser=NotingParser(notice="Page 3 holds no readable text."))
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.pdf", b"One.\fTwo.\f")
    assert (file.page_count, file.notice) == (3, "Page 3 holds no readable text.")
    page = await house.operations.list(assistant, types=(), statuses=(), limit=1, after=None)
    assert page.items[0].ingestion_units == 3


async def test_a_metadata_change_keeps_pages_and_notice_and_embeds_nothing(make_house):
    embedder = CountingEmbedder()
    house = make_house(parser=NotingParser(notice="Careful."), embedder=embedder)
    assistant = await house.assistant()
    before = await house.ingested(assistant, "a.pdf", b"One.\fTwo.")
    embedded = embedder.texts
    await house.upsert(assistant, before.id, "a.pdf", b"One.\fTwo.", metadata={"k": 1})
    await house.worker().drain()
    after = await house.files.get(assistant, before.id)
    assert after.upload.metadata == {"k": 1}
    assert (after.page_count, after.notice) == (2, "Careful.")
    assert (embedder.texts, house.parser.parsed) == (embedded, 1)


async def test_figures_are_stored_beside_the_document(make_house):
    house = make_house(parser=NotingParser(figures=(FIGURE,)))
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.pdf", b"One.")
    assert await house.blobs.get(figure_key(assistant.id, file.version, 0)) == b"png"
    document = await load_document(house.blobs, assistant.id, file.version)
    assert document.figures == (FIGURE,)
    bare = await find_document(house.blobs, assistant.id, file.version)
    assert bare is not None
    assert bare.figures == (replace(FIGURE, data=b""),)


async def test_progress_rises_from_parsed_to_embedded(house):
    assistant = await house.assistant()
    await house.upload(assistant, "a.txt", text(150))
    claim = await house.log.claim("w", lease=house.clock.now() - house.clock.now())
    seen = []

    async def progress(percent):
        seen.append(percent)

    await house.pipeline().run(claim, progress)
    assert seen == sorted(set(seen))
    assert len(seen) == 3, "a part of the passages each; the last is followed by the end"
    assert (seen[0], seen[-1] < EMBEDDED_PERCENT) == (PARSED_PERCENT, True)


async def test_reading_is_a_part_of_the_progress(house):
    class SlowParser(MemoryParser):
        async def parse(self, path, *, progress, **how):
            for share in (0.25, 0.5):
                await progress(share)
            return await super().parse(path, **how)

    seen = []

    async def progress(percent):
        seen.append(percent)

    house.parser = SlowParser()
    assistant = await house.assistant()
    await house.upload(assistant, "a.txt", text(5))
    claim = await house.log.claim("w", lease=house.clock.now() - house.clock.now())
    await house.pipeline().run(claim, progress)

    assert seen[:3] == [PARSED_PERCENT // 4, PARSED_PERCENT // 2, PARSED_PERCENT]


async def test_an_unreadable_file_fails_with_its_reason_and_keeps_its_original(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"   \n ")
    assert file.status is FileStatus.PROCESSING_FAILED
    assert file.error_message
    page = await house.operations.list(assistant, types=(), statuses=(), limit=1, after=None)
    assert page.items[0].status is OperationStatus.FAILED
    assert page.items[0].error_message == file.error_message
    assert len([key async for key in house.blobs.keys("")]) == 1


async def test_a_failed_upsert_leaves_the_old_content_and_nothing_of_the_new(house):
    assistant = await house.assistant()
    before = await house.ingested(assistant, "a.txt", b"Good text.")
    stored = [key async for key in house.blobs.keys("")]
    await house.upsert(assistant, before.id, "a.txt", b" \n ")
    await house.worker().drain()
    assert await house.files.get(assistant, before.id) == before
    assert [key async for key in house.blobs.keys("")] == stored


async def test_a_file_with_too_many_passages_fails_with_advice(make_house):
    house = make_house(limits=Limits(passages_per_file=2))
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", text(9))
    assert file.status is FileStatus.PROCESSING_FAILED
    assert "Split the file" in file.error_message


async def test_a_document_that_was_parsed_before_a_crash_is_not_parsed_again(make_house):
    house = make_house(parser=NotingParser())
    assistant = await house.assistant()
    await house.upload(assistant, "a.txt", b"Some text.")

    def stop_at(step):
        if step == "chunked":
            raise KeyError("stopped by the test")

    await house.worker(stop_at).drain()
    assert house.parser.parsed == 1
    house.clock.advance(house.worker()._lease)
    await house.worker().drain()
    assert house.parser.parsed == 1
    assert len(await house.catalog.available_files(assistant.id)) == 1


async def test_a_stored_document_that_is_damaged_is_parsed_again(make_house):
    house = make_house(parser=NotingParser())
    assistant = await house.assistant()
    file = await house.upload(assistant, "a.txt", b"Some text.")

    async def rubbish():
        yield b"{}"

    await house.blobs.put(document_key(assistant.id, file.version), rubbish())
    await house.worker().drain()
    assert (await house.files.get(assistant, file.id)).status is FileStatus.AVAILABLE


async def test_ingesting_the_same_bytes_twice_gives_the_same_passages(house):
    assistant = await house.assistant()
    one = await house.ingested(assistant, "a.txt", text(5))
    two = await house.ingested(assistant, "a.txt", text(5))
    index = (await house.state())["index"]
    assert index[assistant.id, one.version] == index[assistant.id, two.version]


def test_units_are_pages_where_there_are_real_ones_else_tokens():
    pages = (PageSpan(1, 0, 1), PageSpan(2, 1, 2))
    passages = [Passage(ordinal=n, start=0, end=1, text="x", page=None, tokens=400) for n in (0, 1)]
    paged = Document(text="xx", blocks=(), pages=pages)
    assert ingestion_units(paged, passages) == 2
    assert ingestion_units(replace(paged, pages_estimated=True), passages) == 2
    assert ingestion_units(replace(paged, pages=()), passages[:1]) == 1
    assert ingestion_units(replace(paged, pages=()), []) == 0
