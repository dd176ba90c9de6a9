"""HTML, CSV, EPUB, EML, PPTX and XLSX: structure, order, and what is left out."""

import io
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from lodgepole.adapters.parsers import csv as csv_parser
from lodgepole.adapters.parsers import eml, epub
from lodgepole.adapters.parsers import pptx as pptx_parser
from lodgepole.adapters.parsers import xlsx as xlsx_parser
from lodgepole.adapters.parsers.html import parser as html
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

Parse = Callable[[Path, str, Limits], Document]
K = BlockKind


def read(parse: Parse, path: Path, data: bytes | str, limits: Limits | None = None) -> Document:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    document = parse(path, "file", limits or Limits())
    check_document(document)
    return document


def shown(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def archive(parts: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a"


# --- HTML ---------------------------------------------------------------------------------------


def test_a_page_is_what_a_reader_sees(path: Path) -> None:
    document = read(
        html.parse,
        path,
        """<!doctype html><html><head><title>The  Harbour</title><style>p {}</style></head><body>
        <nav><a href="/">Home</a> <a href="/x">Fees</a></nav>
        <h1>Harbour <em>rules</em></h1><p>One &amp; two,<br>three <b>bo</b>ld.</p>
        loose text <div>in a box<p>and a paragraph</p>after it</div>
        <ul><li>first</li><li>second <ul><li>inner</li></ul></li></ul>
        <pre>  code
    kept</pre><script>bad()</script><p hidden>ignore</p><p style="display: none">ignore</p>
        <table><tr><th>Ship</th><th>Fee</th></tr><tr><td>Ada</td><td>5 <i>EUR</i></td></tr></table>
        <img src=x alt="A lighthouse"></body></html>""",
    )

    assert document.title == "The Harbour"
    assert shown(document) == [
        (K.RUNNING, "Home Fees"),
        (K.HEADING, "Harbour rules"),
        (K.PARAGRAPH, "One & two,\nthree bold."),
        (K.PARAGRAPH, "loose text"),
        (K.PARAGRAPH, "in a box"),
        (K.PARAGRAPH, "and a paragraph"),
        (K.PARAGRAPH, "after it"),
        (K.LIST_ITEM, "first"),
        (K.LIST_ITEM, "second"),
        (K.LIST_ITEM, "inner"),
        (K.CODE, "code\n    kept"),
        (K.TABLE, "Ship | Fee\nAda | 5 EUR"),
        (K.PARAGRAPH, "A lighthouse"),
    ]


def test_a_table_of_data_keeps_its_rows_whatever_stands_in_its_cells(path: Path) -> None:
    document = read(
        html.parse,
        path,
        "<table><caption>Prices</caption><tr><th>Item</th><th>Sold in</th></tr>"
        "<tr><td>Pen</td><td><ul><li>Oslo</li><li>Bergen</li></ul></td></tr></table>",
    )
    assert document.text == "Prices\n\nItem | Sold in\nPen | Oslo Bergen"
    assert [block.kind for block in document.blocks] == [BlockKind.CAPTION, BlockKind.TABLE]


def test_a_cell_of_a_page_is_read_in_each_row_that_it_spans(path: Path) -> None:
    document = read(
        html.parse,
        path,
        "<table><thead><tr><th rowspan=2>Region<th rowspan=99>Town<th colspan=2>Fee</tr>"
        "<tr><th>Summer<th>Winter</tr></thead>"
        "<tr><td rowspan=3>North<td>Bodø<td>5<td>6</tr><tr><td>Alta<td colspan=2>closed</tr>"
        "<tr><td>Vardø<td>7<td>8</tr><tr><td rowspan=0>South<td>Oslo<td>9<td>9</tr>"
        "<tr><td>Skien<td>1<td>1</tr></table>",
    )
    assert document.text.split("\n") == [
        "Region | Town | Fee | Fee",
        "Region | Town | Summer | Winter",
        "North | Bodø | 5 | 6",
        "North | Alta | closed | closed",
        "North | Vardø | 7 | 8",
        "South | Oslo | 9 | 9",
        "South | Skien | 1 | 1",
    ]


def test_spans_of_any_size_do_not_grow_a_page(path: Path) -> None:
    row = "<tr>" + "<td rowspan=65534 colspan=1000>x" * 30 + "<td rowspan=-1 colspan=x>y</tr>"

    document = read(html.parse, path, f"<table>{row * 1000}</table>")

    assert len(document.text) < 2_000_000


def test_items_have_the_numbers_that_a_browser_shows(path: Path) -> None:
    page = (
        "<ol start=3><li>three<ul><li>dot</ul><li><p>four</p><li value=9>ni&shy;ne</ol>"
        "<ol type=A><li>a<li></li></ol><p>after<ol style='list-style: none'><li>plain</ol>"
    )

    document = read(html.parse, path, page)

    assert document.text.split() == (
        ["3.", "three", "dot", "4.", "four", "9.", "nine", "A.", "a", "after", "plain"]
    )


def test_a_table_that_lays_out_a_page_is_read_through(path: Path) -> None:
    document = read(
        html.parse, path, "<table><tr><td><h2>Menu</h2></td><td><p>Text</p></td></tr></table>"
    )

    assert shown(document) == [(K.HEADING, "Menu"), (K.PARAGRAPH, "Text")]


def test_a_page_says_its_encoding(path: Path) -> None:
    document = read(html.parse, path, '<meta charset="iso-8859-1"><p>Grüße'.encode("latin-1"))

    assert document.text == "Grüße"


def test_deep_nesting_is_read_up_to_a_limit(path: Path) -> None:
    document = read(html.parse, path, "<div>" * 900 + "deep" + "</div>" * 900 + "<p>x" * 5000)

    assert document.text.startswith("deep")
    with pytest.raises(UnreadableFile, match="nests its elements more than 1,000 deep"):
        read(html.parse, path, "<div>" * 100_000)


@pytest.mark.parametrize("data", ["", "<html><body><script>1</script></body></html>"])
def test_a_page_that_shows_nothing_is_refused(path: Path, data: str) -> None:
    with pytest.raises(UnreadableFile, match="holds no text"):
        read(html.parse, path, data)


# --- CSV ----------------------------------------------------------------------------------------


def test_rows_become_records_where_the_first_names_the_columns(path: Path) -> None:
    document = read(csv_parser.parse, path, 'Name;Town;Note\r\nAda;Bergen;"a; b"\r\nBo;;\r\n;;\r\n')

    assert shown(document) == [
        (K.RECORD, "Name: Ada | Town: Bergen | Note: a; b"),
        (K.RECORD, "Name: Bo"),
    ]
    assert [block.label for block in document.blocks] == ["row 2", "row 3"]


def test_rows_without_names_are_lines_of_a_table(path: Path) -> None:
    document = read(csv_parser.parse, path, "1,2,3\n4,5,6\n")

    assert shown(document) == [(K.TABLE, "1 | 2 | 3\n4 | 5 | 6")]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("sep=;\nname;town\nAda;Bergen", ["name: Ada | town: Bergen"]),
        ("name,town\nAda\u2028L\x85,Bergen", ["name: Ada L | town: Bergen"]),
        ("name\nAda\nBob, the second\nCy", ["name", "Ada", "Bob, the second", "Cy"]),
        ("Fees\nShip,Fee\nAda,3\nBo,4", ["Fees", "Ship: Ada | Fee: 3", "Ship: Bo | Fee: 4"]),
        ("Fees,,\n,,\nShip,Fee,Paid\nAda,3,no", ["Fees", "Ship: Ada | Fee: 3 | Paid: no"]),
    ],
)
def test_cells_are_where_a_spreadsheet_shows_them(path: Path, data: str, lines: list[str]) -> None:
    assert list(filter(None, read(csv_parser.parse, path, data).text.split("\n"))) == lines


