"""Drawings, diagrams and charts: their words in order, their numbers by category."""

from typing import Any

import pytest
from lxml import etree

from lodgepole.documents.drawingml import chart, diagram_texts, paragraph_text

A = 'xmlns:a="a" xmlns:c="c" xmlns:r="r"'


def xml(text: str) -> Any:
    return etree.fromstring(text)


def run(text: str, properties: str = "") -> str:
    return f"<a:r>{properties}<a:t>{text}</a:t></a:r>"


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (run("Pump ") + run("test"), "Pump test"),
        (run("one") + "<a:br/>" + run("two"), "one two"),
        ("<a:fld><a:t>7</a:t></a:fld>", "7"),
        ("", ""),
        (run(" \u00a0 "), ""),
    ],
)
def test_a_paragraph_is_one_line(inside: str, shown: str) -> None:
    assert paragraph_text(xml(f"<a:p {A}>{inside}</a:p>")) == shown


def test_a_link_is_followed_by_where_it_leads() -> None:
    link = run("the manual", '<a:rPr><a:hlinkClick r:id="rId1"/></a:rPr>')
    said = paragraph_text(xml(f"<a:p {A}>{link}</a:p>"), {"rId1": "https://example.com/m"})
    assert said.startswith("the manual")
    assert "https://example.com/m" in said
    assert paragraph_text(xml(f"<a:p {A}>{link}</a:p>"), {}) == "the manual"


def test_raised_text_touches_no_number() -> None:
    raised = run("2", '<a:rPr baseline="30000"/>')
    assert paragraph_text(xml(f"<a:p {A}>{run('10')}{raised}</a:p>")) != "102"


def test_a_diagram_is_read_in_the_order_of_its_model() -> None:
    shapes = "".join(
        f"<c:pt><c:t><a:p>{run(text)}</a:p></c:t></c:pt>" for text in ("First", "", "Then")
    )
    assert diagram_texts(xml(f"<c:model {A}>{shapes}</c:model>")) == ["First", "Then"]
    assert diagram_texts(None) == []


def points(*values: str) -> str:
    return "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values))


def series(name: str, categories: tuple[str, ...], values: tuple[str, ...]) -> str:
    return (
        f"<c:ser><c:tx>{points(name)}</c:tx><c:cat>{points(*categories)}</c:cat>"
        f"<c:val>{points(*values)}</c:val></c:ser>"
    )


def read(*parts: str):
    return chart(xml(f"<c:chart {A}>{''.join(parts)}</c:chart>"))


def test_a_chart_is_rows_by_category() -> None:
    made = read(
        f"<c:title><a:p>{run('Fees')}</a:p></c:title>",
        series("Long", ("2023", "2024"), ("812.30000000000007", "903")),
        series("Short", ("2023", "2024"), ("5", "n/a")),
    )
    assert made.titles == ("Fees",)
    assert made.rows == (("2023", "Long: 812.3", "Short: 5"), ("2024", "Long: 903", "Short: n/a"))


def test_places_stand_in_for_categories_that_are_missing() -> None:
    assert read(series("", (), ("4", "5"))).rows == (("1", "4"), ("2", "5"))


def test_a_chart_of_any_size_is_bounded() -> None:
    many = tuple(str(n) for n in range(3000))
    assert len(read(series("s", many, many)).rows) == 1000


def test_places_that_are_no_numbers_count_nothing() -> None:
    odd = '<c:ser><c:val><c:pt idx="x"><c:v>1</c:v></c:pt><c:pt idx="999999999"/></c:val></c:ser>'
    assert read(odd).rows == ()


def test_how_a_chart_is_drawn_is_said_after_its_title() -> None:
    made = read(
        f"<c:title><a:p>{run('Fees')}</a:p></c:title>",
        f"<c:plotArea><c:layout/><c:bar3DChart>{series('Long', ('2023',), ('9',))}</c:bar3DChart>",
        f"<c:lineChart>{series('Short', ('2023',), ('5',))}</c:lineChart></c:plotArea>",
    )
    assert made.titles == ("Fees", "Bar chart", "Line chart")
    assert made.rows == (("2023", "Long: 9", "Short: 5"),)
