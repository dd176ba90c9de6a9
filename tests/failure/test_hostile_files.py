"""Every hostile file ends in a document or in a failure that says why, within its limits."""

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest
from tests.support.hostile_files import FILES, HostileFile, forms

from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.library.uploads import file_kind
from lodgepole.limits import MIB, Limits
from lodgepole.model import Document, FileKind

pytestmark = pytest.mark.slow

LIMITS = Limits(parse_memory_bytes=1024 * MIB, parse_seconds=60, pdf_page_cpu_seconds=3)
CHECKED_BLOCKS = 20_000  # above which the check takes longer than the reading
SECONDS = 75.0  # on a machine that does other things too


async def outcome(file: HostileFile, path: Path) -> Document | UnreadableFile:
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child"), LIMITS, children=1
    )
    try:
        async with asyncio.timeout(SECONDS):
            return await parser.parse(
                path, kind=file_kind(file.name), name=file.name, multimodal=file.name == "forms.pdf"
            )
    except UnreadableFile as error:
        return error
    finally:
        await parser.close()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
async def test_a_hostile_file_ends_in_time_and_says_why(file: HostileFile, tmp_path: Path) -> None:
    path = tmp_path / "file"
    await asyncio.to_thread(lambda: path.write_bytes(file.make()))
    started = time.monotonic()
    found = await outcome(file, path)
    # Shown by `make hostile`.
    told = "is read" if isinstance(found, Document) else str(found)
    print(f"{file.name}: {time.monotonic() - started:.1f} s, {told}")  # noqa: T201

    if isinstance(found, Document):
        if len(found.blocks) < CHECKED_BLOCKS:
            check_document(found)
        assert file.text is not None or not file.message
        assert (file.text or "") in found.text[:1000]
    else:
        assert file.text is None
        assert re.search(file.message, str(found)), str(found)
        assert file.name in str(found)
        assert "Traceback" not in str(found)


async def test_a_page_that_takes_too_long_ends_the_reading_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "file"
    await asyncio.to_thread(lambda: path.write_bytes(forms(30)))
    limits = Limits(parse_memory_bytes=4096 * MIB, pdf_page_cpu_seconds=0.5)
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child"), limits
    )
    try:
        with pytest.raises(UnreadableFile, match=r"'a\.pdf' has a page that takes longer than 0"):
            await parser.parse(path, kind=FileKind.PDF, name="a.pdf", multimodal=False)
    finally:
        await parser.close()


def test_hostile_files_are_the_same_at_each_run() -> None:
    small = [file for file in FILES if file.name not in {"flate.pdf", "liar.docx", "bomb.docx"}]
    assert [file.make() for file in small[:20]] == [file.make() for file in small[:20]]
