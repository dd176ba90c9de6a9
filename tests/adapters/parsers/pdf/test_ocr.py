"""Scanned pages: which ones are recognised, what becomes of them, and what when it fails."""

import ctypes
import io
import re
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import reportlab
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from tests.support.scanned_pages import A4, printed, recall, scanned, words_of_page

from lodgepole.adapters.ocr.rapidocr import find_rapidocr, lines_of_boxes
from lodgepole.adapters.ocr.tesseract import TesseractRecogniser, find_tesseract, lines_of_tsv
from lodgepole.adapters.parsers.pdf import parse
from lodgepole.adapters.parsers.pdf.ocr import is_language, upright
from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.documents.builder import check_document
from lodgepole.documents.ocr import Picture, Recogniser, Recognition, RecognitionFailed
from lodgepole.documents.ocr import SeenLine as Line
from lodgepole.documents.ocr import SeenWord as Word
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import BlockKind, Document, FileKind

pytestmark = pytest.mark.slow

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="scripts/release/setup_system.sh installs tesseract-ocr",
)


class Reader:
    """A recogniser that knows what it will see."""

    def __init__(self, lines: Sequence[str] = ("seen on the picture",), *, fails: bool = False):
        self.lines = lines
        self.fails = fails
        self.seen: list[Picture] = []

    def read(self, picture: Picture, *, seconds: float) -> Sequence[Line]:
        assert seconds > 0
        self.seen.append(picture)
        if self.fails:
            raise RecognitionFailed
        return [
            Line(
                tuple(
                    Word(text=w, x0=90 * i, y0=40 * n, x1=90 * i + 80, y1=40 * n + 25, confidence=1)
                    for i, w in enumerate(line.split(), 1)
                )
            )
            for n, line in enumerate(self.lines, 3)
        ]


def read(path: Path, recogniser: Recogniser, *, seconds: float = 60.0) -> Document:
    recognition = Recognition(
        recogniser=recogniser, deadline=time.monotonic() + seconds, page_seconds=30
    )
    document = parse(path, "a.pdf", Limits(), recognition=recognition)
    check_document(document)
    return document


def mixed(path: Path, draw: Callable[[Canvas], None] = lambda _: None) -> Path:
    """Page 1 has text, page 2 a picture and what `draw` adds, page 3 is blank."""
    from PIL import Image

    canvas = Canvas(str(path), pagesize=A4)
    for index, line in enumerate(words_of_page(1)):
        canvas.drawString(60, 780 - 14 * index, line)
    canvas.showPage()
    canvas.drawInlineImage(Image.new("L", (40, 40), 180), 50, 50, 500, 700)
    draw(canvas)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    return path


def pages_of(document: Document) -> list[str]:
    return [document.text[page.start : page.end].strip() for page in document.pages]


def test_only_pages_without_usable_text_are_recognised(tmp_path: Path) -> None:
    reader = Reader()

    document = read(mixed(tmp_path / "a"), reader)

    assert pages_of(document)[1:] == ["seen on the picture", ""]
    assert len(reader.seen) == 1
    assert document.notice is None
    [picture] = reader.seen
    assert picture.dpi == 200
    assert len(picture.pixels) == picture.width * picture.height
    assert abs(picture.width - 595 * 200 / 72) < 2


def test_it_is_told_how_much_of_the_work_is_done(tmp_path: Path) -> None:
    told: list[float] = []
    recognition = Recognition(recogniser=Reader(), deadline=time.monotonic() + 60, page_seconds=30)

    parse(
        scanned(tmp_path / "a", 4, dpi=40),
        "a.pdf",
        Limits(),
        recognition=recognition,
        progressed=told.append,
    )

    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [round(share, 2) for share in told if 0.2 < share <= 0.6] == [0.3, 0.4, 0.5, 0.6]


def test_a_page_number_on_a_scan_does_not_make_it_text(tmp_path: Path) -> None:
    document = read(mixed(tmp_path / "a", lambda c: c.drawString(290, 20, "2")), Reader())

    assert pages_of(document)[1] == "seen on the picture"


def test_a_page_keeps_its_own_text_where_its_picture_says_less(tmp_path: Path) -> None:
    document = read(
        mixed(tmp_path / "a", lambda c: c.drawString(100, 20, "Our annual report")), Reader(("x",))
    )

    assert pages_of(document)[1] == "Our annual report"
    assert document.notice is None


