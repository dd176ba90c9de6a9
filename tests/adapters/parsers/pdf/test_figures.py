"""Figures of PDFs: which ones are found, what they are called, and where they stand."""

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from tests.support.scanned_pages import A4, PROSE

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.documents.ocr import Picture, Recognition, SeenLine, SeenWord
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

Draw = Callable[[Canvas], None]


def read(path: Path, *pages: Draw, limits: Limits | None = None, **options: object) -> Document:
    """The document of a multimodal PDF with these pages; each has prose at its top and bottom."""
    canvas = Canvas(str(path), pagesize=A4)
    for draw in pages:
        canvas.setFont("Times-Roman", 10)
        prose(canvas, 780)
        draw(canvas)
        canvas.setFont("Times-Roman", 10)
        prose(canvas, 160)
        canvas.showPage()
    canvas.save()
    document = parse(path, "a.pdf", limits or Limits(), multimodal=True, **options)  # type: ignore[arg-type]
    check_document(document)
    return document


def prose(canvas: Canvas, y: float) -> None:
    for index in range(6):
        canvas.drawString(60, y - 13 * index, PROSE[index * 90 : index * 90 + 90])


def photo() -> Image.Image:
    image = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(image).ellipse((50, 20, 250, 180), fill="red")
    return image


def photo_with(caption: str, *, x: float = 100, y: float = 350) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(photo(), x, y, 300, 200)
        canvas.drawString(x, y - 18, caption)

    return draw


def chart(canvas: Canvas) -> None:
    """Bars with labels, and a caption below in two lines."""
    for index, height in enumerate((40, 90, 140, 60, 110, 130)):
        canvas.setFillGray(0.4)
        canvas.rect(120 + 40 * index, 350, 25, height, fill=1, stroke=0)
        canvas.setFillGray(0)
        canvas.drawString(120 + 40 * index, 340, f"{2020 + index}")
    canvas.line(110, 350, 360, 350)
    canvas.line(110, 350, 110, 500)
    canvas.drawString(110, 318, "Figure 3: Vessels a year in the harbour, counted by the office")
    canvas.drawString(110, 306, "at the end of December.")


def captions(document: Document) -> list[str]:
    return [
        document.text[block.start : block.end]
        for block in document.blocks
        if block.kind is BlockKind.CAPTION
    ]


