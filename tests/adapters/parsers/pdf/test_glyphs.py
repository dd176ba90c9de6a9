"""Glyphs that come as codes: mapped where their font is known, else they are told of."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.adapters.parsers.pdf.glyphs import UNREAD, repaired
from lodgepole.limits import Limits


@dataclass
class Page:
    """Characters in one font; those that are drawn as a bar are named."""

    text: str
    font: str = "abcdef+cmsy10"
    bars: set[int] = field(default_factory=set)
    hyphens: set[int] = field(default_factory=set)

    def codes(self) -> list[int]:
        return list(map(ord, self.text))

    def is_hyphen(self, number: int) -> bool:
        return number in self.hyphens

    def font_name(self, index: int) -> str:
        return self.font

    def ink(self, number: int) -> tuple[float, float]:
        return (0.6, 0.05) if number in self.bars else (0.5, 0.6)


@pytest.mark.parametrize(
    ("font", "text", "read"),
    [
        ("abcdef+cmsy10", "\x0042 \x02 3 \x14 9", "−42 × 3 ≤ 9"),
        ("abcdef+cmmi10", "\x0b + \x0c", "α + β"),
        ("abcdef+cmr10", "\x0cnd", "ﬁnd"),
        ("symbolmt", "\uf02d5 \uf0b1 \uf061", "−5 ± α"),
        ("wingdings", "þ yes o no", "☑ yes ☐ no"),
        ("arial", "\uf0b7 item", "• item"),
        ("minionexp", "\uf732\uf734", "24"),
        ("fontawesome", "\uf095 555", "  555"),
        ("arial", "\x055", f"{UNREAD}5"),
        ("arial", "plain o text", "plain o text"),
        ("arial", "\x05 an item\n\x05 42", f"• an item\n{UNREAD} 42"),
    ],
)
def test_signs_are_read_by_their_fonts(font: str, text: str, read: str) -> None:
    assert repaired(Page(text, font)) == read


def test_a_bar_is_a_minus_sign() -> None:
    assert repaired(Page("\x055", "arial", bars={0})) == "−5"


def test_hyphens_at_line_ends_stay() -> None:
    assert repaired(Page("inter\x02national", "cmr10", hyphens={5})) == "inter\x02national"


def test_the_code_that_parts_words_is_a_space() -> None:
    assert repaired(Page("the\x03old\x03harbour\x03of\x03Bergen", "arial")) == (
        "the old harbour of Bergen"
    )


def test_a_page_says_what_it_could_not_read(tmp_path: Path) -> None:
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "1 begincodespacerange <00> <FF> endcodespacerange "
        "2 beginbfchar <41> <0002> <42> <0001> endbfchar endcmap end end"
    )
    content = "BT /F1 10 Tf 60 700 Td (Balance ) Tj /F2 10 Tf (A) Tj /F1 10 Tf (42 euros) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    text = "%PDF-1.7\n" + "".join(
        f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(objects, 1)
    )
    path = tmp_path / "a.pdf"
    path.write_text(f"{text}trailer\n<< /Root 1 0 R /Size 8 >>\n", encoding="latin-1")

    document = parse(path, "a.pdf", Limits())

    assert document.text == f"Balance {UNREAD}42 euros"
    assert document.notice is not None
    assert "One sign on page 1 could not be read" in document.notice
