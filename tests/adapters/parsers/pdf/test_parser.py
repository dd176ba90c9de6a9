"""PDF: order, paragraphs, headings, tables, running lines, mended words; and hostile files."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

LEFT = textwrap.wrap(
    "The left column speaks of rivers and of the forests that line them, and it goes on for a "
    "good while so that there are many lines of prose to be read in their order. " * 3,
    45,
)
RIGHT = textwrap.wrap(
    "On the right we read about mountains, their snow, and the animals that live above the trees "
    "where only moss will grow between the stones and the ice of winter. " * 3,
    45,
)


def read(path: Path, limits: Limits | None = None) -> Document:
    document = parse(path, "a.pdf", limits or Limits())
    check_document(document)
    return document


def write(path: Path, draw: Callable[[Canvas], None], **options: object) -> Path:
    canvas = Canvas(str(path), pagesize=(595, 842), **options)
    canvas.setFont("Times-Roman", 10)
    draw(canvas)
    canvas.save()
    return path


def put(canvas: Canvas, lines: list[str], *, x: float = 60, y: float = 740) -> None:
    for index, line in enumerate(lines):
        canvas.drawString(x, y - 13 * index, line)


def shown(document: Document, kind: BlockKind) -> list[str]:
    return [
        document.text[block.start : block.end] for block in document.blocks if block.kind is kind
    ]


def test_every_page_has_its_span_blank_ones_too(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["The first page."])
        canvas.showPage()
        canvas.showPage()
        put(canvas, ["The third page."])

    document = read(write(tmp_path / "a", draw))

    texts = [document.text[page.start : page.end].strip() for page in document.pages]
    assert texts == ["The first page.", "", "The third page."]
    assert document.notice is None
    assert not document.pages_estimated


def test_lines_become_paragraphs_where_the_author_did_not_break_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, [*LEFT, "Name: Ada", "Town: Bergen"])

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.PARAGRAPH) == [" ".join(LEFT), "Name: Ada", "Town: Bergen"]


@pytest.mark.parametrize("drawn", ["first", "last"])
@pytest.mark.parametrize(
    ("cap", "rest", "begins"),
    [
        ("O", "nce upon a time", "Once upon a time"),
        ("“W", "HEN THE ships", "“WHEN THE ships"),
        ("A", "ship came once", "A ship came once"),
        ("A", "ll of it", "All of it"),
        ("L", "’homme", "L’homme"),
    ],
)
def test_a_large_first_letter_stands_in_the_word_that_it_begins(
    tmp_path: Path, drawn: str, cap: str, rest: str, begins: str
) -> None:
    said = f"{rest} there was a harbour, and every ship paid a fee of nine dollars there. "
    lines = textwrap.wrap(said + "The keeper wrote each name into a book. " * 6, 60)

    def draw(canvas: Canvas) -> None:
        def large() -> None:
            canvas.setFont("Times-Roman", 36)
            canvas.drawString(60, 714, cap)
            canvas.setFont("Times-Roman", 10)

        if drawn == "first":
            large()
        put(canvas, lines[:3], x=62 + 0.8 * 36 * len(cap.replace("“", "")) + 16 * ("“" in cap))
        put(canvas, lines[3:], y=701)
        if drawn == "last":
            large()

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.PARAGRAPH) == [begins + " ".join(lines).removeprefix(rest)]


def test_a_large_letter_over_a_list_is_no_beginning(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["apple", "alder", "ash"], x=90)
        put(canvas, [*LEFT], y=600)
        canvas.setFont("Times-Roman", 36)
        canvas.drawString(60, 714, "A")

    assert {"A", "apple"} <= set(read(write(tmp_path / "a", draw)).text.split())


@pytest.mark.parametrize("rows", [True, False])
def test_two_columns_are_read_one_after_the_other(tmp_path: Path, rows: bool) -> None:
    count = min(len(LEFT), len(RIGHT))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 18)
        canvas.drawString(60, 790, "A heading across both of the columns")
        canvas.setFont("Times-Roman", 10)
        if rows:
            for index in range(count):
                put(canvas, [LEFT[index]], y=740 - 13 * index)
                put(canvas, [RIGHT[index]], x=310, y=740 - 13 * index)
        else:
            put(canvas, LEFT[:count])
            put(canvas, RIGHT[:count], x=310)

    document = read(write(tmp_path / "a", draw))

    left, right = " ".join(LEFT[:count]), " ".join(RIGHT[:count])
    assert document.text.index(left) < document.text.index(right)
    assert document.text.startswith("A heading across both of the columns")


def test_table_rows_stay_on_one_line(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["Prices of this year"], y=780)
        for index in range(12):
            put(canvas, [f"Item {index}"], y=740 - 13 * index)
            put(canvas, [str(index * 17)], x=200, y=740 - 13 * index)
            put(canvas, [f"{index}.50 EUR"], x=310, y=740 - 13 * index)

    document = read(write(tmp_path / "a", draw))

    [table] = shown(document, BlockKind.TABLE)
    assert table.split("\n")[:2] == ["Item 0 | 0 | 0.50 EUR", "Item 1 | 17 | 1.50 EUR"]


def justified(canvas: Canvas, lines: list[str], width: float, y: float) -> None:
    """Draw lines word by word, all but the last stretched to a width."""
    for line in lines:
        words = line.split()
        widths = [canvas.stringWidth(word, "Times-Roman", 10) for word in words]
        space = (width - sum(widths)) / (len(words) - 1) if line != lines[-1] else 2.5
        x = 60.0
        for word, taken in zip(words, widths, strict=True):
            canvas.drawString(x, y, word)
            x += taken + space
        y -= 13


def test_prose_stretched_to_a_narrow_column_is_no_table(tmp_path: Path) -> None:
    lines = textwrap.wrap(
        "The left column speaks of rivers and of extraordinary forests that line them, and it "
        "goes on for a considerable while so that there is very much to be read here.",
        20,
    )

    document = read(write(tmp_path / "a", lambda canvas: justified(canvas, lines, 98, 740)))

    assert shown(document, BlockKind.PARAGRAPH) == [" ".join(lines)]


def test_rows_as_wide_as_the_prose_above_them_stay_rows(tmp_path: Path) -> None:
    rows = [["yes", "no", "yes"], ["no", "yes", "no"], ["11", "12", "13"], ["21", "22", "23"]]

    def draw(canvas: Canvas) -> None:
        justified(canvas, ["All of the answers here", "in three columns"], 110, 740)
        for number, row in enumerate(rows):
            for x, cell in zip((60, 108, 156), row, strict=True):
                canvas.drawString(x, 714 - 13 * number, cell)

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.TABLE) == ["\n".join(" | ".join(row) for row in rows)]


def test_the_outline_says_which_lines_are_headings(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.bookmarkPage("one")
        canvas.bookmarkPage("two")
        canvas.addOutlineEntry("Scope of this", "one", level=0)
        canvas.addOutlineEntry("Terms", "two", level=1)
        put(canvas, ["Scope of this", *LEFT[:3], "Terms", *LEFT[:3]])

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.HEADING) == ["Scope of this", "Terms"]
    assert [b.level for b in document.blocks if b.kind is BlockKind.HEADING] == [1, 2]


def test_lines_repeated_at_the_edges_of_pages_are_running(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(1, 6):
            put(canvas, ["Annual report 2026"], y=815)
            put(canvas, [*LEFT, *RIGHT][number : number + 9])
            put(canvas, [f"{number} of 5"], x=280, y=30)
            canvas.showPage()

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.RUNNING) == [
        text for number in range(1, 6) for text in ("Annual report 2026", f"{number} of 5")
    ]


def test_a_line_of_signs_alone_is_not_running(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for name in ("north", "south", "east", "west"):
            put(canvas, [f"go {name}:", "{", f"to the {name} of here", f"end of {name}", "}"])
            canvas.showPage()

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.RUNNING) == []


def test_words_split_at_line_ends_are_mended_as_the_document_spells_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["The well-known trade is inter-", "national and also well-"])
        put(canvas, ["known, at the over-the-", "counter place of Anna-", "Maria herself."], y=714)

    document = read(write(tmp_path / "a", draw))

    text = " ".join(document.text.split())
    assert text == (
        "The well-known trade is international and also well-known, at the over-the-counter place "
        "of Anna-Maria herself."
    )


def test_hyphens_stay_where_the_document_splits_no_words(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["Some well-known and low-cost, in-network aids for a bone are well-"])
        put(canvas, ["known to all, with low-", "cost tests in the plan and in-"], y=727)
        put(canvas, ["network implants that are bone-", "anchored as wanted."], y=701)

    text = " ".join(read(write(tmp_path / "a", draw)).text.split())

    assert text == (
        "Some well-known and low-cost, in-network aids for a bone are well-known to all, with "
        "low-cost tests in the plan and in-network implants that are bone-anchored as wanted."
    )


def test_halves_at_line_ends_are_not_taken_for_words(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y in (740, 690):
            put(canvas, ["The trade is international, inter-", "national and has associa-"], y=y)
            put(canvas, ["tivity of a kind."], y=y - 26)

    text = " ".join(read(write(tmp_path / "a", draw)).text.split())

    sentence = "The trade is international, international and has associativity of a kind."
    assert text == f"{sentence} {sentence}"


def test_a_line_end_between_chinese_or_japanese_characters_is_no_space(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 10)
        put(canvas, ["大きなファイルは、複数のより小さな断片にし", "てバックアップします、Debian"])
        put(canvas, ["システムでは特に大切です。"], y=714)

    assert read(write(tmp_path / "a", draw)).text == (
        "大きなファイルは、複数のより小さな断片にしてバックアップします、Debian "
        "システムでは特に大切です。"
    )


def test_signs_beyond_ascii_are_kept(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["pages 133–134 — “§ 5” … ±3 °C"])

    assert read(write(tmp_path / "a", draw)).text == "pages 133–134 — “§ 5” … ±3 °C"


def test_bullets_are_list_items(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["What we need:", "1. some bread", "2. some butter", "Thanks."])

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.LIST_ITEM) == ["1. some bread", "2. some butter"]


def test_a_large_bullet_does_not_make_a_heading(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, LEFT)
        for index, line in enumerate(["the catalog of files and what", "belongs to them;"]):
            canvas.drawString(75, 500 - 13 * index, line)
        canvas.setFont("Times-Roman", 14)
        canvas.drawString(60, 500, "•")

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.HEADING) == []
    assert "the catalog of files and what belongs to them;" in document.text


def picture(canvas: Canvas) -> None:
    from PIL import Image

    canvas.drawInlineImage(Image.new("RGB", (40, 40), "red"), 100, 400, 300, 300)


def test_pages_that_show_something_unreadable_are_named(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, LEFT)
        for _ in range(2):
            canvas.showPage()
            picture(canvas)

    document = read(write(tmp_path / "a", draw))

    assert document.notice is not None
    assert document.notice.startswith("Pages 2 and 3 hold no readable text. To have scanned pages")


def test_pages_that_are_promised_and_missing_are_told(tmp_path: Path) -> None:
    whole = write(tmp_path / "a", lambda canvas: put(canvas, LEFT), pageCompression=0)
    whole.write_bytes(whole.read_bytes().replace(b"/Count 1 ", b"/Count 9 "))

    document = read(whole)

    assert len(document.pages) == 1
    assert document.notice == "The file says it has 9 pages; 1 could be found."


def encrypted(path: Path) -> Path:
    return write(path, lambda canvas: put(canvas, LEFT), encrypt=StandardEncryption("secret"))


def scanned(path: Path) -> Path:
    return write(path, picture)


def blank(path: Path) -> Path:
    return write(path, lambda canvas: canvas.showPage())


def truncated(path: Path) -> Path:
    whole = write(path, lambda canvas: put(canvas, LEFT)).read_bytes()
    path.write_bytes(whole[:200])
    return path


def no_pdf(path: Path) -> Path:
    path.write_text("hello")
    return path


def nothing(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def tree(path: Path, pages: str) -> Path:
    """A PDF whose page tree is this dictionary, object 2."""
    path.write_text(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        f"2 0 obj<</Type/Pages{pages}>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    return path


def page_loop(path: Path) -> Path:
    return tree(path, "/Kids[2 0 R]/Count 3")


def claims_many(path: Path) -> Path:
    return tree(path, "/Kids[]/Count 50000")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (encrypted, "is encrypted: remove its password"),
        (scanned, "no readable text on any page: it is scanned"),
        (blank, "holds no text"),
        (truncated, "is damaged or not a PDF"),
        (no_pdf, "is damaged or not a PDF"),
        (nothing, "is damaged or not a PDF"),
        (page_loop, "is damaged or not a PDF|no readable text"),
        (claims_many, "is damaged or not a PDF|no readable text|50,000 pages"),
    ],
)
def test_hostile_and_broken_files_are_refused(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(make(tmp_path / "a"))


def test_an_empty_password_opens_a_file(tmp_path: Path) -> None:
    locked = StandardEncryption("", ownerPassword="owner")

    document = read(write(tmp_path / "a", lambda canvas: put(canvas, LEFT), encrypt=locked))

    assert document.text == " ".join(LEFT)


def test_pages_and_text_are_limited(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(3):
            put(canvas, LEFT)
            canvas.showPage()

    path = write(tmp_path / "a", draw)

    with pytest.raises(UnreadableFile, match="has 3 pages; at most 2 are read"):
        read(path, Limits(parse_pages=2))
    with pytest.raises(UnreadableFile, match="more than 100 characters"):
        read(path, Limits(parse_text_chars=100))


def test_words_are_those_pdfium_gives(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(3):
            put(canvas, [*LEFT, "", *RIGHT])
            canvas.showPage()

    path = write(tmp_path / "a", draw)
    document = read(path)

    with pypdfium2.PdfDocument(path) as pdf:
        plain = [page.get_textpage().get_text_range() for page in pdf]
    assert [document.text[page.start : page.end].split() for page in document.pages] == [
        text.split() for text in plain
    ]


# --- tables whose cells take several lines, turned pages, what was filled in ---------------------


def cells(canvas: Canvas, columns: dict[float, list[str]], y: float) -> None:
    """The lines of each cell of one row, cell by cell, as programs draw them."""
    for x, lines in columns.items():
        put(canvas, lines, x=x, y=y)


def test_cells_of_several_lines_make_one_row(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        cells(canvas, {60: ["Code"], 130: ["Meaning"], 360: ["Source"]}, 740)
        cells(
            canvas,
            {
                60: ["A1"],
                130: ["the first of the terms, that takes", "two lines of its own"],
                360: ["Report of", "May 3"],
            },
            725,
        )
        cells(canvas, {60: ["B2"], 130: ["The second of them"], 360: ["Report of", "June"]}, 697)
        cells(canvas, {60: ["C3"], 130: ["The third of them"], 360: ["None"]}, 669)

    document = read(write(tmp_path / "a", draw))

    assert shown(document, BlockKind.TABLE) == [
        "Code | Meaning | Source\n"
        "A1 | the first of the terms, that takes two lines of its own | Report of May 3\n"
        "B2 | The second of them | Report of June\n"
        "C3 | The third of them | None"
    ]


def test_a_label_of_several_lines_stands_with_its_numbers(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(340, 753, "Year ended May 31,")
        canvas.drawRightString(350, 740, "2023")
        canvas.drawRightString(450, 740, "2022")
        canvas.drawString(60, 727, "Americas products")
        for y, label, numbers in (
            (714, "and professional services", ("$ 12,345", "$ 9,876")),
            (701, "Europe", ("4,567", "(210)")),
            (688, "Current assets:", ()),
            (675, "cash at banks", ("4", "5")),
            (662, "Total", ("18,146", "15,323")),
        ):
            canvas.drawString(60, y, label)
            for x, number in zip((350, 450), numbers, strict=False):
                canvas.drawRightString(x, y, number)

    text = read(write(tmp_path / "a", draw)).text
    assert text.splitlines() == [
        "| | Year ended May 31, | Year ended May 31,",
        "| | 2023 | 2022",
        "Americas products and professional services | $ 12,345 | $ 9,876",
        "Europe | 4,567 | (210)",
        "Current assets:",
        "cash at banks | 4 | 5",
        "Total | 18,146 | 15,323",
    ]


@pytest.mark.parametrize(
    ("angle", "shown_turned"), [(a, shown) for a in (90, 180, 270) for shown in (True, False)]
)
def test_turned_pages_read_like_upright_ones(
    tmp_path: Path, angle: int, shown_turned: bool
) -> None:
    def content(canvas: Canvas) -> None:
        for row in range(4):
            for column in range(3):
                canvas.drawString(60 + 90 * column, 500 - 13 * row, f"cell {row} {column}")
        put(canvas, LEFT, y=430)

    def turned(canvas: Canvas) -> None:
        if shown_turned:
            canvas.setPageRotation(angle)
        height = 595 if shown_turned else 842  # reportlab lays the page on its side
        x, y = {90: (595, 0), 180: (595, 842), 270: (0, height)}[angle]
        canvas.translate(x, y)
        canvas.rotate(angle)
        content(canvas)

    upright = read(write(tmp_path / "upright", content))
    assert "cell 1 0 | cell 1 1 | cell 1 2" in upright.text
    assert read(write(tmp_path / "turned", turned)).text == upright.text


def test_what_is_printed_along_an_edge_is_no_heading(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 14)
        canvas.drawString(60, 780, "The title")
        canvas.setFont("Times-Roman", 10)
        put(canvas, LEFT)
        canvas.setFont("Times-Roman", 20)
        canvas.translate(40, 250)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Preprint of 9 March 2021")

    document = read(write(tmp_path / "a", draw))

    assert [(b.level, document.text[b.start : b.end]) for b in document.blocks if b.level] == [
        (1, "The title")
    ]
    assert "Preprint of 9 March 2021" in document.text


def test_a_foot_that_is_drawn_first_is_read_last(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 40, "1 A note at the foot of the page.")
        put(canvas, LEFT)

    text = read(write(tmp_path / "a", draw)).text
    assert text.startswith("The left column")
    assert text.endswith("1 A note at the foot of the page.")


def test_what_was_filled_into_a_form_stands_beside_its_label(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Applicant:")
        canvas.drawString(60, 660, "Citizen:")
        canvas.drawString(60, 620, "Country:")
        form = canvas.acroForm
        form.textfield(name="applicant", value="Grace Hopper", x=180, y=690, width=200, height=20)
        form.checkbox(name="citizen", checked=True, x=180, y=655)
        form.checkbox(name="other", checked=False, x=280, y=655)
        form.choice(
            name="country", value="Norway", options=["Norway", "Chile"], x=180, y=615, height=20
        )

    lines = read(write(tmp_path / "a", draw)).text.split("\n")
    assert [line for line in lines if line] == [
        "Applicant: Grace Hopper",
        "Citizen: [x] [ ]",
        "Country: Norway",
    ]


def test_entries_of_contents_and_references_stand_by_themselves(tmp_path: Path) -> None:
    entries = [f"{n} About matters . . . . . . . . . . . . . . . . {n}" for n in range(1, 5)]
    references = [f"[{n}] A. Author. A title of a work that is long, 19{n}0." for n in range(1, 5)]

    def draw(canvas: Canvas) -> None:
        put(canvas, entries)
        put(canvas, references, y=600)

    document = read(write(tmp_path / "a", draw))
    assert document.text.split("\n") == [*entries, "", *references]
    assert shown(document, BlockKind.LIST_ITEM) == references
    assert not shown(document, BlockKind.HEADING)


def test_text_beside_the_page_is_not_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Shown on the page.")
        canvas.drawString(700, 700, "Right of it.")
        canvas.drawString(60, -40, "Below it.")
        canvas.drawString(60, 20, "Cut off at its foot.")
        canvas.setCropBox((0, 50, 595, 842))

    assert read(write(tmp_path / "a", draw)).text == "Shown on the page."


def test_a_page_that_cannot_be_read_costs_that_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["The first page."])
        canvas.showPage()
        put(canvas, ["The second page."])

    asked: list[int] = []

    def damaged(*_: object) -> float:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("chr() arg not in range(0x110000)")
        return 0.0

    monkeypatch.setattr("lodgepole.adapters.parsers.pdf.parser.guessed_share", damaged)
    document = read(write(tmp_path / "a", draw))

    assert document.text == "The second page."
    assert document.notice is not None
    assert "Page 1 holds no readable text." in document.notice
