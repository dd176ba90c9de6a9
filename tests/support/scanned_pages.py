"""Scanned PDFs made from text: pages drawn, printed as pictures, and spoilt as scanners do."""

import io
import textwrap
from pathlib import Path

import pypdfium2
from PIL import Image, ImageEnhance
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

A4 = (595, 842)
PROSE = (
    "The harbour office keeps a register of every vessel that enters the bay. Captains report the "
    "length of their ship, the cargo it carries and the number of people on board. A pilot is "
    "obliged for vessels longer than forty metres, and the fee for one hour is 185 euros. During "
    "the winter months the outer beacon is lit from four in the afternoon until nine in the "
    "morning. Fishing boats may use the northern quay without charge, provided that they leave it "
    "before noon. Complaints are answered within fourteen days by the office itself, and a second "
    "answer may be asked of the council of the town. "
)


def words_of_page(number: int) -> list[str]:
    return textwrap.wrap(f"Regulation {number}. " + PROSE * 3, 85)


def printed(path: Path, pages: int) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for number in range(1, pages + 1):
        canvas.setFont("Times-Bold", 18)
        canvas.drawString(70, 780, f"Chapter {number}")
        canvas.setFont("Times-Roman", 11)
        for index, line in enumerate(words_of_page(number)):
            canvas.drawString(70, 740 - 15 * index, line)
        canvas.showPage()
    canvas.save()
    return path


def scanned(path: Path, pages: int = 1, *, dpi: int = 200, degraded: bool = False) -> Path:
    """A PDF of pictures alone, of the pages that `printed` makes."""
    source = printed(path.with_suffix(".printed"), pages)
    canvas = Canvas(str(path), pagesize=A4)
    with pypdfium2.PdfDocument(source) as pdf:
        for page in pdf:
            image = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
            if degraded:
                image = spoilt(image)
            data = io.BytesIO()
            image.save(data, "JPEG", quality=35 if degraded else 80)
            canvas.drawImage(ImageReader(data), 0, 0, *A4)
            canvas.showPage()
    canvas.save()
    return path


def spoilt(image: Image.Image) -> Image.Image:
    """A little askew, grey on grey, with noise: the same at each run."""
    turned = image.rotate(0.8, resample=Image.Resampling.BICUBIC, fillcolor=255)
    pale = ImageEnhance.Contrast(turned).enhance(0.6)
    state = 1
    noise = bytearray()
    for _ in range(4096):
        state = (1103515245 * state + 12345) % 2**31
        noise.append(state >> 23)
    tile = Image.frombytes("L", (64, 64), bytes(noise))
    field = Image.new("L", pale.size)
    for x in range(0, pale.width, 64):
        for y in range(0, pale.height, 64):
            field.paste(tile, (x, y))
    return Image.blend(pale, field, 0.12)


def recall(text: str, number: int = 1) -> float:
    """The share of a page's words that the text has."""
    found = set(text.split())
    wanted = " ".join(words_of_page(number)).split()
    return sum(word in found for word in wanted) / len(wanted)
