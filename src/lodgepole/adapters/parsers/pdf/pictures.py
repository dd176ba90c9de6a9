"""Pages, and parts of them, drawn as pictures; and pictures written as PNG."""

import struct
import zlib
from typing import Any

import pypdfium2

from lodgepole.adapters.parsers.pdf.vector_graphics import Box
from lodgepole.documents.ocr import Picture

RECOGNITION_DPI = 200
FIGURE_DPI = 150
FIGURE_PIXELS = 1600  # of a figure's longer side
PIXELS = 12_000_000  # of one picture: A4 at 200 dpi has 3.9 million
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # PNG's, by bytes a pixel
_ADAPTIVE = b"\x00"  # each row is stored as it is


def grey_page(pdf: pypdfium2.PdfDocument, index: int) -> Picture:
    """A page in grey at 200 dpi, or fewer where it is larger than a picture may be.

    Raises:
        pypdfium2.PdfiumError: The page cannot be drawn.
    """
    return grey_part(pdf, index, None)


def grey_part(pdf: pypdfium2.PdfDocument, index: int, box: Box | None) -> Picture:
    """The same of what is within a box."""
    pixels, width, height, dpi = _drawn(pdf, index, box, RECOGNITION_DPI, grey=True)
    return Picture(width=width, height=height, dpi=dpi, pixels=pixels)


def coloured_part(pdf: pypdfium2.PdfDocument, index: int, box: Box) -> tuple[bytes, int, int]:
    """Return what is within a box as `(red, green and blue of each pixel, width, height)`."""
    dpi = FIGURE_DPI
    while dpi > 1 and max(box.width, box.height) * dpi / 72 > FIGURE_PIXELS:
        dpi -= 1
    return _drawn(pdf, index, box, dpi, grey=False)[:3]


def _drawn(
    pdf: pypdfium2.PdfDocument, index: int, box: Box | None, dpi: int, *, grey: bool
) -> tuple[bytes, int, int, int]:
    """`(pixels row after row, width, height, dpi)`."""
    page = pdf[index]
    try:
        width, height = page.get_size()
        crop = (0.0, 0.0, 0.0, 0.0)
        if box is not None:
            crop = (box.left, box.bottom, width - box.right, height - box.top)
            width, height = box.width, box.height
        while dpi > 1 and width * height * (dpi / 72) ** 2 > PIXELS:
            dpi -= 1
        options: Any = {  # annotated as ints by pypdfium2, which takes any numbers
            "scale": dpi / 72,
            "crop": crop,
            "grayscale": grey,
            "rev_byteorder": not grey,
            "may_draw_forms": False,
        }
        bitmap = page.render(**options)
        try:
            row = bitmap.width * bitmap.n_channels
            data, stride = bytes(bitmap.buffer), bitmap.stride
            rows = (data[y * stride : y * stride + row] for y in range(bitmap.height))
            return b"".join(rows), bitmap.width, bitmap.height, dpi
        finally:
            bitmap.close()
    finally:
        page.close()


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG of rows from the top, one byte a pixel (grey), three (red, green, blue) or four."""
    channels = len(pixels) // (width * height)
    stride = width * channels
    rows = b"".join(
        _ADAPTIVE + pixels[start : start + stride] for start in range(0, len(pixels), stride)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
