"""Tables of PDFs: drawn grids, white space between columns, heads, empty cells; what is none."""

import textwrap
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits
from lodgepole.model import BlockKind

X = (60, 170, 260, 350, 440)
Rows = Sequence[Sequence[str]]


def blocks(path: Path, draw: Callable[[Canvas], None]) -> list[tuple[BlockKind, str]]:
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Times-Roman", 10)
    draw(canvas)
    canvas.save()
    document = parse(path, "a.pdf", Limits())
    check_document(document)
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def tables(path: Path, draw: Callable[[Canvas], None]) -> list[list[str]]:
    found = blocks(path, draw)
    return [text.split("\n") for kind, text in found if kind is BlockKind.TABLE]


def put(canvas: Canvas, rows: Rows, *, top: float = 760, step: float = 14, right: bool = False):
    """Cells row by row, each on one line; figures even on the right if asked."""
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if right and column:
                canvas.drawRightString(X[column] + 60, top - step * number, cell)
            else:
                canvas.drawString(X[column], top - step * number, cell)


def grid(canvas: Canvas, heights: Sequence[float], edges: Sequence[float]):
    for y in heights:
        canvas.line(edges[0], y, edges[-1], y)
    for x in edges:
        canvas.line(x, heights[0], x, heights[-1])


YEARS = (
    ("Item", "2019", "2020", "2021"),
    ("Fares", "812", "640", "701"),
    ("Grants", "", "95", "120"),
    ("Fines", "", "", "7"),
    ("Other", "19", "22", ""),
)
SAID = [
    "Item | 2019 | 2020 | 2021",
    "Fares | 812 | 640 | 701",
    "Grants | | 95 | 120",
    "Fines | | | 7",
    "Other | 19 | 22",
]


@pytest.mark.parametrize("ruled", [True, False])
def test_an_empty_cell_keeps_its_place(tmp_path: Path, ruled: bool):
    def draw(canvas: Canvas):
        put(canvas, YEARS, right=True)
        if ruled:
            grid(canvas, [771 - 14 * n for n in range(6)], (56, 165, 235, 325, 415))

    assert tables(tmp_path / "a", draw) == [SAID]


def test_a_table_drawn_column_by_column_is_read_row_by_row(tmp_path: Path):
    def draw(canvas: Canvas):
        for column in range(4):
            for number, row in enumerate(YEARS):
                canvas.drawRightString(X[column] + 60, 760 - 14 * number, row[column])

    assert tables(tmp_path / "a", draw) == [SAID]


@pytest.mark.parametrize("drawn", ["lines", "boxes", "thin rectangles", "in a form"])
def test_cells_of_a_drawn_grid_take_several_lines(tmp_path: Path, drawn: str):
    heights, edges = (772, 756, 728, 700), (56, 130, 300, 400)

    def rule(canvas: Canvas):
        if drawn == "boxes":
            for (top, foot), (left, right) in product(pairwise(heights), pairwise(edges)):
                canvas.rect(left, foot, right - left, top - foot)
        elif drawn == "thin rectangles":
            for y in heights:
                canvas.rect(edges[0], y, edges[-1] - edges[0], 0.7, stroke=0, fill=1)
            for x in edges:
                canvas.rect(x, heights[-1], 0.7, heights[0] - heights[-1], stroke=0, fill=1)
        else:
            grid(canvas, heights, edges)

    def draw(canvas: Canvas):
        canvas.beginForm("grid") if drawn == "in a form" else None
        rule(canvas)
        if drawn == "in a form":
            canvas.endForm()
            canvas.doForm("grid")
            canvas.setFont("Times-Roman", 10)
        for x, y, text in (
            *((60, 760, "Duty"), (134, 760, "What it covers"), (304, 760, "Who")),
            *(
                (60, 740, "Signals"),
                (134, 746, "Every signal from the bridge"),
                (304, 746, "North"),
            ),
            *((134, 733, "to the yard is looked at"), (304, 733, "crew"), (60, 712, "Points")),
            *((134, 718, "Points are greased in spring"), (304, 712, "South crew")),
            (134, 705, "and before the first frost"),
        ):
            canvas.drawString(x, y, text)

    assert tables(tmp_path / "a", draw) == [
        [
            "Duty | What it covers | Who",
            "Signals | Every signal from the bridge to the yard is looked at | North crew",
            "Points | Points are greased in spring and before the first frost | South crew",
        ]
    ]


