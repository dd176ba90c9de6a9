"""Control characters as signs: text of others must not steer the terminal that shows it. Pure."""

KEPT = "\n\t"
_SIGNS = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in KEPT},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),  # terminals take these for two characters each
}


def visible(text: str) -> str:
    r"""The text with a sign for each control character, but for line ends and tabs.

    >>> visible("a\x1b[2J")
    'a␛[2J'
    """
    return text if text.isprintable() else text.translate(_SIGNS)
