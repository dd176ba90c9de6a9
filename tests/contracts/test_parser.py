"""What every Parser does."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lodgepole.adapters.memory.parser import MemoryParser
from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, FileKind
from lodgepole.ports.parser import Parser


@pytest.fixture(params=["memory", pytest.param("subprocess", marks=pytest.mark.slow)])
async def parser(request: pytest.FixtureRequest) -> AsyncIterator[Parser]:
    made: Parser = (
        MemoryParser()
        if request.param == "memory"
        else SubprocessParser(
            (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child"), Limits()
        )
    )
    yield made
    await made.close()


async def test_text_becomes_paragraphs(parser: Parser, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes("Äpfel\r\nund Birnen\r\n\r\nund mehr".encode())

    document = await parser.parse(file, kind=FileKind.TEXT, name="a.txt", multimodal=False)

    check_document(document)
    assert document.text == "Äpfel\nund Birnen\n\nund mehr"
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH] * 2
    assert document.pages == ()


async def test_markdown_headings_have_levels(parser: Parser, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("# One\n\ntext\n\n## Two\n\nmore")

    document = await parser.parse(file, kind=FileKind.MARKDOWN, name="a.md", multimodal=False)

    check_document(document)
    headings = [block.level for block in document.blocks if block.kind is BlockKind.HEADING]
    assert headings == [1, 2]


async def test_the_same_bytes_give_the_same_document(parser: Parser, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one\n\ntwo")

    documents = [
        await parser.parse(file, kind=FileKind.TEXT, name="a.txt", multimodal=False)
        for _ in range(2)
    ]

    assert documents[0] == documents[1]


@pytest.mark.parametrize("data", [b"", b" \n \n"])
async def test_a_file_without_text_is_refused_by_name(
    parser: Parser, tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "a"
    file.write_bytes(data)

    with pytest.raises(UnreadableFile, match=r"'note\.txt' holds no text"):
        await parser.parse(file, kind=FileKind.TEXT, name="note.txt", multimodal=False)
