"""Formulas of pages (MathML) on one line: `3/4`, `t²`, `√(x+1)`."""

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from lodgepole.documents.inline_notation import fraction, lowered, power

DEEPEST = 60
NODES = 5000  # of one formula; a longer one is read without its structure
_UNREAD = frozenset({"annotation", "annotation-xml", "maligngroup", "malignmark", "none"})
_PRIMES = frozenset("'′″*∗°†")
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b")


def linear(math: LexborNode, before: str = "") -> str:
    """A `math` element after what stands before it on its line."""
    if math.css_matches("*") and len(math.css("*")) > NODES:
        return " ".join(math.text(deep=True).split())
    text = _row(_children(math), 0)
    return f" {text}" if text[:1].isdigit() and before[-1:].isalnum() else text


def _children(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    child = node.child
    while child is not None:
        if child.is_element_node and child.tag not in _UNREAD:
            found.append(child)
        child = child.next
    return found


def _row(nodes: Sequence[LexborNode], depth: int) -> str:
    shown = ""
    for node in nodes:
        shown += _one(node, shown, depth + 1)
    return shown


def _one(node: LexborNode, before: str, depth: int) -> str:
    tag, parts = node.tag or "", _children(node)
    if depth > DEEPEST:
        return ""
    if not parts:
        return " ".join(node.text(deep=True).translate(_INVISIBLE).split())
    if tag == "semantics":
        return _one(parts[0], before, depth)
    if tag in {"mtable", "mtr", "mlabeledtr"}:
        return ("; " if tag == "mtable" else ", ").join(_row([part], depth) for part in parts)
    if tag in _STRUCTURES:
        texts = [_row([part], depth).strip() for part in parts]
        return _structured(tag, texts, before, node)
    if tag == "mfenced":
        begin = node.attributes.get("open") or "("
        return (
            begin
            + ", ".join(_row([p], depth) for p in parts)
            + (node.attributes.get("close") or ")")
        )
    return _row(parts, depth)


_STRUCTURES = frozenset(
    {"mfrac", "msup", "msub", "msubsup", "munder", "mover", "munderover", "msqrt", "mroot"}
)


def _structured(tag: str, texts: list[str], before: str, node: LexborNode) -> str:
    first, second, third = (*texts, "", "", "")[:3]
    if tag == "mfrac":
        if node.attributes.get("linethickness") in {"0", "0px"}:
            return f"({first} over {second})"
        return fraction(first, second, before=before)
    if tag == "msqrt":
        return f"√{_grouped(''.join(texts))}"
    if tag == "mroot":
        sign = {"2": "√", "3": "∛", "4": "∜"}.get(second)
        return f"{sign}{_grouped(first)}" if sign else f"root({second}, {first})"
    below = second if tag in {"msub", "msubsup", "munder", "munderover"} else ""
    above = second if tag in {"msup", "mover"} else third
    if tag == "mover" and len(second) == 1 and not second.isalnum():  # an accent
        return first
    index = lowered(first, below) if below else ""
    if not above:
        return first + index
    if above in _PRIMES:
        return first + index + above
    base = first if index or first.isalnum() or not first or first[-1] in ")]}|" else f"({first})"
    return base + index + power(base or " ", above)


def _grouped(text: str) -> str:
    return text if text.isalnum() else f"({text})"
