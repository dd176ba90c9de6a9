"""XFA forms: read from their XML, or a notice that they are not."""

from pathlib import Path

import pytest

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.limits import Limits

WAIT = "Please wait... your viewer may not be able to display this type of document."
TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/">
<subform name="form1"><draw><value><text>Grant for boats</text></value></draw>
<field name="Who"><caption><value><text>Name of the applicant</text></value></caption></field>
<field name="Kind"><caption><value><text>Kind of boat</text></value></caption>
  <items><text>Sailing boat</text><text>Rowing boat</text></items>
  <items save="1"><text>S</text><text>R</text></items></field>
<field name="Old"><ui><checkButton/></ui><items><text>1</text><text>0</text></items>
  <caption><value><text>Older than 20 years</text></value></caption></field>
<field name="New"><ui><checkButton/></ui><items><text>1</text><text>0</text></items>
  <caption><value><text>Newly built</text></value></caption></field>
<field name="Town"><caption><value><text>Town:</text></value></caption></field>
<field name="Go"><ui><button/></ui><caption><value><text>Submit</text></value></caption></field>
</subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<Who>Torvald Eng</Who><Kind>R</Kind><Old>1</Old><New>0</New><Subsidy>12400</Subsidy>
</form1></xfa:data></xfa:datasets>"""


def form(path: Path, packets: dict[str, str]) -> Path:
    """A dynamic XFA form with one page that stands in for it."""
    content = f"BT /F1 10 Tf 60 700 Td ({WAIT}) Tj ET"
    listed = " ".join(f"({name}) {7 + n} 0 R" for n, name in enumerate(packets))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /NeedsRendering true >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Fields [] /XFA [{listed}] >>",
        *(f"<< /Length {len(xml)} >>\nstream\n{xml}\nendstream" for xml in packets.values()),
    ]
    text = "%PDF-1.7\n"
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    size = len(objects) + 1
    text += f"trailer\n<< /Root 1 0 R /Size {size} >>\nstartxref\n{text.index('xref')}\n%%EOF\n"
    path.write_bytes(text.encode("latin-1"))
    return path


def test_fields_have_their_labels_and_their_values(tmp_path: Path) -> None:
    path = form(tmp_path / "a.pdf", {"template": TEMPLATE, "datasets": DATA})
    document = parse(path, "a.pdf", Limits())

    assert [line for line in document.text.split("\n") if line] == [
        "Grant for boats",
        "Name of the applicant: Torvald Eng",
        "Kind of boat: Rowing boat",
        "[x] Older than 20 years",
        "[ ] Newly built",
        "Town: ____",
        "Subsidy: 12400",
    ]
    assert document.notice is None


@pytest.mark.parametrize("packets", [{}, {"datasets": "<broken"}, {"config": "<config/>"}])
def test_a_form_that_cannot_be_read_says_so(tmp_path: Path, packets: dict[str, str]) -> None:
    document = parse(form(tmp_path / "a.pdf", packets), "a.pdf", Limits())

    assert document.notice is not None or not packets
    assert WAIT in document.text