def test_a_quotation_that_never_ends_is_one_cell(path: Path) -> None:
    document = read(csv_parser.parse, path, 'a,b\n1,"2\n' + "x\n" * 100)

    assert len(document.blocks) == 1


# --- EPUB ---------------------------------------------------------------------------------------

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
    document = read(epub.parse, path, archive(CHAPTERS))

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
        read(epub.parse, path, archive({**CHAPTERS, **changed}))


# --- EML ----------------------------------------------------------------------------------------


def letter(subject: str = "Pilot fees für März") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ada <ada@example.com>"
    message["To"] = "office@example.com"
    message["Subject"] = subject
    message["Date"] = "Mon, 2 Mar 2026 10:00:00 +0000"
    message.set_content("Dear office,\n\nthe fee is 185 €.\n")
    return message


def test_a_letter_has_its_headers_its_text_and_its_attachments(path: Path) -> None:
    message = letter()
    message.add_alternative("<p>the fee in <b>HTML</b></p>", subtype="html")
    message.add_attachment("one\n\ntwo", filename="notes.txt")
    message.add_attachment(b"\0\1", maintype="application", subtype="zip", filename="a.zip")
    message.add_attachment(letter("Inner"))

    document = read(eml.parse, path, message.as_bytes())

    assert document.title == "Pilot fees für März"
    texts = [text for _, text in shown(document)]
    assert texts[0] == "Pilot fees für März"
    assert texts[1].startswith("From: Ada <ada@example.com>\nTo: office@example.com\nDate: Mon, ")
    assert texts[2:4] == ["Dear office,", "the fee is 185 €."]
    assert texts[4:7] == ["Attachment: notes.txt", "one", "two"]
    assert texts[7] == "Inner"
    assert texts[-1] == "Attachment: a.zip"
    assert "HTML" not in document.text


