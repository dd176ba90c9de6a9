"""PPTX: slides as pages, tables, charts, notes."""

from pathlib import Path

import pytest
from tests.support.parsing import archive, read, relations, shown

from lodgepole.adapters.parsers.pptx import parse
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

K = BlockKind


P = 'xmlns:p="p" xmlns:a="a" xmlns:r="r"'


def shape(*paragraphs: str, role: str = "") -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>' if role else ""
    text = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    return f"<p:sp>{place}<p:txBody>{text}</p:txBody></p:sp>"


def slide(*shapes: str) -> str:
    return f"<p:sld {P}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


TABLE = (
    "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Ship</a:t></a:r></a:p></a:txBody>"
    "</a:tc><a:tc><a:txBody><a:p><a:r><a:t>Fee</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>"
    "</p:graphicFrame>"
)
SLIDES = {
    "_rels/.rels": relations(("1", "officeDocument", "ppt/presentation.xml")),
    "ppt/presentation.xml": f'<p:presentation {P}><p:sldIdLst><p:sldId r:id="b"/>'
    '<p:sldId r:id="a"/><p:sldId r:id="c"/></p:sldIdLst></p:presentation>',
    "ppt/_rels/presentation.xml.rels": relations(
        ("a", "slide", "slides/slide1.xml"),
        ("b", "slide", "/ppt/slides/slide2.xml"),
        ("c", "slide", "slides/slide3.xml"),
    ),
    "ppt/slides/slide1.xml": slide(TABLE, shape("7", role="sldNum")),
    "ppt/slides/slide2.xml": slide(shape("one", "two"), shape("Welcome", role="title")),
    "ppt/slides/_rels/slide2.xml.rels": relations(("n", "notesSlide", "../notes/n.xml")),
    "ppt/notes/n.xml": slide(shape("Speak slowly", role="body")),
    "ppt/slides/slide3.xml": slide(),
}


def test_slides_are_pages_in_the_order_in_which_they_are_shown(path: Path) -> None:
    document = read(parse, path, archive(SLIDES))

    pages = [document.text[page.start : page.end].split("\n") for page in document.pages]
    assert [list(filter(None, page)) for page in pages] == [
        ["Welcome", "one", "two", "Speak slowly"],
        ["Ship | Fee"],
        [],
    ]
    assert document.title == "Welcome"
    assert (K.HEADING, "Welcome") in shown(document)
    assert (K.TABLE, "Ship | Fee") in shown(document)


def test_a_cell_of_a_slide_is_read_in_each_row_that_it_spans(path: Path) -> None:
    def tc(text: str, spans: str = "") -> str:
        return f"<a:tc {spans}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    rows = (
        (tc("Fees", 'gridSpan="3"'), tc("", 'hMerge="1"'), tc("", 'hMerge="1"')),
        (tc("North", 'rowSpan="2"'), tc("Bodø"), tc("5")),
        (tc("", 'vMerge="1"'), tc("Alta"), tc("7")),
    )
    table = "".join(f"<a:tr>{''.join(cells)}</a:tr>" for cells in rows)
    made = slide(f"<p:graphicFrame><a:tbl>{table}</a:tbl></p:graphicFrame>")

    document = read(parse, path, archive({**SLIDES, "ppt/slides/slide1.xml": made}))

    assert (K.TABLE, "Fees\nNorth | Bodø | 5\nNorth | Alta | 7") in shown(document)


CHART = (
    '<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart><c:title><a:p><a:r><a:t>Fees</a:t></a:r></a:p>'
    "</c:title><c:plotArea>{}{}</c:plotArea></c:chart></c:chartSpace>"
)
SERIES = (
    "<c:ser><c:tx><c:strCache><c:pt idx='0'><c:v>{}</c:v></c:pt></c:strCache></c:tx><c:cat>"
    "<c:pt idx='0'><c:v>2023</c:v></c:pt><c:pt idx='1'><c:v>2024</c:v></c:pt></c:cat><c:val>"
    "<c:pt idx='0'><c:v>812.30000000000007</c:v></c:pt><c:pt idx='1'><c:v>{}</c:v></c:pt></c:val>"
    "</c:ser>"
)


