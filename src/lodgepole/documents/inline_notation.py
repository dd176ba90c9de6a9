"""Raised and lowered text, and fractions, written so that they never touch a number. Pure.

Every reader writes them alike, whatever its format calls them:

- An exponent or an index is `10⁶`, `m²`, `H₂O` where each of its characters has such a form, else
  `10^6.5`, `x_max`, `e^(x/2)`.
- A note's mark is `[^1]`, a space before it, as in `42 metres [^1]`; the note itself begins with
  `[^1]:`. Markdown writes both so, models know it, and citations keep it apart from their own.
- A fraction is `3/4`, and `1 3/4` after a number.
- What only is set higher, as in `1st` or `Mme`, stays what it is.

Formats say that a digit is raised, not why. It is an exponent after 10, a unit of length, a letter
that stands alone and a closed formula; after words, sentences and other numbers it is a mark.
"""

import re
from collections.abc import Collection

LONGEST = 40  # characters of raised or lowered text; more is no notation
MARKED_CHARS = 12  # of a list of marks
_UP = dict(zip("0123456789+-=()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ", strict=True))
_DOWN = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_PLAIN = {ord(form): char for forms in (_UP, _DOWN) for char, form in forms.items()}
_MINUS = str.maketrans("−–‐‑⁄∕", "----//")
_SIMPLE = re.compile(r"[\d+\-=()]*+[A-Za-z]?+[\d+\-=()]*+")
_WORDLIKE = re.compile(r"[\w.,+\-]*")
_MARKS = re.compile(r"[\[(]?(\d{1,3}|[a-z]|[ivx]{2,4})[\])]?(?:\s*[,;]\s*|\s+|$)")
_RANGE = re.compile(r"[\[(]?(\d{1,3}-\d{1,3})[\])]?$")
_SIGNED = re.compile(r"[+-]\s*[\d.,]*\w?|\d{1,2}[+-]")
_NUMBER = re.compile(r"(?<!\d)\d[\d.,'\u00a0\u202f]{0,80}$")
_LETTERS = re.compile(r"(?<![^\W\d_])[^\W\d_]++$")
_FORMULA = re.compile(r"[(\[{][^()\[\]{}]{0,80}[)\]}]$")
_WORD = re.compile(r"[^\W\d_]{3}")
_OPERATOR = re.compile(r"[=×·*/^+−<>≈~(\[]\s*$|(?<=\d)\s*x\s*$")
_COUNTED = re.compile(r"[\d/·]\s*$|\bper\s+$")
_UNITS = frozenset(
    ("m", "cm", "mm", "km", "dm", "nm", "pm", "µm", "μm", "ft", "yd", "sec", "м", "см", "мм", "км")
)
_UNITS_OR_WORDS = frozenset(("in", "mi", "min", "h", "s"))
"""Of these, a power is written only after a number or a stroke."""
_NUCLIDES = frozenset(
    (
        "C",
        "N",
        "O",
        "F",
        "P",
        "S",
        "K",
        "U",
        "Ca",
        "Cl",
        "Co",
        "Cs",
        "Fe",
        "Ga",
        "Lu",
        "Mo",
        "Pb",
        "Po",
        "Pu",
        "Ra",
        "Rn",
        "Sr",
        "Tc",
        "Th",
        "Xe",
        "Am",
    )
)
_ELEMENT = re.compile(r"[A-Z][a-z]?(?=[A-Z]?(?![A-Za-z]))")
_DEGREES = re.compile(r"\s?[CF]\b")
_FUNCTIONS = frozenset(("sin", "cos", "tan", "log", "ln", "exp"))
_CURRENCIES = frozenset("$€£¥")
_POWERS = frozenset("nixk")  # letters that 10 is raised to
_FIRST_MARKS = frozenset("1abc")  # that no single letter is raised to
_TRADE_MARKS = {"TM": "™", "SM": "℠"}
_ORDINALS = {"o": "º", "a": "ª"}


def raised(before: str, text: str, after: str = "", *, notes: Collection[str] = ()) -> str:
    """Write raised text between what is before and after it, spaces included.

    Args:
        before: What stands before it on its line, as written so far.
        text: What is raised.
        after: What follows it on its line.
        notes: Marks that begin a note near it, where that is known.
    """
    text = " ".join(text.translate(_PLAIN).translate(_MINUS).split())
    glued = bool(before) and not before[-1].isspace()
    if len(text) > LONGEST:
        return (" " if glued else "") + _spaced(text, after)
    if not any(map(str.isalnum, text)) and not (glued and text in {"+", "-"}):
        return text  # an asterisk, a dagger, a prime
    if _is_mass_number(text, after):
        return power(before, text)
    marks = _marks(text)
    if not before.strip():
        begun = "".join(f"[^{mark}]" for mark in marks)
        return f"{begun}:{' ' if after else ''}" if marks else power("", text)
    if glued and text in {"o", "0"} and _DEGREES.match(after) and before[-1].isdigit():
        return "°"
    if text.isalpha() and (joined := _joined(before, text, after, notes)) is not None:
        return joined
    if marks and not _is_exponent(before, text, notes):
        return (" " if glued else "") + _spaced(" ".join(f"[^{mark}]" for mark in marks), after)
    return power(before, text) if glued else text