def test_a_letter_of_html_alone_is_read(path: Path) -> None:
    message = letter()
    message.set_content("<h2>Fees</h2><p>185 €</p>", subtype="html")

    document = read(eml.parse, path, message.as_bytes())

    assert [text for _, text in shown(document)][-2:] == ["Fees", "185 €"]


def test_what_is_no_letter_is_refused(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is no e-mail"):
        read(eml.parse, path, "just some text\n")


# --- PPTX ---------------------------------------------------------------------------------------

P = 'xmlns:p="p" xmlns:a="a" xmlns:r="r"'
RELATION = '<Relationship Id="{}" Type="http://x/{}" Target="{}"/>'


def relations(*found: tuple[str, str, str]) -> str:
    return f"<Relationships>{''.join(RELATION.format(*one) for one in found)}</Relationships>"


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
    document = read(pptx_parser.parse, path, archive(SLIDES))

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

    document = read(pptx_parser.parse, path, archive({**SLIDES, "ppt/slides/slide1.xml": made}))

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

    document = read(pptx_parser.parse, path, archive(parts))

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
        read(pptx_parser.parse, path, b"PK\x03\x04 nothing")
    with pytest.raises(UnreadableFile, match=r"an old \.ppt file"):
        read(pptx_parser.parse, path, b"\xd0\xcf\x11\xe0" + bytes(600))


# --- XLSX ---------------------------------------------------------------------------------------

SHEET = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    '<c r="D1" t="inlineStr"><is><t>Paid</t></is></c></row>'
    '<row r="2"><c r="A2" t="str"><f>x</f><v>Ada</v></c><c r="B2" s="1"><v>46083</v></c>'
    '<c r="D2" t="b"><v>1</v></c></row>'
    '<row r="3"><c r="A3"><v>0.30000000000000004</v></c><c r="B3" s="2"><v>46083.5</v></c>'
    '<c r="C3"><v>7</v></c><c r="D3" t="e"><v>#N/A</v></c></row></sheetData></worksheet>'
)
BOOK = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Fees" r:id="1"/>'
    '<sheet name="Empty" r:id="2"/><sheet name="Plain" r:id="3"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": relations(
        ("1", "worksheet", "worksheets/one.xml"),
        ("2", "worksheet", "worksheets/two.xml"),
        ("3", "worksheet", "/xl/worksheets/three.xml"),
    ),
    "xl/sharedStrings.xml": "<sst><si><t>Ship</t></si><si><r><t>Arr</t></r><r><t>ival</t></r>"
    "<rPh><t>x</t></rPh></si></sst>",
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm hh:mm"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs>'
    "</styleSheet>",
    "xl/worksheets/one.xml": SHEET,
    "xl/worksheets/two.xml": "<worksheet><sheetData/></worksheet>",
    "xl/worksheets/three.xml": "<worksheet><sheetData><row><c><v>1</v></c><c><v>2</v></c></row>"
    "</sheetData></worksheet>",
}


