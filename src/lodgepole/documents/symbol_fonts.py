"""Signs that Office files keep as places in the fonts Symbol and Wingdings. Pure."""

_LATIN = "".join(map(chr, range(0x20, 0x7F)))
_SYMBOL = dict(
    zip(
        _LATIN,
        " !∀#∃%&∍()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
        strict=True,
    )
) | dict(
    zip(
        map(chr, range(0xA0, 0xF0)),
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
        strict=True,
    )
) | dict(zip("ñòóôõö÷øùúûüýþ", "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭", strict=True))  # fmt: skip
_WINGDINGS = dict(
    zip("oqrxþýûü¨§nlmuvØàáâßèðñòóJKLEF", "☐❑❒☒☑☒✗✓☐▪■●❍◆❖➢→↑↓←➔⇨⇧⇩⇔☺😐☹☜☞", strict=True)
)
_WINGDINGS_2 = dict(zip("OPQRST£", "✗✓☒☑☒☒☐", strict=True))
_FONTS = {
    "symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2,
    "standard symbols ps": _SYMBOL, "opensymbol": _SYMBOL,
}  # fmt: skip
"""Tables keyed by the Latin character at the same place."""
_PRIVATE = range(0xF020, 0xF100)  # where Office keeps the places of such fonts


def sign(font: str | None, place: str | None) -> str:
    """Return the sign at a place, in hexadecimal, of a font; empty where it is not known here."""
    try:
        number = int(place or "", 16)
    except ValueError:
        return ""
    known = _FONTS.get((font or "").lower())
    if known is None:  # an ordinary font
        return chr(number) if 0x20 < number < 0x3000 and number not in _PRIVATE else ""
    return known.get(chr(number & 0xFF), "")


def in_font(text: str, font: str) -> str:
    """A text as its font shows it; places of symbol fonts in another one are those of Symbol."""
    known = _FONTS.get(font.lower())
    if known is None:
        if not any(ord(char) in _PRIVATE for char in text):
            return text
        return "".join(
            _SYMBOL.get(chr(ord(c) & 0xFF), c) if ord(c) in _PRIVATE else c for c in text
        )
    return "".join(
        known.get(chr(ord(c) & 0xFF), c) if ord(c) in _PRIVATE or ord(c) < 0x100 else c
        for c in text
    )
