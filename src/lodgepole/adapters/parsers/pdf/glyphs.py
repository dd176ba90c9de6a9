"""Repairs characters that fonts map to codes: symbol fonts, lost minus signs.

Fonts for symbols number their glyphs as they like; pdfium hands the numbers on as control codes and
private ones, or leaves them out. Known fonts are mapped; a bar is a minus sign by its shape; what
stays unknown stands as U+FFFD, so that it is not missing without a word.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

UNREAD = "\ufffd"
SPACES_LEAST = 4  # of one code, from which it may be the space
SPACE_SHARE = 0.08  # of a page's characters that one code has when it stands for the space
_CODES = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ufffe"
_ODD = re.compile(f"[{_CODES}noqlvxþýûü¨§Ø]")
SUSPECT = re.compile(
    "[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff]|\ufffe(?=\\d)"
    r"|(?<!\S)[þýûü¨§Ø](?!\S)|(?:\A|\n)[noqlvx](?=\s)"
)
"""What tells that a page has such characters: codes, hyphens at line ends aside, and letters where
fonts of signs have boxes, ticks and bullets."""
_SYMBOL = (
    dict(enumerate("ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", 0x41))
    | dict(enumerate("αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼", 0x61))
    | dict(
        enumerate("€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑", 0xA0)
    )
    | {0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥"}
    | {0xF1: "〉", 0xF2: "∫"}
)
_WINGDINGS = dict(zip(map(ord, "oxnqlv§¨ØûüýþÀà"), "☐☒■❑●❖▪☐➢✗✓☒☑←→", strict=True)) | {0xB7: "•"}
_CM_SYMBOLS = dict(enumerate("−·×∗÷⋄±∓⊕⊖⊗⊘⊙", 0)) | {
    0x0E: "◦", 0x0F: "•", 0x11: "≡", 0x14: "≤", 0x15: "≥", 0x18: "∼", 0x19: "≈", 0x1A: "⊂",
    0x1B: "⊃", 0x1C: "≪", 0x1D: "≫",
}  # fmt: skip
_CM_LETTERS = dict(enumerate("ΓΔΘΛΞΠΣΥΦΨΩαβγδεζηθικλμνξπρστυφχ", 0))
_CM_TEXT = dict(enumerate("ΓΔΘΛΞΠΣΥΦΨΩ", 0)) | {
    0x0B: "ﬀ", 0x0C: "ﬁ", 0x0D: "ﬂ", 0x0E: "ﬃ", 0x0F: "ﬄ", 0x10: "ı", 0x19: "ß", 0x1A: "æ",
    0x1B: "œ", 0x1C: "ø",
}  # fmt: skip
_FONTS = (
    (re.compile(r"wingdings"), _WINGDINGS),
    (re.compile(r"symbol"), _SYMBOL),
    (re.compile(r"(?:^|\+)(?:cmsy|msam|msbm)"), _CM_SYMBOLS),
    (re.compile(r"(?:^|\+)cmmi"), _CM_LETTERS),
    (re.compile(r"(?:^|\+)cm(?:r|bx|ti|sl|ss|csc|b)\d"), _CM_TEXT),
)
_ICONS = re.compile(r"awesome|icon|material|socicon|dripicons")
_ANYWHERE = (
    {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF0FE: "☑", 0xF0A8: "☐", 0xF06F: "☐"}
    | {0xF02D: "−", 0xF02B: "+", 0xF03D: "=", 0xF0B1: "±", 0xF0B0: "°", 0xF0B4: "×"}
    | {0xF0A3: "≤", 0xF0B3: "≥", 0xF0AE: "→", 0xF06D: "μ"}
    | dict(enumerate("0123456789", 0xF730))  # old-style figures
    | dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0xF761))  # small capitals
)
BAR_WIDTH, BAR_HEIGHT = 0.25, 0.12  # font sizes: at least so wide and at most so high is a bar


class Glyphs(Protocol):
    """The characters of a page by their numbers."""

    def codes(self) -> list[int]: ...

    def is_hyphen(self, number: int) -> bool: ...

    def font_name(self, index: int) -> str: ...

    def ink(self, number: int) -> tuple[float, float]:
        """Width and height of what is drawn, in font sizes."""
        ...


def repaired(glyphs: Glyphs) -> str:
    """A page's text, one character for each that it has."""
    codes = glyphs.codes()
    space = _space_code(codes)
    return "".join(_letters(glyphs, codes, space))


def _space_code(codes: list[int]) -> int | None:
    """The code that parts words where no spaces do."""
    common = Counter(code for code in codes if code < 0x20 and code not in (9, 10, 13))
    code, count = common.most_common(1)[0] if common else (0, 0)
    spaces = sum(other == 0x20 for other in codes)
    often = count >= SPACES_LEAST and count > SPACE_SHARE * len(codes)
    return code if often and count > spaces else None


def _letters(glyphs: Glyphs, codes: list[int], space: int | None) -> Iterator[str]:
    for number, code in enumerate(codes):
        char = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else UNREAD
        if not _ODD.fullmatch(char):
            yield char
        elif code == space:
            yield " "
        elif char.isalpha() or char in "¨§":
            alone = _is_blank(codes, number - 1) and _is_blank(codes, number + 1)
            sign = _WINGDINGS.get(code) if alone else None
            yield sign if sign and "dings" in glyphs.font_name(number) else char
        elif code in (0, 2, 0xFFFE) and glyphs.is_hyphen(number):
            yield "\x02"
        else:
            sign = _sign(glyphs, number, code)
            yield "•" if sign == UNREAD and _begins_item(codes, number) else sign


def _begins_item(codes: list[int], number: int) -> bool:
    """Return whether it stands alone at the beginning of a line, before words."""
    begins = not number or codes[number - 1] in (10, 13)
    after = codes[number + 1 : number + 3]
    return (
        begins
        and len(after) == 2
        and after[0] in (32, 0xA0)
        and after[1] <= 0x10FFFF
        and chr(after[1]).isalpha()
    )


def _is_blank(codes: list[int], number: int) -> bool:
    return not 0 <= number < len(codes) or codes[number] in (9, 10, 13, 32, 0xA0)


def _sign(glyphs: Glyphs, number: int, code: int) -> str:
    name = glyphs.font_name(number)
    own = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    for font, signs in _FONTS:
        if font.search(name) and own in signs:
            return signs[own]
    if code in _ANYWHERE:
        return _ANYWHERE[code]
    if _ICONS.search(name):
        return " "
    width, height = glyphs.ink(number)
    if width >= BAR_WIDTH and 0 < height <= BAR_HEIGHT:
        return "−"
    return UNREAD if width > 0 and height > 0 else " "
