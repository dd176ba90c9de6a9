"""What stands in a paragraph beside plain text: raised runs, fields, controls, formulas, links."""

from pathlib import Path

import pytest
from tests.support.parsing import archive, read, relations

from lodgepole.adapters.parsers.docx import parse
from lodgepole.model import Document

SPACES = 'xmlns:w="w" xmlns:m="m" xmlns:r="r" xmlns:w14="w14"'
STYLES = (
    f'<w:styles {SPACES}><w:style w:type="character" w:styleId="Mark"><w:name w:val="mark"/><w:rPr>'
    '<w:vertAlign w:val="superscript"/></w:rPr></w:style><w:style w:type="character" '
    'w:styleId="Hint"><w:name w:val="Placeholder Text"/></w:style></w:styles>'
)


def run(text: str, properties: str = "") -> str:
    shown = f'<w:t xml:space="preserve">{text}</w:t>'
    return f"<w:r><w:rPr>{properties}</w:rPr>{shown}</w:r>"


UP, DOWN = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def document(path: Path, body: str) -> Document:
    return read(
        parse,
        path,
        archive(
            {
                "_rels/.rels": relations(("1", "officeDocument", "word/document.xml")),
                "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
                "word/_rels/document.xml.rels": relations(
                    ("7", "hyperlink", "https://port.example/fees")
                ),
                "word/styles.xml": STYLES,
            }
        ),
    )


def field(kind: str, code: str = "", data: str = "") -> str:
    inner = f"<w:instrText>{code}</w:instrText>" if code else ""
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{data}</w:fldChar>{inner}</w:r>'


def form(data: str) -> str:
    return field("begin", data=f"<w:ffData>{data}</w:ffData>") + field("end")


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("The crane is 42") + run("1", UP) + run(" m high."), "The crane is 42 [^1] m high."),
        (run("10") + run("6", UP) + run(" t of CO") + run("2", DOWN), "10⁶ t of CO₂"),
        (run("5 km") + run("2", '<w:position w:val="6"/><w:sz w:val="12"/>'), "5 km²"),
        (run("The crane is 42") + run("1", '<w:rStyle w:val="Mark"/>'), "The crane is 42 [^1]"),
        (run("1") + run("st", UP) + run(" berth"), "1st berth"),
        (run("Name: ") + run("Click to enter text.", '<w:rStyle w:val="Hint"/>'), "Name:"),
        (run("Depth ") + run("\uf0b3", '<w:rFonts w:ascii="Symbol"/>') + run(" 4"), "Depth ≥ 4"),
        (run("Fill ") + "<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>8"
         "</m:t></m:r></m:den></m:f></m:oMath>" + run(" of it."), "Fill 3/8 of it."),
        (run("See ") + f'<w:hyperlink r:id="7">{run("the fees")}</w:hyperlink>' + run("."),
         "See the fees <https://port.example/fees>."),
        (field("begin", ' HYPERLINK "https://a.example/x" ') + field("separate") + run("the list")
         + field("end") + run("."), "the list <https://a.example/x>."),
        (field("begin", ' HYPERLINK \\l "_Toc1" ') + field("separate") + run("Part one")
         + field("end"), "Part one"),
        (form("<w:checkBox><w:checked/></w:checkBox>") + run(" fish ")
         + form('<w:checkBox><w:default w:val="0"/></w:checkBox>') + run(" fowl"),
         "[x] fish [ ] fowl"),
        (run("Shift: ") + form('<w:ddList><w:result w:val="1"/><w:listEntry w:val="Day"/>'
         '<w:listEntry w:val="Night"/></w:ddList>'), "Shift: Night"),
        ('<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr>'
         f"<w:sdtContent>{run('?')}</w:sdtContent></w:sdt>" + run(" fowl"), "[ ] fowl"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("Choose an item.")
         + "</w:sdtContent></w:sdt>" + run("Shift"), "Shift"),
    ],
)  # fmt: skip
def test_a_paragraph_says_what_word_shows(path: Path, inner: str, text: str) -> None:
    assert document(path, f"<w:p>{inner}</w:p>").text == text


def test_deleted_text_is_left_out_and_that_is_said(path: Path) -> None:
    body = (
        "<w:p>" + run("The fee is ") + "<w:del><w:r><w:delText>200</w:delText></w:r></w:del>"
        f"<w:ins>{run('350')}</w:ins></w:p>"
    )
    made = document(path, body)

    assert made.text == "The fee is 350"
    assert made.notice == "Text that tracked changes delete is left out; what they insert is read."


def test_an_embedded_object_is_noted(path: Path) -> None:
    object_ = '<w:object><w:OLEObject ProgID="Excel.Sheet.12"/></w:object>'
    body = f"<w:p><w:r><w:t>Table:</w:t>{object_}</w:r></w:p>"

    assert document(path, body).notice == (
        "An embedded Excel.Sheet.12 is not read beyond its picture."
    )
