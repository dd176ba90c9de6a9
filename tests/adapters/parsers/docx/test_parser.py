"""Word documents: order, headings, lists, tables, notes, boxes, pages; and hostile archives."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement

from lodgepole.adapters.parsers.docx import parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def read(path: Path, limits: Limits | None = None) -> Document:
    document = parse(path, "a.docx", limits or Limits())
    check_document(document)
    return document


def package(path: Path, body: str, prologue: str = "", **parts: str) -> Path:
    """A minimal .docx with this body; `parts` are further files of word/."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml",
            f'{prologue}<w:document xmlns:w="{W}" xmlns:mc="urn:mc" xmlns:v="urn:v">'
            f"<w:body>{body}</w:body></w:document>",
        )
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{content}</w:{name}>')
    return path


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def shown(document: Document) -> list[tuple[BlockKind, int, str]]:
    return [
        (block.kind, block.level, document.text[block.start : block.end])
        for block in document.blocks
    ]


def test_a_document_is_read_in_order(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("Annual plan", 0)
    written.add_heading("Budget", 2)
    written.add_paragraph("We spend little.")
    written.add_paragraph("first", style="List Bullet")
    written.add_paragraph("second", style="List Number")
    table = written.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], "abcd", strict=True):
        cell.text = text
    table.cell(1, 1).add_paragraph("more")
    written.sections[0].header.paragraphs[0].text = "Confidential"
    written.sections[0].footer.paragraphs[0].text = "Page 3"
    written.save(str(tmp_path / "a"))

    document = read(tmp_path / "a")

    assert shown(document) == [
        (BlockKind.RUNNING, 0, "Confidential"),
        (BlockKind.HEADING, 1, "Annual plan"),
        (BlockKind.HEADING, 2, "Budget"),
        (BlockKind.PARAGRAPH, 0, "We spend little."),
        (BlockKind.LIST_ITEM, 0, "first"),
        (BlockKind.LIST_ITEM, 0, "1. second"),
        (BlockKind.TABLE, 0, "a | b\nc | d more"),
        (BlockKind.RUNNING, 0, "Page 3"),
    ]
    assert document.title == "Annual plan"
    assert document.pages_estimated


def test_rendered_breaks_number_the_pages_even_inside_a_paragraph(tmp_path: Path) -> None:
    written = docx.Document()
    first = written.add_paragraph("page one ")
    run = first.add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    first.add_run("page two")
    written.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    third = written.add_paragraph()
    third.add_run()._r.append(OxmlElement("w:lastRenderedPageBreak"))  # the same break, rendered
    third.add_run("page three")
    written.save(str(tmp_path / "a"))

    document = read(tmp_path / "a")

    assert not document.pages_estimated
    assert [document.text[page.start : page.end].strip() for page in document.pages] == [
        "page one",
        "page two",
        "page three",
    ]


BREAK, RENDERED = '<w:r><w:br w:type="page"/></w:r>', "<w:r><w:lastRenderedPageBreak/></w:r>"
DRAWING = "<w:r><w:drawing/></w:r>"


@pytest.mark.parametrize(
    "between",
    [
        f"<w:p>{RENDERED}{DRAWING}</w:p><w:p>{RENDERED}<w:r><w:t>three</w:t></w:r></w:p>",
        f"<w:p>{BREAK}</w:p><w:p>{RENDERED}{DRAWING}{BREAK}</w:p>{p('three')}",
        f"<w:p>{RENDERED}{BREAK}</w:p><w:p>{RENDERED}<w:r><w:t>three</w:t></w:r></w:p>",
    ],
)
def test_pages_without_text_are_counted(tmp_path: Path, between: str) -> None:
    document = read(package(tmp_path / "a", p("one") + between))

    texts = [document.text[page.start : page.end].strip() for page in document.pages]
    assert texts == ["one", "", "three"]


def test_a_row_stands_on_the_page_on_which_it_begins(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc><w:p>{cell}</w:p></w:tc>' for cell in cells)}</w:tr>"

    a, b = "<w:r><w:t>a</w:t></w:r>", "<w:r><w:t>b</w:t></w:r>"
    rows = row(a, b) + row(RENDERED + a, RENDERED + b) + row(a, b + RENDERED + b) + row(b, b)

    document = read(package(tmp_path / "a", f"<w:tbl>{rows}</w:tbl>"))

    texts = [document.text[page.start : page.end].strip() for page in document.pages]
    assert texts == ["a | b", "a | b\na | b b", "b | b"]


def test_signs_of_the_fonts_of_signs_are_read(tmp_path: Path) -> None:
    places = [("Symbol", "F061"), ("Symbol", "F0A3"), ("Wingdings", "F0FE"), ("Symbol", "x")]
    signs = "".join(f'<w:sym w:font="{font}" w:char="{place}"/>' for font, place in places)

    document = read(package(tmp_path / "a", f"<w:p><w:r>{signs}<w:t>b</w:t></w:r></w:p>"))

    assert document.text == "α≤[x]b"


def test_signs_that_cannot_be_read_are_noted(tmp_path: Path) -> None:
    body = '<w:p><w:r><w:sym w:font="Webdings" w:char="F0D8"/><w:t>b</w:t></w:r></w:p>'

    document = read(package(tmp_path / "a", body))

    assert document.text == "b"
    assert document.notice == "Some signs of the font Webdings could not be read."


def test_hidden_text_is_left_out(tmp_path: Path) -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"

    document = read(package(tmp_path / "a", f"<w:p>{hidden}<w:r><w:t>shown</w:t></w:r></w:p>"))

    assert document.text == "shown"


def test_section_breaks_and_break_before_begin_pages(tmp_path: Path) -> None:
    body = (
        p("one", "<w:sectPr/>")
        + p("two", '<w:sectPr><w:type w:val="continuous"/></w:sectPr>')
        + p("still two")
        + p("three", "<w:pageBreakBefore/>")
        + p("still three", '<w:pageBreakBefore w:val="0"/>')
    )

    document = read(package(tmp_path / "a", body))

    assert [document.text[page.start : page.end].split("\n\n")[0] for page in document.pages] == [
        "one",
        "two",
        "three",
    ]


def test_notes_follow_their_paragraph_and_separators_are_left_out(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:t>Said so.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        + p("Next.")
    )
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{p("-----")}</w:footnote>'
        f'<w:footnote w:id="2">{p("By whom.")}</w:footnote>'
    )

    document = read(package(tmp_path / "a", body, footnotes=notes))

    assert document.text == "Said so. [^1]\n\n[^1]: By whom.\n\nNext."