def test_a_chart_is_read_and_what_is_offered_to_older_programs_is_not(path: Path) -> None:
    doubled = (
        '<mc:AlternateContent xmlns:mc="mc">'
        f"<mc:Choice>{shape('once')}</mc:Choice><mc:Fallback>{shape('once')}</mc:Fallback>"
        f"</mc:AlternateContent><mc:Fallback xmlns:mc='mc'>{shape('alone')}</mc:Fallback>"
    )
    parts = {
        **SLIDES,
        "ppt/slides/slide3.xml": slide(doubled),
        "ppt/slides/_rels/slide3.xml.rels": relations(("c", "chart", "../charts/c.xml")),
        "ppt/charts/c.xml": CHART.format(SERIES.format("Long", 903), SERIES.format("Short", "n/a")),
    }

    document = read(parse, path, archive(parts))

    last = document.text[document.pages[2].start : document.pages[2].end]
    assert list(filter(None, last.split("\n"))) == [
        "once",
        "alone",
        "Fees",
        "2023 | Long: 812.3 | Short: 812.3",
        "2024 | Long: 903 | Short: n/a",
    ]


def test_what_is_no_presentation_is_refused(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="damaged or not a presentation"):
        read(parse, path, b"PK\x03\x04 nothing")
    with pytest.raises(UnreadableFile, match=r"an old \.ppt file"):
        read(parse, path, b"\xd0\xcf\x11\xe0" + bytes(600))


def test_what_a_slide_shows_beside_plain_text_is_read(path: Path) -> None:
    body = (
        "<p:sp><p:txBody><a:p><a:r><a:t>The crane is 42</a:t></a:r><a:r><a:rPr baseline='30000'/>"
        "<a:t>1</a:t></a:r><a:r><a:t> m, CO</a:t></a:r><a:r><a:rPr baseline='-25000'/><a:t>2</a:t>"
        "</a:r></a:p></p:txBody></p:sp><p:sp><p:txBody><a:p><a:pPr><a:buAutoNum type="
        "'arabicPeriod'/></a:pPr><a:r><a:t>Moor</a:t></a:r></a:p><a:p><a:pPr><a:buAutoNum "
        "type='arabicPeriod'/></a:pPr><a:r><a:rPr><a:hlinkClick r:id='h'/></a:rPr><a:t>Pay</a:t>"
        "</a:r></a:p></p:txBody></p:sp><p:pic><p:cNvPr descr='A pier at low tide'/></p:pic>"
        "<p:pic><p:cNvPr descr='image1.png'/></p:pic>"
    )
    hidden = slide(body).replace("<p:sld ", '<p:sld show="0" ')
    parts = {
        **SLIDES,
        "ppt/slides/slide2.xml": hidden,
        "ppt/slides/_rels/slide2.xml.rels": relations(
            ("c", "comments", "../comments/c.xml"), ("h", "hyperlink", "https://port.example/pay")
        ),
        "ppt/comments/c.xml": '<c><cm authorId="0" dt="2026-05-03T10:00:00"><text>Which crane?'
        "</text></cm></c>",
        "ppt/_rels/presentation.xml.rels": SLIDES["ppt/_rels/presentation.xml.rels"].replace(
            "</Relationships>",
            '<Relationship Id="z" Type="x/commentAuthors" Target="a.xml"/></Relationships>',
        ),
        "ppt/a.xml": '<a><author id="0" name="Ada"/></a>',
    }

    document = read(parse, path, archive(parts))

    assert [text for _, text in shown(document)][:6] == [
        "The crane is 42 [^1] m, CO₂",
        "1. Moor",
        "2. Pay <https://port.example/pay>",
        "A pier at low tide",
        "Comment by Ada, 2026-05-03T10:00:00: Which crane?",
        "Ship | Fee",
    ]
    assert document.notice == "Slide 1 is hidden and was read too."