def numbered(path: Path, shift: int) -> Path:
    """A page of text by the numbers of glyphs, of which no letters are said; then a usual one."""
    vera = (Path(reportlab.__file__).parent / "fonts" / "Vera.ttf").read_bytes()
    with pypdfium2.PdfDocument(printed(path.with_suffix(".printed"), 1)) as pdf:
        data = (ctypes.c_ubyte * len(vera)).from_buffer_copy(vera)
        font = pdfium.FPDFText_LoadFont(pdf.raw, data, len(vera), pdfium.FPDF_FONT_TRUETYPE, True)
        page = pdf.new_page(595, 842, 0)
        for index, line in enumerate(words_of_page(2)):
            item = pdfium.FPDFPageObj_CreateTextObj(pdf.raw, font, 11)
            codes = [ord(letter) + shift for letter in line]
            pdfium.FPDFText_SetCharcodes(item, (ctypes.c_uint32 * len(codes))(*codes), len(codes))
            pdfium.FPDFPageObj_Transform(item, 1, 0, 0, 1, 60, 780 - 15 * index)
            pdfium.FPDFPage_InsertObject(page.raw, item)
        page.gen_content()
        out = io.BytesIO()
        pdf.save(out)
    path.write_bytes(out.getvalue().replace(b"/ToUnicode", b"/ToNothing"))
    return path


@pytest.mark.parametrize("shift", [-29, 0x500, 0x5000])  # the first as in most TrueType fonts
def test_numbers_of_glyphs_are_not_taken_for_letters(tmp_path: Path, shift: int) -> None:
    path = numbered(tmp_path / "a", shift)

    assert pages_of(read(path, Reader()))[0] == "seen on the picture"

    unaided = parse(tmp_path / "a", "a.pdf", Limits())

    assert unaided.notice is not None
    assert unaided.notice.startswith("Page 1 holds no readable text.")
    assert unaided.text.startswith("Chapter 1")


def test_letters_that_are_no_language_give_way_to_what_is_seen(tmp_path: Path) -> None:
    def shifted(canvas: Canvas) -> None:
        for index, line in enumerate(words_of_page(2)):
            code = "".join(chr(ord(letter) - 29) if letter > " " else " " for letter in line)
            canvas.drawString(60, 780 - 14 * index, code)

    path = mixed(tmp_path / "a", shifted)

    assert pages_of(read(path, Reader(words_of_page(2))))[1].startswith("Regulation 2.")
    assert parse(path, "a.pdf", Limits()).notice is None  # a list of codes may look like it


SEEN = [
    (60, 300, "Fees of the port"),
    (32, 500, "nose or arms we see no more"),
    (32, 600, "deep ply going by"),
    (32, 700, "Ship        Fee"),
    (32, 800, "Long        812"),
]


