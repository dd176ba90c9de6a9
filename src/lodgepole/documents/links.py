"""Link targets, written after the text of the link. Pure.

A link's address is shown to whoever points at it and is often all that a text says of a form, a
shop or a person. It stands in angle brackets after the link's text, as letters have it:
`the booking page <https://example.org/book>`.
"""

import re
from urllib.parse import unquote

LONGEST = 300  # characters of an address; longer ones are made for machines
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE)
_PERSONAL = re.compile(r"(mailto|tel):([^?#\s]+)", re.IGNORECASE)
_PLAIN = re.compile(
    r"^(?:https?://|ftp://|mailto:|tel:)?(?:www\.)?|(?<![/\s])[/\s]++$", re.IGNORECASE
)


def after_link(text: str, target: str) -> str:
    """Write a link's target after its text, unless that says it or it leads nowhere else.

    Places within the same file or site are left out, as are addresses without any text.
    """
    address = _shown(target.strip())
    if not address or not text.strip() or _says(text, address):
        return ""
    return f" <{address}>"


def _shown(target: str) -> str:
    if len(target) > LONGEST or re.search(r"[\s<>\x00-\x1f]", target):
        return ""
    if _ADDRESS.fullmatch(target):
        return target
    personal = _PERSONAL.match(target)
    return "" if personal is None else unquote(personal[2])


def _says(text: str, address: str) -> bool:
    said = "".join(text.split()).casefold()
    if not any(map(str.isalpha, address)):  # of telephone
        return re.sub(r"\D", "", address) in re.sub(r"\D", "", said)
    return _PLAIN.sub("", address).casefold() in said
