"""Plain text."""

from pathlib import Path

import pytest

from lodgepole.adapters.parsers.text import parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits


def test_blank_lines_separate_paragraphs(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"\xef\xbb\xbfOne\r\ntwo\r\n \t\r\n\r\nthree\n")

    document = parse(file, "a.txt", Limits())

    check_document(document)
    assert document.text == "One\ntwo\n\nthree"
    assert len(document.blocks) == 2
    assert document.pages == ()


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_a_file_without_text_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(data)

    with pytest.raises(UnreadableFile, match=r"'a\.txt' holds no text"):
        parse(file, "a.txt", Limits())
