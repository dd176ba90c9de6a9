"""Number formats of cells: ECMA-376 part 1, 18.8.30 and 18.8.31. Pure.

Digits, signs, units, currencies and words are shown as the sheet shows them. Dates and times are
the exception: the same format is shown in another order on each machine, so they are written as
2024-03-05 and 14:30, less what the format leaves out.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0_);(#,##0)", 6: "#,##0_);(#,##0)",
    7: "#,##0.00_);(#,##0.00)", 8: "#,##0.00_);(#,##0.00)", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)", 41: '#,##0_);(#,##0);"-"', 42: '#,##0_);(#,##0);"-"',
    43: '#,##0.00_);(#,##0.00);"-"', 44: '#,##0.00_);(#,##0.00);"-"', 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys([*range(27, 32), *range(36, 37), *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys(range(32, 36), "h:mm:ss"),
}  # fmt: skip
"""By number; where a currency is the machine's own, it is not known and left out."""
CODE_CHARS = 255  # of a format, which is the most that Excel keeps
DECIMALS = 30
LAST_SERIAL = 2_958_465  # 9999-12-31
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  no zone in cells
"""18.17.4.1: serials count from 1899-12-30 (1900 taken for a leap year) or 1904."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<space>_.)|(?P<fill>\*.)|'
    r"\[(?P<bracket>[^\[\]]*+)\]|(?P<general>General)|(?P<half>A/P|AM/PM|上午/下午)|"
    r"(?P<exponent>E[+-])|(?P<part>y+|m+|d+|h+|s+|g+|e+|b+)|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_TIMES = frozenset("hs")
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # digits of the largest number, and decimals


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """What one kind of value is shown by."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, float] | None

    def has(self, kind: str) -> bool:
        return any(token.kind == kind for token in self.tokens)

    @property
    def is_date(self) -> bool:
        return self.has("part") or self.has("elapsed")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format's sections: for what is positive, negative, zero, and text."""

    sections: tuple[_Section, ...]

    @property
    def is_general(self) -> bool:
        return not self.sections or [t.kind for t in self.sections[0].tokens] == ["general"]

    def number(self, raw: str, epoch: datetime) -> str:
        """Format a number, given as it is stored."""
        try:
            exact = Decimal(raw)
            value = float(exact)
        except (InvalidOperation, OverflowError, ValueError):
            return raw
        if not math.isfinite(value):
            return raw
        section, signed = self._section(value)
        if section is None:
            return plain(raw)
        if section.is_date:
            last = LAST_SERIAL - (epoch - EPOCH).days
            return _moment(section, value, epoch) if 0 <= value <= last else plain(raw)
        try:
            shown = _filled_in(section, Decimal(plain(raw)))
        except InvalidOperation:  # more digits than `_EXACT` has, by hundreds of percent signs
            return plain(raw)
        return shown if signed or value >= 0 else f"-{shown}" if shown else shown

    def text(self, text: str) -> str:
        """Format a text; nearly always the text itself."""
        found = self.sections[3] if len(self.sections) > 3 else None
        if found is None:
            found = next((s for s in self.sections[:1] if s.has("text")), None)
        if found is None or not found.tokens:
            return text
        shown = "".join(text if t.kind == "text" else t.text for t in found.tokens)
        return shown.strip() if found.has("text") else text

    def _section(self, value: float) -> tuple[_Section | None, bool]:
        """The section for a value, and whether it says the sign itself."""
        numbers = self.sections[:3]
        if any(section.condition for section in numbers):
            for section in numbers:
                if section.condition is None:
                    return section, False
                sign, bound = section.condition
                if _holds(value, sign, bound):
                    return section, sign[0] == "<" and bound <= 0
            return None, False
        if value < 0 and len(numbers) > 1:
            return numbers[1], True
        if value == 0 and len(numbers) > 2:
            return numbers[2], True
        return (numbers[0] if numbers else None), False


GENERAL = NumberFormat(())


def plain(raw: str) -> str:
    """A number without a format, less the error of its last binary digits."""
    if raw.lstrip("-").isdigit():
        return raw
    try:
        return f"{float(raw):.15g}"
    except ValueError:
        return raw


@lru_cache(maxsize=1000)
def number_format(number: int, code: str) -> NumberFormat:
    """The format that a workbook defines, or else the one of that number."""
    code = code or BUILT_IN.get(number, "")
    if not code or len(code) > CODE_CHARS:
        return GENERAL
    return NumberFormat(tuple(_sections(code)))


