"""What a sheet shows beside its cells."""

from pathlib import Path

from tests.adapters.parsers.xlsx.test_parser import BOOK
from tests.support.parsing import archive, read, relations, shown

from lodgepole.adapters.parsers.xlsx import parse
from lodgepole.model import BlockKind

K = BlockKind
SHEET = (
    '<worksheet xmlns:r="r"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Tide table</t>'
    '</is></c></row></sheetData><hyperlinks><hyperlink ref="A1" r:id="5"/></hyperlinks>'
    '<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Harbour office&amp;RPage &amp;P of '
    "&amp;N</oddHeader><oddFooter>&amp;CQ&amp;&amp;A desk</oddFooter></headerFooter>"
    '<drawing r:id="1"/></worksheet>'
)
PARTS = {
    **BOOK,
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Tides" r:id="1"/></sheets>'
    "</workbook>",
    "xl/worksheets/one.xml": SHEET,
    "xl/worksheets/_rels/one.xml.rels": relations(
        ("1", "drawing", "../drawings/d.xml"),
        ("2", "comments", "/xl/c.xml"),
        ("3", "threadedComment", "../t.xml"),
        ("5", "hyperlink", "https://harbour.example/tides"),
    ),
    "xl/drawings/d.xml": '<d xmlns:a="a" xmlns:r="r"><sp><txBody><a:p><a:r><a:t>Springs are in '
    'red</a:t></a:r></a:p></txBody></sp><pic><cNvPr descr="A tide gauge"/></pic></d>',
    "xl/drawings/_rels/d.xml.rels": relations(("1", "chart", "../charts/c.xml")),
    "xl/charts/c.xml": "<c xmlns:a='a'><title><a:p><a:r><a:t>Water by hour</a:t></a:r></a:p>"
    "</title>"
    "<ser><tx><pt idx='0'><v>Level</v></pt></tx><cat><pt idx='0'><v>Noon</v></pt></cat>"
    "<val><pt idx='0'><v>3.4</v></pt></val></ser></c>",
    "xl/c.xml": "<comments><authors><author>Ada</author><author>tc=1</author></authors>"
    '<commentList><comment ref="A1" authorId="0"><text><r><t>Ada:\nCheck in May</t></r></text>'
    '</comment><comment ref="B2" authorId="1"><text><t>[Threaded comment] Your version</t></text>'
    "</comment></commentList></comments>",
    "xl/t.xml": '<t><threadedComment ref="B2" dT="2026-05-03T10:00:00" personId="p"><text>Done'
    "</text></threadedComment></t>",
    "xl/persons/p.xml": '<p><person id="p" displayName="Bo Lind"/></p>',
}


def test_headers_boxes_charts_comments_and_links_of_a_sheet_are_read(path: Path) -> None:
    document = read(parse, path, archive(PARTS))

    assert shown(document) == [
        (K.HEADING, "Tides"),
        (K.RUNNING, "Harbour office"),
        (K.RUNNING, "Page of"),
        (K.PARAGRAPH, "Tide table <https://harbour.example/tides>"),
        (K.PARAGRAPH, "Springs are in red"),
        (K.CAPTION, "A tide gauge"),
        (K.CAPTION, "Water by hour"),
        (K.TABLE, "Noon | Level: 3.4"),
        (K.PARAGRAPH, "Comment on A1 by Ada: Check in May"),
        (K.PARAGRAPH, "Comment on B2 by Bo Lind, 2026-05-03T10:00:00: Done"),
        (K.RUNNING, "Q&A desk"),
    ]