class TurningReader(Reader):
    """Sees a page that lies on its side; words have the heights of their letters."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn

    def read(self, picture: Picture, *, seconds: float) -> Sequence[Line]:
        return [
            Line(
                tuple(
                    self.word(picture, match[0], 100 + 30 * match.start(), y, height)
                    for match in re.finditer(r"\S+", text)
                )
            )
            for height, y, text in SEEN
        ]

    def word(self, picture: Picture, text: str, x: float, y: float, height: float) -> Word:
        foot = y + round(0.23 * height) if any(letter in "gpy" for letter in text) else y
        tall = any(letter in "bdfhlt" or not letter.islower() for letter in text)
        box = (x, round(y - (0.77 if tall else 0.53) * height), x + 30 * len(text) - 10, foot)
        for _ in range(self.turn):  # with the clock, on a page whose right edge becomes its foot
            left, top, right, bottom = box
            box = (picture.width - bottom, left, picture.width - top, right)
        x0, y0, x1, y1 = box
        return Word(text=text, x0=x0, y0=y0, x1=x1, y1=y1, confidence=1)


@pytest.mark.parametrize("turn", [0, 1])
def test_what_is_seen_keeps_its_roles_on_a_page_on_its_side(tmp_path: Path, turn: int) -> None:
    document = read(mixed(tmp_path / "a"), TurningReader(turn))

    page = document.pages[1].start
    assert [
        (block.kind, document.text[block.start : block.end])
        for block in document.blocks
        if block.start >= page
    ] == [
        (BlockKind.HEADING, "Fees of the port"),
        (BlockKind.PARAGRAPH, "nose or arms we see no more deep ply going by"),
        (BlockKind.TABLE, "Ship | Fee\nLong | 812"),
    ]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_places_are_turned_back(turn: int) -> None:
    picture = Picture(width=2000, height=2000, dpi=200, pixels=b"")

    seen, turned = upright(TurningReader(turn).read(picture, seconds=1), picture)

    assert seen == TurningReader(0).read(picture, seconds=1)
    assert turned == picture


def test_commands_within_another_script_are_no_broken_text() -> None:
    commands = "ls rm cp ssh ftp tftp grub dpkg vmlinuz initrd.gz mkfs.xfs " * 3

    assert not is_language(commands)
    assert is_language(commands + "Система загружается командой, которую следует набрать. " * 3)


def test_a_page_on_which_recognition_fails_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    document = read(mixed(tmp_path / "a"), Reader(fails=True))

    assert document.notice is not None
    assert document.notice.startswith("Page 2 holds no readable text. Text recognition ran out")
    assert "harbour" in document.text


def test_no_page_is_begun_when_time_is_up(tmp_path: Path) -> None:
    reader = Reader()

    document = read(mixed(tmp_path / "a"), reader, seconds=0)

    assert reader.seen == []
    assert document.notice is not None


@pytest.mark.parametrize(
    ("reader", "message"),
    [(Reader(fails=True), "took too long"), (Reader(lines=()), "recognition found none")],
)
def test_a_scan_of_which_nothing_is_read_fails(
    tmp_path: Path, reader: Reader, message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(scanned(tmp_path / "a", dpi=50), reader)


def test_noise_is_left_out_and_order_kept() -> None:
    table = (
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
        "4\t1\t1\t1\t1\t0\t10\t10\t90\t20\t-1\t\n"
        "5\t1\t1\t1\t1\t1\t10\t10\t40\t20\t96.5\tHello\n"
        "5\t1\t1\t1\t1\t2\t60\t10\t40\t20\t91\t“\n"
        "5\t1\t1\t1\t2\t1\t10\t40\t40\t20\t80\tthere\n"
        "5\t1\t2\t1\t1\t1\t10\t40\t40\t20\t80\t \n"
    )

    lines = lines_of_tsv(table)

    assert [[word.text for word in line.words] for line in lines] == [["Hello", "“"], ["there"]]
    assert lines[0].words[0].confidence == pytest.approx(0.965)
    assert lines[1].words[0].x1 == 50


def test_a_program_that_fails_or_is_late_is_a_failed_page(tmp_path: Path) -> None:
    picture = Picture(width=2, height=1, dpi=72, pixels=b"\xff\xff")
    for script in ("#!/bin/sh\nexit 1\n", f"#!{sys.executable}\nimport time\ntime.sleep(60)\n"):
        program = tmp_path / "program"
        program.write_text(script)
        program.chmod(0o755)
        with pytest.raises(RecognitionFailed):
            TesseractRecogniser(str(program), ["eng"], turns=False).read(picture, seconds=0.5)
    with pytest.raises(RecognitionFailed):
        TesseractRecogniser("/nonexistent", ["eng"], turns=False).read(picture, seconds=1)


def test_words_get_their_share_of_a_line_that_is_boxed_as_one() -> None:
    boxes = [("ab cd", [[10, 5], [60, 5], [60, 25], [10, 25]], 0.9), (" ", [[0, 0]] * 4, 0.5)]

    [line] = lines_of_boxes(boxes)

    assert [(w.text, w.x0, w.x1, w.y1) for w in line.words] == [
        ("ab", 10, 30, 25),
        ("cd", 40, 60, 25),
    ]


def test_the_extra_is_used_only_where_it_is_installed_and_reads_the_language() -> None:
    assert find_rapidocr(["deu"]) is None
    if find_spec("rapidocr") is None:
        assert find_rapidocr(["eng"]) is None


@needs_tesseract
def test_languages_that_are_not_installed_are_passed_over() -> None:
    assert find_tesseract(["tlh", "eng"]) is not None
    assert find_tesseract(["tlh"]) is None
    assert find_tesseract([]) is None


@needs_tesseract
@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("degraded", [False, True])
def test_scanned_pages_are_read_word_for_word(tmp_path: Path, dpi: int, degraded: bool) -> None:
    recogniser = find_tesseract(["eng"])
    assert recogniser is not None

    document = read(scanned(tmp_path / "a", dpi=dpi, degraded=degraded), recogniser)

    assert recall(document.text) >= 0.95
    headings = [b for b in document.blocks if b.kind is BlockKind.HEADING]
    assert [document.text[b.start : b.end] for b in headings] == ["Chapter 1"]
    assert document.notice is None


@needs_tesseract
async def test_a_child_confined_in_memory_recognises_pages_of_one_file(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a", pages=3, dpi=150)
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child"),
        Limits(parse_memory_bytes=600 * MIB),
    )
    try:
        document = await parser.parse(path, kind=FileKind.PDF, name="a.pdf", multimodal=False)
    finally:
        await parser.close()

    check_document(document)
    texts = pages_of(document)
    assert [recall(text, number) >= 0.95 for number, text in enumerate(texts, 1)] == [True] * 3


async def test_recognition_can_be_switched_off(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a", dpi=72)
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child"),
        Limits(),
        ocr_languages=(),
    )
    try:
        with pytest.raises(UnreadableFile, match="Install tesseract-ocr"):
            await parser.parse(path, kind=FileKind.PDF, name="a.pdf", multimodal=False)
        text = await parser.parse(
            printed(path, 1), kind=FileKind.PDF, name="a.pdf", multimodal=False
        )
    finally:
        await parser.close()
    assert recall(text.text) == 1


def sound(path: Path) -> Path:
    """A page whose own text is short and true, beside a picture that holds more."""
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 800, "Invoice 4711 of Harbour Office")
    canvas.drawImage(ImageReader(Image.new("L", (48, 60), 230)), 60, 100, 480, 600)
    canvas.save()
    return path


class Placed:
    """Recognises the page's own line, with a slip, and one within the picture."""

    def read(self, picture: Picture, *, seconds: float) -> Sequence[Line]:
        def line(text: str, y: float) -> Line:
            at = picture.dpi / 72
            return Line(
                tuple(
                    Word(text=w, x0=(60 + 50 * i) * at, y0=y * at, x1=(100 + 50 * i) * at,
                         y1=(y + 10) * at, confidence=1)
                    for i, w in enumerate(text.split())
                )
            )  # fmt: skip

        return [line("Invoice 47l1 of Harbour Office", 34), line("Paid in full by the owner", 400)]


