"""Pages, and parts of them, drawn as pictures; and pictures written as PNG."""

import struct
import zlib
from typing import Any

import pypdfium2

from lodgepole.recognition import Picture

RECOGNITION_DPI = 200
PIXELS = 12_000_000  # of one picture: A4 at 200 dpi has 3.9 million
_COLOUR_TYPES = {1: 0, 3: 2}  # PNG's, by bytes a pixel
_ADAPTIVE = b"\x00"  # each row is stored as it is


def grey_page(pdf: pypdfium2.PdfDocument, index: int) -> Picture:
    """A page in grey at 200 dpi, or fewer where it is larger than a picture may be.

    Raises:
        pypdfium2.PdfiumError: The page cannot be drawn.
    """
    page = pdf[index]
    try:
        width, height = page.get_size()
        dpi = RECOGNITION_DPI
        while dpi > 1 and width * height * (dpi / 72) ** 2 > PIXELS:
            dpi -= 1
        scale: Any = dpi / 72  # annotated as an int by pypdfium2, which takes any number
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        try:
            data, stride = bytes(bitmap.buffer), bitmap.stride
            rows = (data[y * stride : y * stride + bitmap.width] for y in range(bitmap.height))
            return Picture(width=bitmap.width, height=bitmap.height, dpi=dpi, pixels=b"".join(rows))
        finally:
            bitmap.close()
    finally:
        page.close()


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG of rows from the top, one byte (grey) or three (red, green, blue) a pixel."""
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
