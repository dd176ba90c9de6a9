"""PDFs with tables as they are drawn: ruled or not, cells of several lines, cells left empty."""

import io
import textwrap
from collections.abc import Callable, Iterator
from itertools import pairwise

from reportlab.pdfgen.canvas import Canvas

from reading_corpus.case import Case, Row

SIZE = 10
STEP = 13
STOPS: Row = ("Stop", "Opened", "Passengers", "Platforms")
PLACES = ("Ashby", "Brook", "Carr", "Dean", "Elm", "Frith", "Gale", "Holt", "Inch", "Jarrow")
FIGURES: tuple[Row, ...] = tuple(
    (place, str(1871 + 7 * n), f"{13 * n + 4},{100 + 37 * n}", str(2 + n % 3))
    for n, place in enumerate(PLACES)
)
YEARS: tuple[Row, ...] = (
    ("Item", "2019", "2020", "2021"),
    ("Fares", "812", "640", "701"),
    ("Grants", "", "95", "120"),
    ("Leases", "33", "", "41"),
    ("Fines", "", "", "7"),
    ("Other", "19", "22", ""),
)
WIDE: tuple[Row, ...] = (
    ("Duty", "Who", "What it covers"),
    ("Signals", "North crew", "Every signal from the bridge to the yard is looked at twice a week"),
    ("Points", "South crew", "Points are greased in spring and again before the first frost"),
    ("Lamps", "Night crew", "Lamps on all platforms, those of the car park and of the footbridge"),
)
PROSE = (
    "The line was built in two parts, and for some years passengers had to walk from one station "
    "to the other. "
)


def cases() -> Iterator[Case]:
    yield _case("bare", lambda canvas: table(canvas, (STOPS, *FIGURES)), ((STOPS, *FIGURES),))
    yield _case("two columns", _two_columns, ((STOPS, *FIGURES),), text=_two_columns_text())
    yield _case("empty cells", lambda canvas: table(canvas, YEARS, right=True), (YEARS,))
    for name, ruled in (("grid", "grid"), ("lines", "rows"), ("boxes", "boxes")):
        yield _case(
            f"cells of several lines, {name}",
            lambda canvas, ruled=ruled: table(
                canvas, WIDE, edges=(60, 150, 240, 400), ruled=ruled, wrap=30
            ),
            (WIDE,),
        )
    yield _case("drawn by column", _by_column, (YEARS,))
    yield _case("names of several lines", _names, (NAMED,))
    yield _case(
        "empty cells, grid", lambda canvas: table(canvas, YEARS, ruled="grid", right=True), (YEARS,)
    )


def _case(
    name: str, draw: Callable[[Canvas], None], tables: tuple[tuple[Row, ...], ...], text: str = ""
) -> Case:
    words = text or " ".join(cell for rows in tables for row in rows for cell in row)
    return Case(name=f"{name}.pdf", data=drawn(draw), text=words, tables=tables)


def drawn(draw: Callable[[Canvas], None]) -> bytes:
    """The bytes of a PDF with one page or more, alike at each run."""
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(595, 842), invariant=1)
    canvas.setFont("Times-Roman", SIZE)
    draw(canvas)
    canvas.save()
    return data.getvalue()


def table(
    canvas: Canvas,
    rows: tuple[Row, ...],
    *,
    edges: tuple[float, ...] = (60, 180, 290, 400, 510),
    top: float = 760,
    ruled: str = "",
    wrap: int = 60,
    right: bool = False,
) -> float:
    """Draw rows from `top` down; the height at which they end."""
    y = top
    heights = [top]
    for row in rows:
        cells = [textwrap.wrap(cell, wrap) or [""] for cell in row]
        for column, lines in enumerate(cells):
            for number, line in enumerate(lines):
                if right and column:
                    canvas.drawRightString(edges[column + 1] - 4, y - STEP * (number + 1) + 3, line)
                else:
                    canvas.drawString(edges[column] + 3, y - STEP * (number + 1) + 3, line)
        y -= STEP * max(map(len, cells)) + (3 if ruled else 0)
        heights.append(y)
    rule(canvas, edges[: len(rows[0]) + 1], heights, ruled)
    return y


def rule(canvas: Canvas, edges: tuple[float, ...], heights: list[float], ruled: str) -> None:
    if ruled == "boxes":
        for left, right in pairwise(edges):
            for top, foot in pairwise(heights):
                canvas.rect(left, foot, right - left, top - foot)
    if ruled in ("grid", "rows"):
        for y in heights:
            canvas.line(edges[0], y, edges[-1], y)
    if ruled == "grid":
        for x in edges:
            canvas.line(x, heights[0], x, heights[-1])


NAMED: tuple[Row, ...] = (
    ("Stop", "Boats at the pier", "Days in service"),
    *((place, str(n), str(30 - n)) for n, place in enumerate(PLACES)),
)


def _by_column(canvas: Canvas) -> None:
    for column in range(4):
        for number, row in enumerate(YEARS):
            canvas.drawRightString(160 + 90 * column, 760 - 14 * number, row[column])


def _names(canvas: Canvas) -> None:
    for x, y, text in ((200, 773, "Boats at"), (300, 773, "Days in")):
        canvas.drawString(x, y, text)
    rows = [("Stop", "the pier", "service"), *NAMED[1:]]
    for number, row in enumerate(rows):
        for x, cell in zip((60, 200, 300), row, strict=True):
            canvas.drawString(x, 760 - 14 * number, cell)


def _two_columns(canvas: Canvas) -> None:
    """Prose in two columns, drawn row by row, and a table across both below it."""
    for n, (left, right) in enumerate(_columns_of_prose()):
        canvas.drawString(60, 780 - STEP * n, left)
        canvas.drawString(310, 780 - STEP * n, right)
    table(canvas, (STOPS, *FIGURES), top=560)


def _columns_of_prose() -> list[tuple[str, str]]:
    lines = textwrap.wrap(PROSE * 12, 45)
    half = len(lines) // 2
    return list(zip(lines[:half], lines[half : 2 * half], strict=True))


def _two_columns_text() -> str:
    left, right = zip(*_columns_of_prose(), strict=True)
    cells = [cell for row in (STOPS, *FIGURES) for cell in row]
    return " ".join((*left, *right, *cells))