def test_a_sound_text_is_kept_and_what_pictures_say_is_added(tmp_path: Path) -> None:
    recognition = Recognition(recogniser=Placed(), deadline=time.monotonic() + 60, page_seconds=60)
    document = parse(sound(tmp_path / "a"), "a.pdf", Limits(), recognition=recognition)

    lines = [line for line in document.text.split("\n") if line]
    assert lines == ["Invoice 4711 of Harbour Office", "Paid in full by the owner"]


def in_languages(*languages: str, more: Recognition | None = None) -> Recognition:
    return Recognition(
        recogniser=Reader(["read in " + " ".join(languages)]),
        deadline=time.monotonic() + 60,
        page_seconds=60,
        languages=languages,
        with_language=lambda _: more,
    )


def test_the_language_of_the_file_is_read_or_told_to_be_missing(tmp_path: Path) -> None:
    printed_by = Canvas(str(tmp_path / "a"), pagesize=A4, lang="de-AT")
    printed_by.drawImage(ImageReader(Image.new("L", (48, 60), 230)), 60, 100, 480, 600)
    printed_by.save()

    def read_with(used: Recognition) -> Document:
        return parse(tmp_path / "a", "a.pdf", Limits(), recognition=used)

    german = in_languages("deu", "eng")
    assert "read in deu eng" in read_with(in_languages("eng", more=german)).text
    assert read_with(german).notice is None
    notice = read_with(in_languages("eng")).notice
    assert notice is not None
    assert "install tesseract-ocr-deu" in notice


def test_a_scan_among_pages_of_text_is_read_in_their_language(tmp_path: Path) -> None:
    printed_by = Canvas(str(tmp_path / "a"), pagesize=A4)
    for number in range(12):
        printed_by.drawString(
            60, 740 - 20 * number, "Die Miete ist am ersten Tag des Monats fällig."
        )
    printed_by.showPage()
    printed_by.drawImage(ImageReader(Image.new("L", (48, 60), 230)), 60, 100, 480, 600)
    printed_by.save()

    german = in_languages("deu", "eng")
    used = in_languages("eng", more=german)
    assert "read in deu eng" in parse(tmp_path / "a", "a.pdf", Limits(), recognition=used).text
    notice = parse(tmp_path / "a", "a.pdf", Limits(), recognition=in_languages("eng")).notice
    assert notice is not None
    assert "install tesseract-ocr-deu" in notice