def _sections(code: str) -> Iterator[_Section]:
    tokens: list[_Token] = []
    condition: tuple[str, float] | None = None
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "other" and text == ";":
            yield _Section(tuple(tokens), condition)
            tokens, condition = [], None
        elif kind == "bracket" and (found := _CONDITION.fullmatch(text)):
            condition = found[1], float(found[2])
        elif (token := _token(kind, text)) is not None:
            tokens.append(token)
    yield _Section(tuple(tokens), condition)


def _token(kind: str, text: str) -> _Token | None:
    """What a sign of a format stands for; None for colours and the like."""
    if kind == "bracket":
        if re.fullmatch("h+|m+|s+", text, re.IGNORECASE):
            return _Token("elapsed", text.lower())
        if text.startswith("$"):  # a currency, and the number of a language
            return _Token("literal", text[1:].partition("-")[0])
        return None
    if kind in {"space", "fill"}:
        return _Token("literal", " ") if text == "_ " else None
    if kind in {"quoted", "escaped"}:
        return _Token("literal", text)
    if kind == "other":
        return _Token({"@": "text"}.get(text, text if text in ".,%/" else "literal"), text)
    return _Token(kind, text.lower() if kind == "part" else text)


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
        "=": value == bound, "<>": value != bound,
    }[sign]  # fmt: skip


# --- numbers ------------------------------------------------------------------------------------


def _filled_in(section: _Section, number: Decimal) -> str:
    """The section with the digits of a number, without its sign, at their places."""
    tokens = section.tokens
    if not section.has("digit"):
        shown = (
            plain(str(abs(number))) if t.kind in {"general", "text"} else t.text for t in tokens
        )
        return "".join(shown).strip()
    number = abs(number) * 100 ** sum(token.kind == "%" for token in tokens)
    if section.has("/"):
        return _as_fraction(tokens, number)
    first = next(n for n, token in enumerate(tokens) if token.kind == "digit")
    last = max(n for n, token in enumerate(tokens) if token.kind == "digit")
    scale = 0
    while last + 1 + scale < len(tokens) and tokens[last + 1 + scale].kind == ",":
        scale += 1
    number = _EXACT.divide(number, Decimal(1000) ** scale)
    exponent = next((n for n, token in enumerate(tokens) if token.kind == "exponent"), None)
    if exponent is not None:
        return _scientific(tokens, number, exponent)
    dot = next((n for n, token in enumerate(tokens) if token.kind == "."), None)
    whole = [t for t in tokens[: last + 1 if dot is None else dot] if t.kind in {"digit", ","}]
    decimals = [] if dot is None else [t.text for t in tokens[dot:] if t.kind == "digit"]
    grouped = any(t.kind == "," for t in whole)
    digits = _digits(
        number, [t.text for t in whole if t.kind == "digit"], decimals, grouped=grouped
    )
    inner = [
        t for n, t in enumerate(tokens) if first <= n <= last and t.kind == "literal" and t.text
    ]
    if inner and dot is None:
        return _between(tokens, number)
    head = "".join(t.text for t in tokens[:first] if t.kind not in {",", "."})
    tail = "".join(t.text for t in tokens[last + 1 :] if t.kind not in {",", "."})
    middle = "".join(t.text for t in inner)
    return (head + digits + middle + tail).strip()


def _digits(
    number: Decimal, whole: Sequence[str], decimals: Sequence[str], *, grouped: bool
) -> str:
    """A number by the places that a format has before and after its decimal point."""
    rounded = number.quantize(Decimal(1).scaleb(-min(len(decimals), DECIMALS)), context=_EXACT)
    before, _, after = f"{rounded:f}".partition(".")
    before = before.lstrip("0").rjust(whole.count("0"), "0")
    while after and decimals[len(after) - 1] != "0" and after[-1] == "0":
        after = after[:-1]
    before = _grouped(before) if grouped else before
    return f"{before}.{after}" if after else before


def _grouped(digits: str) -> str:
    first = len(digits) % 3
    parts = [digits[:first], *(digits[n : n + 3] for n in range(first, len(digits), 3))]
    return ",".join(filter(None, parts))


def _between(tokens: tuple[_Token, ...], number: Decimal) -> str:
    """Digits with signs between them, as of telephone numbers: filled from the right."""
    rounded = f"{number.quantize(Decimal(1), context=_EXACT):f}"
    places = sum(token.kind == "digit" for token in tokens)
    left = list(rounded.rjust(places, " "))
    extra = len(left) - places
    shown: list[str] = []
    for token in tokens:
        if token.kind == "digit":
            taken, extra = 1 + extra, 0
            piece = "".join(left[:taken])
            del left[:taken]
            shown.append(piece.replace(" ", "0" if token.text == "0" else ""))
        elif token.kind not in {",", "."}:
            shown.append(token.text)
    return "".join(shown).strip()