def test_figures_below_figures_are_rows_of_their_own_in_a_grid_without_lines_between_them(
    tmp_path: Path,
):
    def draw(canvas: Canvas):
        put(canvas, (*YEARS[:2], ("Leases", "33", "41", "45")), right=True)
        grid(canvas, (771, 757, 727), (56, 165, 235, 325, 415))

    assert tables(tmp_path / "a", draw) == [[*SAID[:2], "Leases | 33 | 41 | 45"]]


def test_a_cell_over_several_rows_or_columns_belongs_to_each(tmp_path: Path):
    def draw(canvas: Canvas):
        put(canvas, [("", "Boats", "", "Fees", "")], top=760)
        put(canvas, [("", "2020", "2021", "2020", "2021")], top=744)
        put(canvas, [("North", "4", "5", "81", "90"), ("South", "7", "7", "60", "61")], top=728)
        canvas.drawString(X[0], 752, "Port")
        for y in (772, 740, 724, 708):
            canvas.line(56, y, 500, y)
        canvas.line(166, 756, 500, 756)
        for x, top in ((56, 772), (166, 772), (256, 756), (346, 772), (436, 756), (500, 772)):
            canvas.line(x, top, x, 708)

    assert tables(tmp_path / "a", draw) == [
        [
            "Port | Boats | Boats | Fees | Fees",
            "Port | 2020 | 2021 | 2020 | 2021",
            "North | 4 | 5 | 81 | 90",
            "South | 7 | 7 | 60 | 61",
        ]
    ]


def test_names_of_several_lines_are_put_together_over_their_columns(tmp_path: Path):
    def draw(canvas: Canvas):
        put(canvas, [("", "", "Fares per", "")], top=786, step=13)
        put(canvas, [("", "Boats at", "passenger", "Days in")], top=773)
        put(canvas, [("Port", "the pier", "and day", "service")], top=760)
        put(canvas, [(f"Place {n}", str(n + 2), f"{n}.50", str(30 - n)) for n in range(6)], top=742)

    [table] = tables(tmp_path / "a", draw)

    assert table[:2] == [
        "Port | Boats at the pier | Fares per passenger and day | Days in service",
        "Place 0 | 2 | 0.50 | 30",
    ]


def test_a_name_over_a_rule_is_that_of_each_column_under_it(tmp_path: Path):
    def draw(canvas: Canvas):
        canvas.drawCentredString(265, 774, "Boats")
        canvas.drawCentredString(445, 774, "Fees")
        canvas.line(175, 771, 322, 771)
        canvas.line(355, 771, 502, 771)
        put(canvas, [("Port", "small", "large", "small", "large")], top=760, right=True)
        canvas.line(60, 756, 502, 756)
        rows = [(f"Place {n}", str(n), str(n + 9), f"{n}1", f"{n}2") for n in range(6)]
        put(canvas, rows, top=744, right=True)

    [table] = tables(tmp_path / "a", draw)

    assert table[:3] == [
        "Port | Boats | Boats | Fees | Fees",
        "Port | small | large | small | large",
        "Place 0 | 0 | 9 | 01 | 02",
    ]


def test_a_label_of_two_lines_has_the_figures_beside_its_second(tmp_path: Path):
    def draw(canvas: Canvas):
        put(canvas, [("Port", "2020", "2021"), ("Northern ports", "", "")])
        put(
            canvas,
            [("and their piers", "45", "47"), ("South", "7", "8"), ("West", "9", "8")],
            top=732,
        )

    assert tables(tmp_path / "a", draw) == [
        [
            "Port | 2020 | 2021",
            "Northern ports and their piers | 45 | 47",
            "South | 7 | 8",
            "West | 9 | 8",
        ]
    ]


