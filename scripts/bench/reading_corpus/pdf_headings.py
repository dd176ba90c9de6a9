"""PDFs whose headings are told by size, weight or number, among lines that only look like some."""

import textwrap
from collections.abc import Iterator

from reportlab.pdfgen.canvas import Canvas

from reading_corpus.case import Case
from reading_corpus.pdf_tables import drawn

Set = tuple[str, str, float]
"""A line or paragraph, its font and its size."""

BODY: Set = (
    "The ferry leaves the old pier every hour from six in the morning until the last train has "
    "come in, which in winter may be late. Tickets are sold on board. " * 3,
    "Times-Roman",
    10,
)
SIZES: tuple[Set, ...] = (
    ("Ferries of the inner bay", "Times-Roman", 20),
    ("Timetable", "Times-Roman", 14),
    BODY,
    ("Fares", "Times-Roman", 14),
    BODY,
)
WEIGHTS: tuple[Set, ...] = (
    ("Rules of carriage", "Times-Bold", 16),
    ("Luggage", "Times-Bold", 10),
    BODY,
    ("Dogs and bicycles", "Times-Bold", 10),
    BODY,
)

NONE: tuple[Set, ...] = (
    BODY,
    ("PLEASE BRING A VALID TICKET", "Times-Roman", 10),
    BODY,
    ("Table 3. Boats by year", "Times-Bold", 12),
    BODY,
    ("Nobody may stand on the upper deck while the ferry turns. " * 5, "Times-Bold", 10),
    BODY,
)
NUMBERS: tuple[Set, ...] = (
    ("1 Scope", "Times-Bold", 12),
    BODY,
    ("1.1 Dogs and bicycles", "Times-Roman", 10),
    BODY,
)


def cases() -> Iterator[Case]:
    yield _case("sizes", SIZES, ("Ferries of the inner bay", "Timetable", "Fares"))
    yield _case("weights", WEIGHTS, ("Rules of carriage", "Luggage", "Dogs and bicycles"))
    yield _case("numbers", NUMBERS, ("1 Scope", "1.1 Dogs and bicycles"))
    yield _case("none", NONE, ())


def _case(name: str, lines: tuple[Set, ...], headings: tuple[str, ...]) -> Case:
    def draw(canvas: Canvas) -> None:
        y = 790.0
        for text, font, size in lines:
            canvas.setFont(font, size)
            for line in textwrap.wrap(text, 90):
                y -= 1.3 * size
                canvas.drawString(60, y, line)
            y -= 8

    text = " ".join(words for words, _, _ in lines)
    return Case(name=f"{name}.pdf", data=drawn(draw), text=text, headings=headings)