def _scientific(tokens: tuple[_Token, ...], number: Decimal, exponent: int) -> str:
    before = [t for t in tokens[:exponent] if t.kind in {"digit", "."}]
    dot = next((n for n, t in enumerate(before) if t.kind == "."), len(before))
    step = max(sum(t.kind == "digit" for t in before[:dot]), 1)
    decimals = [t.text for t in before[dot:] if t.kind == "digit"]
    power = number.adjusted() if number else 0
    power -= power % step
    mantissa = number.scaleb(-power)
    digits = _digits(mantissa, ["0"], decimals, grouped=False)
    if digits.startswith("10") and step == 1:
        power, digits = power + 1, _digits(mantissa / 10, ["0"], decimals, grouped=False)
    places = sum(t.kind == "digit" for t in tokens[exponent:])
    sign = "-" if power < 0 else "+" if tokens[exponent].text.endswith("+") else ""
    first = next(n for n, t in enumerate(tokens) if t.kind == "digit")
    last = max(n for n, t in enumerate(tokens) if t.kind == "digit")
    head = "".join(t.text for t in tokens[:first])
    tail = "".join(t.text for t in tokens[last + 1 :])
    return f"{head}{digits}E{sign}{abs(power):0{max(places, 1)}}{tail}".strip()


def _as_fraction(tokens: tuple[_Token, ...], number: Decimal) -> str:
    """Whole and a fraction, `1 3/4`; the denominator may be fixed, `?/16`."""
    slash = next(n for n, token in enumerate(tokens) if token.kind == "/")
    below = list(_run(tokens[slash + 1 :]))
    fixed = "".join(t.text for t in below)
    exact = Fraction(number)
    if fixed.isdigit() and int(fixed):
        numerator = round(exact * int(fixed))
        denominator = int(fixed)
    else:
        found = exact.limit_denominator(10 ** max(min(len(below), 5), 1) - 1)
        numerator, denominator = found.numerator, found.denominator
    before = [t for t in tokens[:slash] if t.kind == "digit"]
    above = len(list(_run(tuple(reversed(tokens[:slash])))))
    whole = 0
    if len(before) > above:  # places of their own for what is whole
        whole, numerator = divmod(numerator, denominator)
    part = f"{numerator}/{denominator}" if numerator else ""
    shown = " ".join(filter(None, (str(whole) if whole else "", part))) or "0"
    first = next(n for n, t in enumerate(tokens) if t.kind == "digit")
    tail = tokens[slash + 1 + len(below) :]
    return ("".join(t.text for t in tokens[:first]) + shown + "".join(t.text for t in tail)).strip()


def _run(tokens: tuple[_Token, ...]) -> Iterator[_Token]:
    """Digits at the beginning, those of a fixed denominator too."""
    for token in tokens:
        if token.kind != "digit" and not (token.kind == "literal" and token.text.isdigit()):
            return
        yield token


# --- dates and times ----------------------------------------------------------------------------


def _moment(section: _Section, serial: float, epoch: datetime) -> str:
    parts = [t.text for t in section.tokens if t.kind == "part"]
    if section.has("elapsed"):
        return _elapsed(serial)
    tenths = any(t.kind == "digit" for t in section.tokens)
    moment = epoch + timedelta(seconds=round(serial * 86_400, 3 if tenths else None))
    signs = {part[0] for part in parts}
    timed = bool(signs & _TIMES)
    dated = bool(signs & set("ydge")) or ("m" in signs and not timed)
    time = f"{moment:%H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%H:%M}"
    if moment.microsecond:
        time += f".{moment.microsecond // 1000:03}".rstrip("0")
    if not dated or (serial < 1 and timed):
        return time
    day = _day(moment, parts, signs, timed=timed)
    return f"{day} {time}" if timed and serial != int(serial) else day


def _day(moment: datetime, parts: list[str], signs: set[str], *, timed: bool) -> str:
    """A date, less the parts that its format leaves out."""
    if not timed and signs == {"y"}:
        return f"{moment:%Y}"
    if not timed and signs == {"m"} and max(map(len, parts)) > 2:
        return _MONTHS[moment.month - 1]
    if not timed and signs == {"d"} and max(map(len, parts)) > 2:
        return _DAYS[moment.weekday()]
    if not timed and signs == {"y", "m"}:
        return f"{moment:%Y-%m}"
    return f"{moment:%Y-%m-%d}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _elapsed(serial: float) -> str:
    minutes, seconds = divmod(round(serial * 86_400), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
