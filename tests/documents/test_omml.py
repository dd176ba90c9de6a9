"""Formulas of Office files on one line."""

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.documents.omml import DEEPEST, linear


def r(text: str) -> str:
    return f"<r><t>{text}</t></r>"


def el(name: str, **parts: str) -> str:
    return f"<{name}>" + "".join(f"<{p}>{t}</{p}>" for p, t in parts.items()) + f"</{name}>"


def read(inner: str, before: str = "") -> str:
    return linear(etree.fromstring(f"<oMath>{inner}</oMath>"), before)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (el("f", num=r("3"), den=r("8")), "3/8"),
        (r("2") + el("f", num=r("1"), den=r("2")), "2 1/2"),
        (el("f", num=r("a+b"), den=r("2c")), "(a+b)/2c"),
        (r("v=") + el("sSup", e=r("t"), sup=r("2")), "v=t²"),
        (el("sSup", e=r("a+b"), sup=r("n")), "(a+b)ⁿ"),
        (el("sSup", e=r("10"), sup=r("-6")), "10⁻⁶"),
        (el("sSub", e=r("x"), sub=r("max")), "x_max"),
        (el("sSubSup", e=r("x"), sub=r("i"), sup=r("2")), "xᵢ²"),
        (el("rad", deg="", e=r("x+1")), "√(x+1)"),
        (el("rad", deg=r("3"), e=r("8")), "∛8"),
        ('<nary><naryPr><chr val="∑"/></naryPr><sub><r><t>i=1</t></r></sub><sup><r><t>n</t></r>'
         "</sup><e><r><t>a</t></r></e></nary>", "∑ᵢ₌₁ⁿ a"),
        ('<d><dPr><begChr val="["/><endChr val="]"/></dPr><e><r><t>x</t></r></e></d>', "[x]"),
        (el("func", fName=r("sin"), e=r("x")), "sin x"),
        ("<m><mr><e><r><t>1</t></r></e><e><r><t>0</t></r></e></mr>"
         "<mr><e><r><t>0</t></r></e><e><r><t>1</t></r></e></mr></m>", "1, 0; 0, 1"),
        ('<acc><accPr><chr val="⃗"/></accPr><e><r><t>v</t></r></e></acc>', "v⃗"),
    ],
)  # fmt: skip
def test_a_formula_is_one_line(formula: str, text: str) -> None:
    assert read(formula) == text


def test_a_formula_stands_apart_from_a_number_before_it() -> None:
    assert read(el("f", num=r("1"), den=r("2")), "4") == " 1/2"


def test_no_depth_is_too_deep() -> None:
    deep = r("x")
    for _ in range(DEEPEST + 40):
        deep = el("sSup", e=deep, sup=r("2"))

    assert "²" in read(deep)
