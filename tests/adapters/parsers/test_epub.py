"""EPUB: chapters in the order of the spine, and books that cannot be read."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.parsing import archive, damaged, read, shown

from lodgepole.adapters.parsers.epub import parse
from lodgepole.errors import UnreadableFile

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<metadata><dc:title>Two Tales</dc:title></metadata><manifest>"
    '<item id="b" href="two.xhtml"/><item id="a" href="text/one%20.xhtml"/>'
    '<item id="gone" href="../../etc/passwd"/></manifest>'
    '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/></spine></package>'
)
CHAPTERS = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/content.opf": PACKAGE,
    "OEBPS/two.xhtml": "<html><body><h1>Second</h1><p>Late</p></body></html>",
    "OEBPS/text/one .xhtml": "<!DOCTYPE html><html><body><h1>First</h1><p>Early</p></body></html>",
}


def test_chapters_stand_in_the_order_of_the_spine(path: Path) -> None:
    document = read(parse, path, archive(CHAPTERS))

    assert document.title == "Two Tales"
    assert [text for _, text in shown(document)] == ["First", "Early", "Second", "Late"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"META-INF/rights.xml": "<x/>"}, "protected"),
        ({"META-INF/container.xml": "<container/>"}, "damaged or not an EPUB"),
        ({"OEBPS/content.opf": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "declares XML entit"),
        ({"OEBPS/content.opf": "<package/>"}, "holds no text"),
    ],
)
def test_books_that_cannot_be_read_say_why(
    path: Path, changed: Mapping[str, str], message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(parse, path, archive({**CHAPTERS, **changed}))


def test_a_damaged_chapter_costs_that_chapter_and_a_notice(path: Path) -> None:
    document = read(parse, path, damaged(archive(CHAPTERS), "OEBPS/two.xhtml"))

    assert [text for _, text in shown(document)] == ["First", "Early"]
    assert document.notice == "Damaged, and not or only partly read: OEBPS/two.xhtml."
