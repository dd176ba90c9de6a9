"""Office files and books as the least parts that a reader needs."""

import io
import zipfile
from collections.abc import Mapping, Sequence

SPACES = 'xmlns:w="w" xmlns:m="m" xmlns:r="r" xmlns:a="a" xmlns:p="p" xmlns:w14="w14"'
CELL_STYLES = ("General", "00000", '#,##0.00 "€"', "0.0%", "yyyy-mm-dd", "#,##0;(#,##0)")
"""Number formats by the number that cells of `sheet` name them by."""


def archive(parts: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def relations(*found: tuple[str, str, str]) -> str:
    made = (f'<Relationship Id="{i}" Type="x/{kind}" Target="{to}"/>' for i, kind, to in found)
    return f"<Relationships>{''.join(made)}</Relationships>"


def word(body: str, parts: Mapping[str, str], *used: tuple[str, str, str]) -> bytes:
    return archive(
        {
            "_rels/.rels": relations(("1", "officeDocument", "word/document.xml")),
            "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(*used),
            **parts,
        }
    )


def slides(*bodies: str) -> bytes:
    numbers = range(1, len(bodies) + 1)
    entries = "".join(f'<p:sldId r:id="{n}"/>' for n in numbers)
    return archive(
        {
            "_rels/.rels": relations(("1", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:p {SPACES}><p:sldIdLst>{entries}</p:sldIdLst></p:p>",
            "ppt/_rels/presentation.xml.rels": relations(
                *((str(n), "slide", f"slides/{n}.xml") for n in numbers)
            ),
            **{
                f"ppt/slides/{n}.xml": f"<p:sld {SPACES}>{body}</p:sld>"
                for n, body in zip(numbers, bodies, strict=True)
            },
        }
    )


Value = str | float | tuple[float, int]
"""A text, a number, or a number with the place of its format in `CELL_STYLES`."""


def workbook(rows: Sequence[Sequence[Value]], merged: Sequence[str] = ()) -> bytes:
    """One sheet; empty texts are cells that are not there."""
    lines = "".join(f'<row r="{n}">{_cells(n, row)}</row>' for n, row in enumerate(rows, 1) if row)
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merged)
    codes = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for n, code in enumerate(CELL_STYLES)
    )
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(CELL_STYLES)))
    return archive(
        {
            "xl/workbook.xml": '<w xmlns:r="r"><sheets><sheet name="Sheet" r:id="1"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": relations(("1", "worksheet", "sheet.xml")),
            "xl/styles.xml": f"<s><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></s>",
            "xl/sheet.xml": f"<s><sheetData>{lines}</sheetData>"
            f"<mergeCells>{spans}</mergeCells></s>",
        }
    )


def _cells(number: int, row: Sequence[Value]) -> str:
    made: list[str] = []
    for place, value in enumerate(row):
        at = f'r="{chr(ord("A") + place)}{number}"'
        if isinstance(value, tuple):
            made.append(f'<c {at} s="{value[1]}"><v>{value[0]}</v></c>')
        elif isinstance(value, str):
            made.append(f'<c {at} t="inlineStr"><is><t>{value}</t></is></c>' if value else "")
        else:
            made.append(f"<c {at}><v>{value}</v></c>")
    return "".join(made)


def book(*chapters: str) -> bytes:
    numbers = range(1, len(chapters) + 1)
    items = "".join(f'<item id="{n}" href="{n}.xhtml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="{n}"/>' for n in numbers)
    return archive(
        {
            "META-INF/container.xml": '<c><rootfile full-path="b.opf"/></c>',
            "b.opf": f"<p><manifest>{items}</manifest><spine>{spine}</spine></p>",
            **{f"{n}.xhtml": chapter for n, chapter in zip(numbers, chapters, strict=True)},
        }
    )
