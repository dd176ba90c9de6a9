"""Charts, diagrams, chunks and comments stand where the document shows them."""

from pathlib import Path

from tests.support.parsing import archive, damaged, read, relations, shown

from lodgepole.adapters.parsers.docx import parse
from lodgepole.model import BlockKind

K = BlockKind
SPACES = 'xmlns:w="w" xmlns:r="r" xmlns:a="a" xmlns:wp="wp"'
BODY = (
    "<w:p><w:r><w:t>Before</w:t></w:r><w:r><w:drawing><wp:docPr descr='A pier at low tide'/>"
    '<chart r:id="1"/></w:drawing></w:r></w:p><w:p><w:r><w:drawing><relIds r:dm="2" r:lo="9"/>'
    '</w:drawing></w:r></w:p><w:altChunk r:id="3"/><w:altChunk r:id="4"/>'
    '<w:p><w:commentRangeStart w:id="5"/><w:r><w:t>The lease ends.</w:t></w:r><w:r>'
    '<w:commentReference w:id="5"/></w:r></w:p><w:subDoc r:id="6"/>'
)
PARTS = {
    "_rels/.rels": relations(("1", "officeDocument", "word/document.xml")),
    "word/document.xml": f"<w:document {SPACES}><w:body>{BODY}</w:body></w:document>",
    "word/_rels/document.xml.rels": relations(
        ("1", "chart", "charts/c.xml"),
        ("2", "diagramData", "diagrams/d.xml"),
        ("3", "aFChunk", "a.html"),
        ("4", "aFChunk", "b.rtf"),
        ("5", "comments", "comments.xml"),
        ("6", "subDocument", "https://port.example/two.docx"),
    ),
    "word/charts/c.xml": "<c><ser><tx><pt idx='0'><v>Ships</v></pt></tx><cat><pt idx='0'><v>May</v>"
    "</pt></cat><val><pt idx='0'><v>31</v></pt></val></ser></c>",
    "word/diagrams/d.xml": f"<d {SPACES}><t><a:p><a:r><a:t>Master: Eva Dahl</a:t></a:r>"
    "</a:p></t></d>",
    "word/a.html": "<h1>Survey</h1><p>The quay is sound.</p>",
    "word/b.rtf": "{\\rtf1}",
    "word/comments.xml": f'<w:comments {SPACES}><w:comment w:id="5" w:author="Ada" '
    'w:date="2026-05-03T10:00:00Z"><w:p><w:r><w:t>Until June?</w:t></w:r></w:p></w:comment>'
    '<w:comment w:id="8" w:author="Bo"><w:p><w:r><w:t>Yes.</w:t></w:r></w:p></w:comment>'
    "</w:comments>",
}


def test_what_a_document_shows_of_other_parts_is_read_in_its_place(path: Path) -> None:
    document = read(parse, path, archive(PARTS))

    assert shown(document) == [
        (K.PARAGRAPH, "Before"),
        (K.CAPTION, "A pier at low tide"),
        (K.TABLE, "May | Ships: 31"),
        (K.PARAGRAPH, "Master: Eva Dahl"),
        (K.HEADING, "Survey"),
        (K.PARAGRAPH, "The quay is sound."),
        (K.PARAGRAPH, "The lease ends."),
        (K.PARAGRAPH, "Comment by Ada, 2026-05-03T10:00:00Z: Until June?"),
        (K.PARAGRAPH, "Subdocument: https://port.example/two.docx"),
        (K.PARAGRAPH, "Comment by Bo: Yes."),
    ]
    assert document.notice == (
        "The embedded piece word/b.rtf was not read. "
        "Subdocuments are files of their own: upload them too."
    )


def test_a_damaged_chart_costs_the_chart(path: Path) -> None:
    document = read(parse, path, damaged(archive(PARTS), "word/charts/c.xml"))

    assert "Ships" not in document.text
    assert "The lease ends." in document.text
    assert "Damaged, and not or only partly read: word/charts/c.xml." in (document.notice or "")
