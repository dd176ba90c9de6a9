"""Files made to break a reader, the same bytes at each run.

`python tests/support/hostile_files.py DIR` writes them all, to be tried on a running server.
"""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY l0 'lol'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    + f"]><w:document {W}><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
)
XXE = (
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    f"<w:document {W}><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"
)


@dataclass(frozen=True, slots=True)
class HostileFile:
    name: str
    make: Callable[[], bytes]
    message: str = ""
    """A part of what the uploader is told; empty where the file is read, or may be."""
    text: str | None = None
    """What the document holds where it is read; None where reading must fail."""


def pdf(*objects: str | bytes, trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, without a table of where they are."""
    parts = [b"%PDF-1.4\n"]
    for number, body in enumerate(objects, 1):
        content = body.encode("latin-1") if isinstance(body, str) else body
        parts.append(b"%d 0 obj\n" % number + content + b"\nendobj\n")
    return b"".join(parts) + f"trailer<<{trailer}>>\n%%EOF".encode()


CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
PAGES = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
PAGE = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources{FONT}/Contents 4 0 R>>"


def stream(data: bytes, entries: str = "") -> bytes:
    return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def text_page(content: bytes, entries: str = "") -> bytes:
    return pdf(CATALOG, PAGES, PAGE, stream(content, entries))


def flate_bomb() -> bytes:
    """A content stream of 1.5 GB, packed twice into a few kilobytes."""
    packer = zlib.compressobj(1)
    once = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1536)) + packer.flush()
    return text_page(zlib.compress(once, 9), "/Filter[/FlateDecode/FlateDecode]")


def forms(depth: int) -> bytes:
    """Forms that draw the next one twice each: 2 to the power of `depth` in all."""
    first = 5
    objects: list[str | bytes] = [
        CATALOG,
        PAGES,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
        f"/Resources<</XObject<</N {first} 0 R>>>>>>",
        stream(b"/N Do"),
    ]
    for number in range(first, first + depth):
        entries = (
            "/Type/XObject/Subtype/Form/BBox[0 0 300 300]"
            f"/Resources<</XObject<</N {number + 1} 0 R>>>>"
        )
        objects.append(stream(b"/N Do /N Do", entries))
    objects.append(stream(b"0 0 5 5 re f", "/Type/XObject/Subtype/Form/BBox[0 0 300 300]"))
    return pdf(*objects)


def form_of_itself() -> bytes:
    loop = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N 5 0 R>>>>"
    return pdf(
        CATALOG,
        PAGES,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        "/Resources<</XObject<</N 5 0 R>>>>>>",
        stream(b"/N Do"),
        stream(b"/N Do /N Do", loop),
    )


def page_loop() -> bytes:
    return pdf(
        CATALOG,
        "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 1000>>",
        "<</Type/Pages/Parent 2 0 R/Kids[2 0 R 2 0 R]/Count 500>>",
    )


def many_pages(count: int) -> bytes:
    kids = " ".join(["3 0 R"] * count)
    return pdf(CATALOG, f"<</Type/Pages/Kids[{kids}]/Count {count}>>", PAGE, stream(b""))


def encrypted_pdf() -> bytes:
    key = "<" + "00" * 32 + ">"
    return pdf(
        CATALOG,
        PAGES,
        PAGE,
        stream(b"x"),
        f"<</Filter/Standard/V 1/R 2/Length 40/P -4/O{key}/U{key}>>",
        trailer="/Root 1 0 R/Encrypt 5 0 R/ID[<00><00>]",
    )


def outline_loop() -> bytes:
    return pdf(
        "<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>",
        PAGES,
        PAGE,
        stream(b"BT /F 12 Tf 20 200 Td (outlined) Tj ET"),
        "<</First 6 0 R/Last 6 0 R/Count 9>>",
        "<</Title(a)/Parent 5 0 R/Next 6 0 R/First 6 0 R/Dest[3 0 R/Fit]>>",
    )


def archive(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def docx(document: str) -> bytes:
    return archive({"word/document.xml": document.encode()})


def lying_archive() -> bytes:
    """An archive whose directory says its part is tiny, while it unpacks to 50 MB."""
    whole = archive({"word/document.xml": bytes(50_000_000)})
    real = struct.pack("<I", 50_000_000)
    return whole.replace(real, struct.pack("<I", 100))


def nested_docx() -> bytes:
    deep = 100_000
    return docx(
        f"<w:document {W}><w:body>{'<w:sdt>' * deep}{'</w:sdt>' * deep}</w:body></w:document>"
    )


def workbook(sheet: str) -> bytes:
    relation = '<Relationship Id="1" Type="x/worksheet" Target="worksheets/s.xml"/>'
    return archive(
        {
            "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="S" r:id="1"/></sheets>'
            b"</workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relation}</Relationships>".encode(),
            "xl/worksheets/s.xml": sheet.encode(),
        }
    )


def wide_workbook() -> bytes:
    """200,000 rows of one cell each, in the last column that there is."""
    rows = '<row><c r="XFD1"><v>1</v></c></row>' * 200_000
    return workbook(f"<worksheet><sheetData>{rows}</sheetData></worksheet>")


def letters_in_letters() -> bytes:
    inner = b"Subject: inner\n\nthe end\n"
    for _ in range(200):
        inner = b"Subject: outer\nContent-Type: message/rfc822\n\n" + inner
    return inner


NO_PDF, NO_WORD = "damaged or not a PDF", "damaged or not a Word document"
FILES: tuple[HostileFile, ...] = (
    # What is no such file at all.
    HostileFile("empty.pdf", lambda: b"", NO_PDF),
    HostileFile("empty.docx", lambda: b"", NO_WORD),
    HostileFile("empty.txt", lambda: b"", "holds no text"),
    HostileFile("spaces.md", lambda: b" \n" * 1000, "holds no text"),
    HostileFile("text.pdf", lambda: b"hello", NO_PDF),
    HostileFile("pdf.txt", lambda: b"%PDF-1.4\n" + bytes(100), "is a PDF by its content"),
    HostileFile("zip.json", lambda: archive({"a": b"b"}), "is a ZIP archive"),
    HostileFile("noise.txt", lambda: bytes(range(256)) * 4000, "does not hold text"),
    HostileFile("noise.docx", lambda: b"PK\x03\x04" + bytes(range(256)) * 400, NO_WORD),
    HostileFile("old.docx", lambda: b"\xd0\xcf\x11\xe0" + bytes(1000), "old .doc file"),
    # Cut short, wrong inside.
    HostileFile("truncated.pdf", lambda: text_page(b"BT ET")[:120], NO_PDF),
    HostileFile("truncated.docx", lambda: docx("<a/>")[:60], NO_WORD),
    HostileFile("truncated.json", lambda: b'{"a": [1, 2', "is not valid JSON"),
    HostileFile("wrong.txt", lambda: b"abc \xff\xfe\xff def " * 100, text="abc"),
    HostileFile("surrogates.json", lambda: b'{"a": "x\\ud800y"}', text="x"),
    HostileFile("encrypted.pdf", encrypted_pdf, "is encrypted"),
    # Small files that become large.
    HostileFile("flate.pdf", flate_bomb, "pdf"),
    HostileFile(
        "bomb.docx", lambda: archive({"word/document.xml": bytes(100_000_000)}), "unpacks to"
    ),
    HostileFile("liar.docx", lying_archive, NO_WORD),
    HostileFile("parts.docx", lambda: archive({f"p{n}": b"" for n in range(30_000)}), "unpacks to"),
    HostileFile("laughs.docx", lambda: docx(LAUGHS), "declares XML entities|damaged"),
    HostileFile("xxe.docx", lambda: docx(XXE), "declares XML entities|damaged"),
    HostileFile(
        "laughs.epub", lambda: archive({"META-INF/container.xml": LAUGHS.encode()}), "XML|damaged"
    ),
    HostileFile("wide.xlsx", wide_workbook, "unpacks to"),
    # Without end.
    HostileFile("pages.pdf", page_loop, "readable|damaged"),
    HostileFile("form.pdf", form_of_itself, "longer than|crash|no text|no readable text"),
    HostileFile("forms.pdf", lambda: forms(30), "longer than|crash|no text|no readable text"),
    HostileFile("outline.pdf", outline_loop, text="outlined"),
    HostileFile("many.pdf", lambda: many_pages(50_000), "50,000 pages; at most"),
    HostileFile("claims.pdf", lambda: pdf(CATALOG, "<</Type/Pages/Kids[]/Count 50000>>"), "pdf"),
    HostileFile("deep.json", lambda: b"[" * 1000 + b"1" + b"]" * 1000, "is nested"),
    HostileFile("abyss.json", lambda: b'{"a":' * 1_000_000, "is nested|is not valid JSON"),
    HostileFile("deep.docx", nested_docx, "damaged|nested"),
    HostileFile("deep.html", lambda: b"<div>" * 200_000, "nests its elements"),
    HostileFile("deep.md", lambda: b">" * 20_000 + b" deep", text=">"),
    HostileFile("letters.eml", letters_in_letters, text="outer"),
    # Much of one thing.
    HostileFile("line.txt", lambda: b"word " * 2_000_000, text="word"),
    HostileFile("unbroken.txt", lambda: b"x" * 10_000_000, text="x"),
    HostileFile("paragraphs.md", lambda: b"a\n\n" * 1_000_000, text="a"),
    HostileFile("brackets.md", lambda: b"[" * 200_000 + b"a", text="["),
    HostileFile("quotes.csv", lambda: b'"' * 3_000_001, ""),
    HostileFile("commas.csv", lambda: b"a,b\n" + b"," * 5_000_000, text="a | b"),
    HostileFile("tags.html", lambda: b"<b>" * 900 + b"<p>x" * 200_000, text="x"),
    HostileFile("numbers.jsonl", lambda: b"1\n" * 300_000, text="1"),
)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        (target / file.name).write_bytes(file.make())