def test_a_text_box_is_read_once_after_its_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('boxed')}</w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice>" + box + "</mc:Choice><mc:Fallback><w:pict>"
        "<v:textbox>" + box + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
        "<w:t>around</w:t></w:r></w:p>"
    )

    assert read(package(tmp_path / "a", body)).text == "around\n\nboxed"


def test_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r>"
        "</w:del><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:hyperlink><w:r><w:t> link"
        "</w:t></w:r></w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        f"<w:sdt><w:sdtContent>{p('field')}</w:sdtContent></w:sdt>"
    )

    assert read(package(tmp_path / "a", body)).text == "new link\n\nfield"


def test_headings_come_from_styles_and_their_ancestors_and_outline_levels(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="mine"><w:basedOn w:val="berschrift2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="b"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    )
    body = (
        p("inherited", '<w:pStyle w:val="mine"/>')
        + p("outlined", '<w:outlineLvl w:val="4"/>')
        + p("looped", '<w:pStyle w:val="a"/>')
    )

    document = read(package(tmp_path / "a", body, styles=styles))

    assert [(level, text) for _, level, text in shown(document)] == [
        (2, "inherited"),
        (5, "outlined"),
        (0, "looped"),
    ]


def test_a_table_of_one_cell_is_a_frame_and_nested_tables_stay_in_their_row(tmp_path: Path) -> None:
    def table(*rows: list[str]) -> str:
        return (
            "<w:tbl>"
            + "".join(
                "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>"
                for row in rows
            )
            + "</w:tbl>"
        )

    inner = table([p("x"), p("y")])
    body = table([p("Framed.") + p("Twice.")]) + table([p("a"), inner + p("z")], [p("b"), p("")])

    document = read(package(tmp_path / "a", body))

    assert document.text == "Framed.\n\nTwice.\n\na | x y z\nb |"


def test_a_cell_is_read_in_each_row_that_it_spans(tmp_path: Path) -> None:
    def tc(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    two = '<w:gridSpan w:val="2"/>'
    rows = (
        (tc("Region", begins), tc("Fee", two)),
        (tc("", goes_on), tc("Summer"), tc("Winter")),
        (tc("North", begins), tc("5"), tc("6")),
        (tc("", goes_on), tc("7"), tc("8")),
        (tc("", goes_on), tc("closed", two)),
        ('<w:trPr><w:gridBefore w:val="1"/></w:trPr>', tc("9"), tc("9")),
        (tc("All", two), tc("44")),
    )
    table = "".join(f"<w:tr>{''.join(cells)}</w:tr>" for cells in rows)

    document = read(package(tmp_path / "a", f"<w:tbl>{table}</w:tbl>"))

    assert document.text.split("\n") == [
        "Region | Fee | Fee",
        "Region | Summer | Winter",
        "North | 5 | 6",
        "North | 7 | 8",
        "North | closed",
        "| 9 | 9",
        "All |  | 44",
    ]


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    return path


def entities(path: Path) -> Path:
    prologue = (
        '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM '
        '"file:///etc/passwd">]>'
    )
    return package(path, p("&b;&c;"), prologue)


def encrypted(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    return path


def truncated(path: Path) -> Path:
    whole = package(path, p("text " * 1000)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return path


def broken_xml(path: Path) -> Path:
    return package(path, "<w:p><w:t>never closed")


def wrong_checksum(path: Path) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", "<a>needle</a>")
    path.write_bytes(data.getvalue().replace(b"needle", b"noodle"))
    return path


def deep(path: Path) -> Path:
    return package(path, "<w:sdt>" * 5000 + "</w:sdt>" * 5000)


def empty(path: Path) -> Path:
    return package(path, p(""))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (bomb, "unpacks to 300,0"),
        (entities, "declares XML entities"),
        (encrypted, "is encrypted or an old .doc file"),
        (truncated, "is damaged or not a Word document"),
        (other_zip, "is damaged or not a Word document"),
        (broken_xml, "is damaged or not a Word document"),
        (wrong_checksum, "is damaged or not a Word document"),
        (deep, "is damaged or not a Word document"),
        (empty, "holds no text"),
    ],
)
def test_hostile_and_broken_files_are_refused(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(make(tmp_path / "a"))
