"""Form controls of a page, as they are shown: fields, boxes, lists to choose from."""

from selectolax.lexbor import LexborNode

CHOICES = 50  # of a list, beyond which only the chosen one is said
TICKED, UNTICKED = "[x]", "[ ]"
_UNSHOWN = frozenset({"hidden", "password", "file", "image", "color", "range"})
_BOXES = frozenset({"checkbox", "radio"})


def shown(node: LexborNode) -> str:
    """Return the text that an `input`, `select` or `textarea` shows."""
    if node.tag == "select":
        return _choices(node)
    if node.tag == "textarea":
        return node.text(deep=True)
    kind = (node.attributes.get("type") or "text").lower()
    if kind in _BOXES:
        return TICKED if "checked" in node.attributes else UNTICKED
    if kind == "image":
        return node.attributes.get("alt") or ""
    return "" if kind in _UNSHOWN else node.attributes.get("value") or ""


def _choices(node: LexborNode) -> str:
    options = node.css("option")
    texts = [_one_line(option) for option in options[: CHOICES + 1]]
    chosen = [_one_line(option) for option in options if "selected" in option.attributes]
    said = f"(chosen: {', '.join(chosen)})" if chosen else ""
    if len(texts) > CHOICES:
        return said
    return " ".join(filter(None, (" / ".join(filter(None, texts)), said)))


def _one_line(node: LexborNode) -> str:
    return " ".join(node.text(deep=True).split())