def test_rows_of_sheets_are_records_with_dates_as_dates(path: Path) -> None:
    document = read(xlsx_parser.parse, path, archive(BOOK))

    assert shown(document) == [
        (K.HEADING, "Fees"),
        (K.RECORD, "Ship: Ada | Arrival: 2026-03-02 | Paid: TRUE"),
        (K.RECORD, "Ship: 0.3 | Arrival: 2026-03-02 12:00 | 7 | Paid: #N/A"),
        (K.HEADING, "Plain"),
        (K.TABLE, "1 | 2"),
    ]


def test_merged_cells_of_a_sheet_are_read_in_each_row(path: Path) -> None:
    def row(number: int, **cells: str) -> str:
        made = (
            f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in cells.items()
        )
        return f'<row r="{number}">{"".join(made)}</row>'

    rows = (
        row(1, A="Fees of harbours"),
        row(3, A="Region", B="Town", C="Fee"),
        row(4, C="2023", D="2024"),
        row(5, A="North", B="Bodø", C="5", D="6"),
        row(7, B="Alta", C="7", D="8"),
        row(8, A=""),
        row(9, B="Oslo", C="9", D="9"),
    )
    ranges = ("A1:D1", "A3:A4", "B3:B4", "C3:D3", "A5:A8", "A8:B", "x")
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    sheet = (
        f"<worksheet><sheetData>{''.join(rows)}</sheetData>"
        f"<mergeCells>{merged}</mergeCells></worksheet>"
    )

    document = read(xlsx_parser.parse, path, archive({**BOOK, "xl/worksheets/one.xml": sheet}))

    assert shown(document)[1:5] == [
        (K.PARAGRAPH, "Fees of harbours"),
        (K.RECORD, "Region: North | Town: Bodø | Fee 2023: 5 | Fee 2024: 6"),
        (K.RECORD, "Region: North | Town: Alta | Fee 2023: 7 | Fee 2024: 8"),
        (K.RECORD, "Town: Oslo | Fee 2023: 9 | Fee 2024: 9"),
    ]


@pytest.mark.parametrize(
    ("raw", "format_", "shown"),
    [
        ("0.153", "9", "15.3%"),
        ("0.07", "0.0%", "7%"),
        ("1.5", "[h]:mm", "36:00"),
        ("1.25", "46", "30:00"),
        ("0.5000115741", "21", "12:00:01"),
        ("1.4999999999999999E-2", "0", "0.015"),
        ("1.2E9", "0", "1200000000"),
        ("12345678901234567", "0", "12345678901234567"),
        ("3", "[Red]General", "3"),
    ],
)
def test_numbers_are_shown_as_their_format_says(
    path: Path, raw: str, format_: str, shown: str
) -> None:
    own = not format_.isdigit()
    number = "170" if own else format_
    parts = {
        **BOOK,
        "xl/styles.xml": f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{format_}"/>'
        f'</numFmts><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>',
        "xl/worksheets/one.xml": '<worksheet><sheetData><row><c t="str"><v>a</v></c>'
        f'<c s="0"><v>{raw}</v></c></row></sheetData></worksheet>',
    }

    assert f"a | {shown}\n" in read(xlsx_parser.parse, path, archive(parts)).text


def test_a_cell_that_claims_a_column_far_away_costs_nothing(path: Path) -> None:
    far = (
        '<worksheet><sheetData><row><c r="ZZZ1"><v>1</v></c><c r="A1"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )

    document = read(xlsx_parser.parse, path, archive({**BOOK, "xl/worksheets/one.xml": far}))

    assert "2" in document.text
