"""Reading and cutting in one process, over its pipes."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lodgepole.adapters.embedders.builtin import find_tokenizer
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.adapters.web_pages.foreign import ForeignPages
from lodgepole.documents.builder import DocumentBuilder, to_json
from lodgepole.errors import UnreadableFile
from lodgepole.ingestion.passages import ChunkerInThread
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, FileKind

COMMAND = (sys.executable, "-m", "lodgepole.runtime.reader_process")


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[SubprocessParser]:
    made = SubprocessParser(
        COMMAND,
        Limits(passages_per_file=2_000),
        children=1,
        tokenizer=find_tokenizer(tmp_path),
    )
    yield made
    await made.close()


def body(*paragraphs: str) -> bytes:
    builder = DocumentBuilder("a.txt", Limits())
    builder.add("A heading", BlockKind.HEADING, level=1)
    for paragraph in paragraphs:
        builder.add(paragraph, BlockKind.PARAGRAPH)
    return to_json(builder.build())


async def test_what_is_cut_there_is_what_would_be_cut_here(reader, tmp_path: Path):
    tokenizer = TokenizersTokenizer(find_tokenizer(tmp_path))
    document = body(*(f"Satz {n} über den Hafen. Und noch einer." * 20 for n in range(300)))
    there = await reader.cut(document, name="häfen.txt")
    here = await ChunkerInThread(tokenizer, Limits()).cut(document, name="häfen.txt")
    assert (there.language, list(there.lead_words)) == (here.language, list(here.lead_words))
    assert there.passages == here.passages
    assert list(map(list, there.words)) == list(map(list, here.words))
    assert len(there.passages) > 250, "they come in several parts"


async def test_one_process_reads_and_cuts(reader, tmp_path: Path):
    path = tmp_path / "a"
    path.write_text("!" * 200_000)
    document = await reader.parse(path, kind=FileKind.TEXT, name="a.txt", multimodal=False)
    cut = await reader.cut(to_json(document), name="a.txt")
    assert "".join(passage.text for passage in cut.passages) == document.text


async def test_too_many_passages_are_refused_in_words(reader):
    with pytest.raises(UnreadableFile, match="at most 2000 are allowed"):
        await reader.cut(body("A word or two. " * 70_000), name="a.txt")


async def test_what_is_no_document_costs_its_file_alone(reader):
    with pytest.raises(UnreadableFile, match="made its reader crash"):
        await reader.cut(b"{}", name="a.txt")
    assert (await reader.cut(body("Text."), name="a.txt")).passages


async def test_pages_of_web_sites_are_read_there(reader):
    read = await ForeignPages(reader.read_foreign).page(b"<title>Pumps</title><p>The pump.")
    assert (read.page.title, "The pump." in read.main) == ("Pumps", True)
    with pytest.raises(UnreadableFile, match=r"sitemap is (no XML|empty)"):
        await ForeignPages(reader.read_foreign).sitemap(b"no")


def test_a_reader_imports_no_arrays():
    imports = "import sys, lodgepole.runtime.reader_process, lodgepole.ingestion.passages"
    subprocess.run(
        [sys.executable, "-c", f"{imports}; assert 'numpy' not in sys.modules"], check=True
    )
