"""The characters of a page as pdfium sees them: their text, and where each of them stands."""

import ctypes
import math
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import pypdfium2.raw as pdfium

from lodgepole.adapters.parsers.pdf.accents import ACCENT, composed
from lodgepole.adapters.parsers.pdf.glyphs import SUSPECT, repaired


class CharBox(NamedTuple):
    """Room that a character takes in its line, in points; `y` grows upwards."""

    left: float
    bottom: float
    right: float
    top: float


class Turner(Protocol):
    """Turns boxes of a page into those of a frame."""

    @property
    def turn(self) -> int: ...

    def turned(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]: ...


def page_text(text_page: Any) -> str:
    """A page's text in pdfium's order, as it is."""
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    # Characters beyond the basic plane take two units each.
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", errors="replace")


class Characters:
    """One page's characters by their places in its text, measured in a frame."""

    def __init__(self, text_page: Any, frame: Turner) -> None:
        self.text = page_text(text_page)
        self._page = text_page
        self._count = pdfium.FPDFText_CountChars(text_page)
        self._same = len(self.text) == self._count
        self._frame = frame
        self._turn = frame.turn
        box = pdfium.FS_RECTF()
        self._box_at = ctypes.byref(box)
        self._sides = (ctypes.c_float * 4).from_buffer(box)  # read at once: half the time
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._origin_at = ctypes.byref(self._x), ctypes.byref(self._y)
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

        if not self._same or SUSPECT.search(self.text):
            self._same = True
            self.text = repaired(self)
        if ACCENT.search(self.text):
            self.text = composed(self.text, self.box)

    def codes(self) -> list[int]:
        """The code of each character, those too that pdfium leaves out of the text."""
        return [pdfium.FPDFText_GetUnicode(self._page, n) for n in range(self._count)]

    def is_hyphen(self, number: int) -> bool:
        """Return whether a character is a hyphen at a line end, which pdfium leaves out."""
        return pdfium.FPDFText_IsHyphen(self._page, number) == 1

    def ink(self, number: int) -> tuple[float, float]:
        """Width and height of what is drawn of a character, in font sizes."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        sides = [ctypes.byref(side) for side in (left, right, bottom, top)]
        size = max(self.font(number)[0], 0.1)
        if not pdfium.FPDFText_GetCharBox(self._page, number, *sides):
            return 0.0, 0.0
        width, height = (right.value - left.value) / size, (top.value - bottom.value) / size
        return (height, width) if self._frame.turn % 2 else (width, height)

    def _char(self, index: int) -> int:
        if self._same:
            return index
        return pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, index)

    def box(self, index: int) -> CharBox:
        pdfium.FPDFText_GetLooseCharBox(self._page, self._char(index), self._box_at)
        left, top, right, bottom = self._sides[:]
        if self._turn:
            return CharBox(*self._frame.turned(left, bottom, right, top))
        return CharBox(left, bottom, right, top)

    def baseline(self, index: int) -> float:
        """The height of the line that the character stands on."""
        pdfium.FPDFText_GetCharOrigin(self._page, self._char(index), *self._origin_at)
        x, y = self._x.value, self._y.value
        return self._frame.turned(x, y, x, y)[1] if self._frame.turn else y

    def is_upright(self, index: int) -> bool:
        """Return whether the character stands as the frame does."""
        angle = pdfium.FPDFText_GetCharAngle(self._page, self._char(index))
        return -round(angle / (math.pi / 2)) % 4 == self._frame.turn

    def font(self, index: int) -> tuple[float, bool]:
        """`(size in points, is bold)` of a character; the size as scaled onto the page."""
        char = self._char(index)
        size = pdfium.FPDFText_GetFontSize(self._page, char)
        if pdfium.FPDFText_GetMatrix(self._page, char, self._matrix):
            size *= (self._matrix.b**2 + self._matrix.d**2) ** 0.5
        bold = _is_bold(self._raw_font_name(char))
        return round(size, 1), bold or pdfium.FPDFText_GetFontWeight(self._page, char) >= 600

    def font_name(self, index: int) -> str:
        """The name of its font, in small letters."""
        return _decoded(self._raw_font_name(self._char(index)))

    def _raw_font_name(self, char: int) -> bytes:
        name = self._name
        length = pdfium.FPDFText_GetFontInfo(self._page, char, name, len(name), self._flags)
        return name.value[:length]


def _decoded(name: bytes) -> str:
    return name.lower().decode("utf-8", errors="replace")


@lru_cache(maxsize=256)
def _is_bold(name: bytes) -> bool:
    return any(mark in _decoded(name) for mark in ("bold", "black", "heavy", "-bd"))