def lowered(before: str, text: str) -> str:
    """Write lowered text: an index of what is before it."""
    text = " ".join(text.translate(_PLAIN).translate(_MINUS).split())
    if not text or len(text) > LONGEST or not any(map(str.isalnum, text)):
        return f" {text}" if len(text) > LONGEST and before[-1:].isalnum() else text
    return _notation(before, text, _DOWN, "_")


def power(before: str, text: str) -> str:
    """An exponent, where it is known to be one."""
    return _notation(before, text.translate(_PLAIN).translate(_MINUS), _UP, "^")


def _notation(before: str, text: str, forms: dict[str, str], sign: str) -> str:
    if _SIMPLE.fullmatch(text) and all(char in forms for char in text):
        return "".join(forms[char] for char in text)
    if not before.strip():
        return text
    return sign + (text if _WORDLIKE.fullmatch(text) else f"({text})")


def fraction(above: str, below: str, *, before: str = "") -> str:
    """A fraction, apart from a number before it."""
    parts = [part.translate(_PLAIN).strip() for part in (above, below)]
    whole = "/".join(p if re.fullmatch(r"[\w.,]*", p) else f"({p})" for p in parts)
    return f" {whole}" if before[-1:].isalnum() else whole


def note_mark(label: str) -> str:
    """The mark of a note that the format itself calls one."""
    return f"[^{''.join(label.split())}]"


def note_start(label: str) -> str:
    """Beginning of a note."""
    return f"{note_mark(label)}: "


def _marks(text: str) -> list[str]:
    """The marks that the text may be; none where it is something else."""
    if found := _RANGE.fullmatch(text):
        return [found[1]]
    if len(text) > MARKED_CHARS:
        return []
    marks: list[str] = []
    end = 0
    while end < len(text):
        mark = _MARKS.match(text, end)
        if mark is None:
            return []
        marks.append(mark[1])
        end = mark.end()
    return marks


def _is_exponent(before: str, text: str, notes: Collection[str]) -> bool:
    """Whether the text is a power of what stands before it rather than a mark."""
    if _SIGNED.fullmatch(text):
        return True
    if not text.isalnum() or before[-1].isspace():
        return False
    known = text in notes
    if number := _NUMBER.search(before):
        return _is_power_of_number(number[0], before[: number.start()], text, known=known)
    if letters := _LETTERS.search(before):
        return _is_power_of_letters(letters[0], before[: letters.start()], text, known=known)
    formula = _FORMULA.search(before)
    return formula is not None and _is_formula(formula[0]) and text != "1"


def _is_power_of_number(base: str, led: str, text: str, *, known: bool) -> bool:
    if led[-1:].isalpha() or led[-1:] in _CURRENCIES:
        return False
    if base == "10":
        return text.isdigit() or text in _POWERS
    if known or not text.isdigit():
        return False
    operated = _OPERATOR.search(led) is not None
    return (base == "2" and (operated or len(text) == 2)) or (operated and text in {"2", "3"})


def _is_power_of_letters(base: str, led: str, text: str, *, known: bool) -> bool:
    base = "".join(char for char in base if ord(char) not in _PLAIN)  # without its own index
    small = text in {"2", "3"}
    if base in _UNITS or (base in _UNITS_OR_WORDS and _COUNTED.search(led)):
        return small or text == "4"
    if len(base) == 1 and not led[-1:].isalnum():
        return small or (text not in _FIRST_MARKS and not known)
    within = _OPERATOR.search(led) is not None or led[-1:].isdigit()
    return small and (base in _FUNCTIONS or (len(base) <= 2 and within))


def _is_formula(text: str) -> bool:
    return _WORD.search(text) is None and bool(re.search(r"[+\-−=*/·×^]|\d", text))


def _is_mass_number(text: str, after: str) -> bool:
    """Whether this is the `14` of ¹⁴C."""
    element = _ELEMENT.match(after)
    return element is not None and text.isdigit() and len(text) > 1 and element[0] in _NUCLIDES


def _joined(before: str, text: str, after: str, notes: Collection[str]) -> str | None:
    """Letters that only are set higher; None where they are a mark or an exponent."""
    if text in _TRADE_MARKS:
        return _TRADE_MARKS[text]
    if text == "o" and (before[-1] in "nN" or _DEGREES.match(after)):
        return "º"
    if before[-1:].isdigit():
        if len(text) == 1:
            short = re.search(r"(?<![\d.,])\d{1,2}$", before) is not None
            return _ORDINALS.get(text) if short and text not in notes else None
        return None if text in notes else text
    if _LETTERS.search(before) is None or before[-1:].isspace():
        return None
    if len(text) == 1 or (re.fullmatch("[ivx]+", text) and _marks(text)):
        return None
    alone = re.search(r"(?:^|[^\w])[^\W\d_]$", before) is not None
    return None if alone and text.islower() and len(text) > 3 else text


def _spaced(text: str, after: str) -> str:
    return f"{text} " if after[:1].isalnum() or after[:1] in ("(", "[") else text
