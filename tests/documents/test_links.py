"""Where links lead stands after their text, once."""

import pytest

from lodgepole.documents.links import LONGEST, after_link


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("the form", "https://town.example/form?id=7#a", " <https://town.example/form?id=7#a>"),
        ("Ada", "mailto:ada@town.example?subject=Hello", " <ada@town.example>"),
        ("call us", "tel:+4755112233", " <+4755112233>"),
        ("+47 55 11 22 33", "tel:+4755112233", ""),
        ("ada@town.example", "mailto:Ada@town.example", ""),
        ("www.town.example", "https://www.town.example/", ""),
        ("see https://town.example/form", "https://town.example/form", ""),
        ("town.example", "https://town.example/form", " <https://town.example/form>"),
        ("the next chapter", "#chapter-2", ""),
        ("the next page", "page2.html", ""),
        ("press", "javascript:alert(1)", ""),
        ("", "https://town.example", ""),
        ("broken", "https://town.example/a b", ""),
        ("long", "https://town.example/" + "x" * LONGEST, ""),
    ],
)
def test_a_target_stands_after_its_link(text: str, target: str, expected: str) -> None:
    assert after_link(text, target) == expected