def test_a_heading_between_two_tables_parts_them(tmp_path: Path):
    def draw(canvas: Canvas):
        put(canvas, [("Month", "Boats"), ("May", "4"), ("June", "5"), ("July", "6")])
        canvas.setFont("Times-Bold", 13)
        canvas.drawString(60, 700, "Fees")
        canvas.setFont("Times-Roman", 10)
        for number, row in enumerate((("Kind", "Fee", "Tax"), ("A", "12", "2"), ("B", "9", "1"))):
            for x, cell in zip((60, 120, 200), row, strict=True):
                canvas.drawString(x, 682 - 14 * number, cell)

    assert blocks(tmp_path / "a", draw) == [
        (BlockKind.TABLE, "Month | Boats\nMay | 4\nJune | 5\nJuly | 6"),
        (BlockKind.HEADING, "Fees"),
        (BlockKind.TABLE, "Kind | Fee | Tax\nA | 12 | 2\nB | 9 | 1"),
    ]


LEFT = textwrap.wrap("The left column speaks of rivers and of the forests along them. " * 9, 45)
RIGHT = textwrap.wrap("On the right we read about mountains and of the snow they carry. " * 9, 45)


@pytest.mark.parametrize("by_row", [True, False])
def test_a_table_in_one_column_of_prose_takes_none_of_the_other(tmp_path: Path, by_row: bool):
    count = min(len(LEFT), len(RIGHT))
    cells = [
        ("Port", "Boats", "Days"),
        ("North", "45", "12"),
        ("South", "7", "31"),
        ("West", "9", "8"),
    ]

    def row(canvas: Canvas, y: float, cells: Sequence[str]):
        for x, cell in zip((310, 400, 480), cells, strict=True):
            canvas.drawString(x, y, cell)

    def draw(canvas: Canvas):
        right = [*RIGHT[: count - 4], *cells]
        drawn = [(60, n, text) for n, text in enumerate(LEFT[:count])]
        drawn += [(310, n, text) for n, text in enumerate(right)]
        for x, number, text in sorted(drawn, key=lambda d: (d[1], d[0])) if by_row else drawn:
            if isinstance(text, tuple):
                row(canvas, 760 - 13 * number, text)
            else:
                canvas.drawString(x, 760 - 13 * number, text)

    found = blocks(tmp_path / "a", draw)

    assert [text for _, text in found] == [
        " ".join(LEFT[:count]),
        " ".join(RIGHT[: count - 4]),
        "Port | Boats | Days\nNorth | 45 | 12\nSouth | 7 | 31\nWest | 9 | 8",
    ]


def test_a_page_of_many_cells_in_each_row_is_no_page_of_two_columns(tmp_path: Path):
    rows = [[f"Place number {n} of them", f"{n}1", f"{n}2", f"{n}3", f"{n}4"] for n in range(30)]

    [table] = tables(tmp_path / "a", lambda canvas: put(canvas, rows))

    assert table == [" | ".join(row) for row in rows]


def test_a_frame_around_prose_is_no_table(tmp_path: Path):
    def draw(canvas: Canvas):
        grid(canvas, (775, 500), (50, 400))
        for n, line in enumerate(LEFT):
            canvas.drawString(60, 760 - 13 * n, line)

    assert blocks(tmp_path / "a", draw) == [(BlockKind.PARAGRAPH, " ".join(LEFT))]


def test_a_chart_with_grid_lines_is_no_table(tmp_path: Path):
    def draw(canvas: Canvas):
        grid(canvas, [700 - 30 * n for n in range(8)], [100 + 30 * n for n in range(12)])
        canvas.drawString(110, 600, "peak")
        canvas.drawString(230, 560, "low")

    assert tables(tmp_path / "a", draw) == []


def test_columns_of_a_wide_page_are_parted_as_those_of_a_narrow_one(tmp_path: Path):
    rows = [
        ("Port", "Boats", "Days"),
        ("North", "45", "12"),
        ("South", "7", "31"),
        ("West", "9", "8"),
    ]

    def draw(canvas: Canvas):
        canvas.setPageSize((1190, 842))
        for n, line in enumerate(LEFT[:14]):
            canvas.drawString(60, 760 - 13 * n, line[:34])
        for n, line in enumerate(RIGHT[:10]):
            canvas.drawString(640, 760 - 13 * n, line[:34])
        for n, row in enumerate(rows, 10):
            for x, cell in zip((640, 730, 800), row, strict=True):
                canvas.drawString(x, 760 - 13 * n, cell)

    assert tables(tmp_path / "a", draw) == [[" | ".join(row) for row in rows]]