def test_a_picture_is_found_with_its_caption_and_drawn_as_it_looks(tmp_path: Path) -> None:
    document = read(tmp_path / "a", photo_with("Figure 1. The sun over the bay"))

    [figure] = document.figures
    assert figure.caption == "Figure 1. The sun over the bay"
    assert captions(document) == ["Figure 1. The sun over the bay"]
    assert document.text[figure.position :].startswith("Figure 1. The sun")
    assert (figure.page, figure.mime_type) == (1, "image/png")
    image = Image.open(io.BytesIO(figure.data))
    assert image.size == (figure.width, figure.height)
    assert image.convert("RGB").getpixel((image.width // 2, image.height // 2)) == (255, 0, 0)
    assert image.width == pytest.approx(306 * 150 / 72, abs=2)


def test_a_drawing_is_one_figure_with_its_labels(tmp_path: Path) -> None:
    document = read(tmp_path / "a", chart)

    [figure] = document.figures
    assert figure.caption.startswith(
        "Figure 3: Vessels a year in the harbour, counted by the office at the end of December."
    )
    assert all(str(year) in figure.caption for year in range(2020, 2026))
    assert figure.height > 160 * 150 / 72


@pytest.mark.parametrize(
    "caption", ["Abbildung 2: Hafen", "Fig. 4", "Figura 1. El puerto", "Рис. 7. Порт", "表 1"]
)
def test_captions_are_known_in_several_languages(tmp_path: Path, caption: str) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(photo(), 100, 350, 300, 200)
        canvas.setFont("HeiseiMin-W3", 10)
        canvas.drawString(100, 332, caption)

    document = read(tmp_path / "a", draw)

    assert [figure.caption.replace(" ", "") for figure in document.figures] == [
        caption.replace(" ", "")
    ]


def logo(canvas: Canvas) -> None:
    canvas.drawInlineImage(photo(), 450, 700, 90, 60)


def rules(canvas: Canvas) -> None:
    for y in range(300, 500, 10):
        canvas.line(60, y, 500, y)


def table(canvas: Canvas) -> None:
    for row in range(12):
        canvas.setFillGray(0.9 if row % 2 else 1)
        canvas.rect(60, 300 + 14 * row, 450, 14, fill=1)
        canvas.setFillGray(0)
        for column in range(4):
            text = f"Row {row}, column {column}, value"
            canvas.drawString(64 + 112 * column, 304 + 14 * row, text[:22])


def small(canvas: Canvas) -> None:
    canvas.drawInlineImage(photo(), 300, 400, 30, 20)


def background(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setFillAlpha(0.1)
    canvas.drawInlineImage(photo(), 0, 0, *A4)
    canvas.restoreState()


@pytest.mark.parametrize("pages", [[logo] * 3, [rules], [table], [small], [background]])
def test_decoration_and_tables_are_no_figures(tmp_path: Path, pages: Sequence[Draw]) -> None:
    assert read(tmp_path / "a", *pages).figures == ()


def test_several_figures_of_a_page_keep_their_own_captions(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for x, y, text in ((60, 500, "Figure 1: left"), (330, 500, "Figure 2: right")):
            canvas.drawInlineImage(photo(), x, y, 200, 130)
            canvas.drawString(x, y - 14, text)
        canvas.drawInlineImage(photo(), 60, 270, 200, 130)
        canvas.drawString(60, 256, "Figure 3: below")

    document = read(tmp_path / "a", draw)

    assert {f.caption for f in document.figures} == {
        *("Figure 1: left", "Figure 2: right", "Figure 3: below"),
    }


def test_without_a_caption_a_figure_stands_after_what_is_above_it(tmp_path: Path) -> None:
    document = read(tmp_path / "a", lambda canvas: canvas.drawInlineImage(photo(), 100, 350))

    [figure] = document.figures
    assert figure.caption == "Figure on page 1"
    assert captions(document) == []
    assert figure.page == 1
    assert 0 <= figure.position < len(document.text)


class Eye:
    def read(self, picture: Picture, *, seconds: float) -> Sequence[SeenLine]:
        assert len(picture.pixels) == picture.width * picture.height
        assert seconds > 0
        words = ("Lighthouse", "of", "Skagen")
        return [
            SeenLine(tuple(SeenWord(text=w, x0=0, y0=0, x1=9, y1=9, confidence=0.9) for w in words))
        ]


def test_words_in_a_picture_stand_in_the_document(tmp_path: Path) -> None:
    recognition = Recognition(recogniser=Eye(), deadline=time.monotonic() + 60, page_seconds=10)

    document = read(
        tmp_path / "a",
        photo_with("Figure 1. North"),
        lambda canvas: canvas.drawInlineImage(photo(), 100, 350),
        recognition=recognition,
    )

    first, second = document.figures
    assert first.caption == "Figure 1. North Lighthouse of Skagen"
    assert second.caption == "Lighthouse of Skagen"
    assert captions(document) == ["Figure 1. North Lighthouse of Skagen", "Lighthouse of Skagen"]
    assert document.text[second.position :].startswith("Lighthouse of Skagen")


def test_figures_are_only_looked_for_where_they_are_wanted(tmp_path: Path) -> None:
    read(tmp_path / "a", chart)

    document = parse(tmp_path / "a", "a.pdf", Limits())

    assert document.figures == ()
    assert captions(document) == []


def test_a_multimodal_file_has_a_limit_on_pages_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has 2 pages; at most 1 are read with their figures"):
        read(tmp_path / "a", chart, chart, limits=Limits(multimodal_pdf_pages=1))


def test_the_same_bytes_give_the_same_figures(tmp_path: Path) -> None:
    first = read(tmp_path / "a", chart, photo_with("Figure 1"))

    assert parse(tmp_path / "a", "a.pdf", Limits(), multimodal=True) == first


@pytest.mark.slow
def test_thousands_of_shapes_are_put_together_quickly(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for index in range(4000):
            canvas.circle(150 + index % 200, 300 + (index * 7 + index // 200 * 9) % 200, 1, fill=1)

    started = time.process_time()
    document = read(tmp_path / "a", draw)

    assert len(document.figures) == 1
    assert time.process_time() - started < 5
