"""Tables of sheets, text and pages: names below titles, years, gaps, empty cells, dialects."""

from collections.abc import Iterator, Sequence

from reading_corpus.case import Case, Row
from reading_corpus.packages import Value, workbook

CATCH: tuple[Row, ...] = (
    ("Harbour", "2021", "2022", "2023"),
    ("Ålesund", "410", "", "388"),
    ("Florø", "", "77", "81"),
    ("Måløy", "130", "141", ""),
)
PRICES: tuple[Row, ...] = (
    ("Vare", "Pris, netto", "Vekt"),
    ("Spade", "12,50", "1,8"),
    ("Rive", "", "0,9"),
    ("Greip", "9,90", ""),
)
SHARES: tuple[Row, ...] = (
    ("Age", "0-17", "18-64", "65+"),
    ("North", "21", "", "18"),
    ("South", "19", "60", ""),
    ("West", "", "61", "23"),
)


def cases() -> Iterator[Case]:
    for name, sign in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        yield _csv(f"catch {name}.csv", CATCH, sign)
    yield _csv("prices.csv", PRICES, ";")
    yield _csv("shares.csv", SHARES, ",")
    titles = "Catch by harbour\n\nTonnes\n"
    yield _csv("titles.csv", CATCH, ";", before=titles)
    yield Case(name="utf-16.csv", data=_lines(PRICES, ";").encode("utf-16"), tables=(PRICES,))
    yield from _sheets()
    yield from _pages()


def _csv(name: str, table: Sequence[Row], sign: str, before: str = "") -> Case:
    return Case(name=name, data=(before + _lines(table, sign)).encode(), tables=(tuple(table),))


def _lines(table: Sequence[Row], sign: str) -> str:
    return "\r\n".join(sign.join(row) for row in table) + "\r\n"


def _sheets() -> Iterator[Case]:
    catch = [_typed(row) for row in CATCH]
    yield Case(name="catch.xlsx", data=workbook(catch), tables=(CATCH,))
    preamble: list[list[Value]] = [["Fish office", "", "", "Page 1"], ["Catch by harbour"], []]
    yield Case(name="preamble.xlsx", data=workbook([*preamble, *catch]), tables=(CATCH,))
    second: tuple[Row, ...] = (("Clerk", "Room"), ("Ada", "11"), ("Bo", "12"))
    below = workbook([*catch, [], *map(_typed, second)])
    yield Case(name="below.xlsx", data=below, tables=(CATCH, second))
    rows: list[list[Value]] = [
        ["Part", "Number", "Price", "Share", "Day", "Gain"],
        ["Gasket", (815, 1), (12.5, 2), (0.125, 3), (45000, 4), (-2400, 5)],
    ]
    yield Case(
        name="formats.xlsx",
        data=workbook(rows),
        said=("00815", "12.50 €", "12.5%", "2023-03-15", "(2,400)"),
    )
    head: list[list[Value]] = [["Town", "2023", "", "2024"], ["", "Q1", "Q2", "Q1"]]
    yield Case(
        name="merged.xlsx",
        data=workbook([*head, ["Bodø", 1.0, 2.0, 3.0]], merged=("A1:A2", "B1:C1")),
        said=("2023 Q1: 1", "2023 Q2: 2", "2024 Q1: 3"),
    )


def _typed(row: Row) -> list[Value]:
    return [float(cell) if cell.isdigit() else cell for cell in row]


def _pages() -> Iterator[Case]:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in CATCH)
    yield Case(name="catch.html", data=f"<table>{rows}</table>".encode(), tables=(CATCH,))
    lines = [f"| {' | '.join(row)} |" for row in CATCH]
    marked = "\n".join((lines[0], "|---|---|---|---|", *lines[1:]))
    yield Case(name="catch.md", data=marked.encode(), tables=(CATCH,))
