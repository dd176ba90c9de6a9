"""Formulas of pages on one line."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from lodgepole.adapters.parsers.html.mathml import linear


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mfrac><mn>3</mn><mn>8</mn></mfrac>", "3/8"),
        ("<mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "2 1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a+b)/c"),
        ("<msup><mi>t</mi><mn>2</mn></msup>", "t²"),
        ("<msub><mi>x</mi><mn>1</mn></msub>", "x₁"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "xᵢ²"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "∛8"),
        ("<mover><mi>v</mi><mo>→</mo></mover>", "v"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable>", "1, 0"),
        ("<semantics><mi>y</mi><annotation>\\y</annotation></semantics>", "y"),
    ],
)
def test_a_formula_is_one_line(formula: str, text: str) -> None:
    math = LexborHTMLParser(f"<p><math>{formula}</math></p>").css_first("math")

    assert math is not None
    assert linear(math) == text
