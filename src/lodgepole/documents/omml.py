"""Formulas of Office files (OMML) on one line: ECMA-376 part 1, 22.1. Pure.

`1/2·g·t²`, `√(x+1)`, `∑_(i=1)^n(a_i)`: what stands above, below or raised never touches a number.
Descent into a formula ends at a depth that no real one has.
"""

from typing import Any

from lodgepole.documents.archives import attribute, child_of, children, local_name
from lodgepole.documents.inline_notation import fraction, lowered, power

DEEPEST = 60
_PROPERTIES = frozenset(
    {"rPr", "fPr", "sSupPr", "sSubPr", "sSubSupPr", "sPrePr", "radPr", "naryPr", "funcPr", "dPr",
     "accPr", "barPr", "limLowPr", "limUppPr", "mPr", "mcs", "eqArrPr", "boxPr", "borderBoxPr",
     "groupChrPr", "phantPr", "ctrlPr", "argPr", "oMathParaPr", "del", "moveFrom"}
)  # fmt: skip
_ACCENTS = {"→": "\u20d7", "^": "\u0302", "~": "\u0303", "¯": "\u0304"}


def linear(element: Any, before: str = "") -> str:
    """An `oMath`, or anything in one, after what stands before it on its line."""
    text = _children(element, 0)
    apart = text[:1].isdigit() and before[-1:].isalnum()
    return f" {text}" if apart else text


def _children(element: Any, depth: int) -> str:
    """What is in an element, in order; a fraction stands apart from a number before it."""
    shown = ""
    for child in children(element):
        shown += _one(child, shown, depth + 1)
    return shown


def _one(element: Any, before: str, depth: int) -> str:  # noqa: C901, PLR0912  one branch a structure
    kind = local_name(element)
    if kind == "t":
        return element.text or ""
    if kind in _PROPERTIES or depth > DEEPEST:
        return ""

    def part(name: str) -> str:
        return _children(child_of(element, name), depth).strip()

    match kind:
        case "f":
            return _fraction(element, before, part("num"), part("den"))
        case "sSup" | "sSub" | "sSubSup" | "limLow" | "limUpp":
            return _with_marks(kind, part("e"), part("sub") or part("lim"), part("sup"))
        case "sPre":
            return lowered("", part("sub")) + power("", part("sup")) + part("e")
        case "rad":
            return _root(part("deg"), part("e"))
        case "nary":
            return _nary(element, part("sub"), part("sup"), part("e"))
        case "func":
            return part("fName") + _argument(part("e"))
        case "d":
            return _delimited(element, depth)
        case "acc" | "groupChr":
            return _accented(element, f"{kind}Pr", part("e"))
        case "m":
            rows = (row for row in element if local_name(row) == "mr")
            return "; ".join(", ".join(_cells(row, depth)) for row in rows)
        case "eqArr":
            return "; ".join(_cells(element, depth))
        case _:
            return _children(element, depth)


def _cells(row: Any, depth: int) -> list[str]:
    return [_children(cell, depth).strip() for cell in row if local_name(cell) == "e"]


def _with_marks(kind: str, base: str, below: str, above: str) -> str:
    """What a letter has raised and lowered; a limit stands above or below it."""
    if kind == "limUpp":
        below, above = "", below
    index = lowered(base, below) if below else ""
    if not above:
        return base + index
    return (base if index else _based(base)) + index + _up(base, above)


def _root(degree: str, text: str) -> str:
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
    return f"{sign}{_grouped(text)}" if sign else f"root({degree}, {text})"


def _accented(element: Any, properties: str, text: str) -> str:
    """A letter with its accent; one over several is left out."""
    sign = _character(element, properties, "\u0302" if properties == "accPr" else "")
    sign = _ACCENTS.get(sign, sign if len(sign) == 1 and ord(sign) >= 0x300 else "")
    return text + (sign if len(text) == 1 else "")


def _fraction(element: Any, before: str, above: str, below: str) -> str:
    if _property(element, "fPr", "type") == "noBar":
        return f"({above} over {below})"
    return fraction(above, below, before=before) if above or below else ""


def _based(text: str) -> str:
    """What a power is of; more than one name or number is put in brackets."""
    return text if text.isalnum() or not text or text[-1] in ")]}|" else _grouped(text)


def _up(base: str, text: str) -> str:
    if text in {"'", "′", "″", "*", "∗", "°", "†"}:
        return text
    return power(base or " ", text)


def _grouped(text: str) -> str:
    return text if text.isalnum() or _is_bracketed(text) else f"({text})"


def _is_bracketed(text: str) -> bool:
    """Whether the first bracket is closed by the last sign."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _argument(text: str) -> str:
    return text if _is_bracketed(text) else f" {text}" if text else ""


def _nary(element: Any, below: str, above: str, body: str) -> str:
    sign = _character(element, "naryPr", "∫")
    bounds = (lowered(sign, below) if below else "") + (power(sign, above) if above else "")
    return f"{sign}{bounds} {body}" if body else f"{sign}{bounds}"


def _delimited(element: Any, depth: int) -> str:
    begin, end = (
        _character(element, "dPr", "(", "begChr"),
        _character(element, "dPr", ")", "endChr"),
    )
    separator = _character(element, "dPr", "|", "sepChr")
    parts = [_children(child, depth).strip() for child in element if local_name(child) == "e"]
    return begin + separator.join(parts) + end


def _character(element: Any, properties: str, default: str, name: str = "chr") -> str:
    found = _property(element, properties, name)
    return default if found is None else found


def _property(element: Any, properties: str, name: str) -> str | None:
    found = child_of(child_of(element, properties), name)
    return None if found is None else attribute(found, "val") or ""
