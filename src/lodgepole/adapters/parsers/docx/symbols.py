"""Signs that Word keeps as places in the fonts Symbol and Wingdings, those that mean something."""

_SYMBOL = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz£¥«¬®°±³´·¸¹º»ÎÖåò",
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ≤∞↔←→°±≥×•÷≠≡≈∈√∑∫",
        strict=True,
    )
)
_WINGDINGS = dict(zip("ox§¨àûüýþ", "☐☒▪☐→✗✓☒☑", strict=True))
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
"""By the Latin character at the same place."""


def sign(font: str | None, place: str | None) -> str:
    """What is shown at a place, in hexadecimal, of a font; empty where it is not known here."""
    try:
        number = int(place or "", 16) & 0xFF  # kept from 0xF000 on
    except ValueError:
        return ""
    return _FONTS.get((font or "").lower(), {}).get(chr(number), "")
