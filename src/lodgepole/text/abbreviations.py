"""Abbreviations, ordinals and initials, whose full stops end no sentence.

Pure. `No.` is an abbreviation before `5` and a sentence's end before `Then`; `Inc.` ends one
before `The` and none before `Annual`; `1.` is an ordinal before `Juli`.
"""

import re

from lodgepole.text.word_lists import SENTENCE_OPENERS, folded

BEFORE_CHARS = 40
"""Characters before a full stop that tell whether it ends a sentence."""
AFTER_CHARS = 24
"""Characters after it, from the first that is no white space."""

_OPENING = "([\"'“„«/§#"

# What is always followed by something that it belongs to.
_LEADING = frozenset(
    """
    Dr Mr Mrs Ms Mx Prof Messrs Mme Mlle Sr Sra Srta Dra Sig Dott dott Hr Frl Dhr Mevr vs cf e.g i.e
    viz approx ca circa resp incl excl esp bzw ggf vgl sog evtl inkl exkl zzgl abzgl bspw z.B d.h
    u.a z.T i.d.R p.ex т.е гл стр тыс
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
# What a number may follow, and nothing else.
_BEFORE_NUMBER = frozenset(
    """
    no nos nr art arts fig figs eq eqs sec secs sect vol abs abb tab kap núm ch chap p pp pg s ziff
    rn anm bd para cl ext ref reg ver v max min avg n nn ст п пп рис табл № jan feb mar apr jun jul
    aug sep sept oct okt nov dec dez janv févr avr juil déc ene abr dic giu lug ott
    """.split()  # noqa: SIM905
)
_NUMBER = re.compile(r"[(#§]?[A-Z]{0,3}[-.]?\d|[IVXLC]{2,}\b|\([A-Za-z0-9]")
_LETTER = re.compile(r"[A-Z](?![^\W\d_])")  # Art. I, Art. L. 121; in German `Art` is a word

# What may end a sentence and may not: then the word after it tells. So it is with initials.
_EITHER = frozenset(
    """
    Inc Ltd Co Corp Cie Bros LLC Ltda Assn Dept Jr Ph.D PhD Esq St Ste Av Ave Blvd Gen Col Sgt Capt
    Cpt Lt Maj Rev Hon Pres Gov Sen Rep MM Fr Ing Dipl Mag al etc usw usf ibid insb gem lt Mio Mrd
    Tsd Std Min Sek Jh Chr Str Abt Tel tel Univ Inst млн млрд руб др пр ул
    """.split()  # noqa: SIM905
)
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_]){0,4}")
_COUNT = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,5}")
_MONTH = re.compile(
    r"(?:jan|feb|fév|fev|mär|mar|apr|abr|avr|mai|may|maj|máj|jun|jui|juil|jul|aug|ago|aoû|sep|set"
    r"|okt|oct|out|ott|nov|dez|dec|déc|dic|des|januar|ene|gen|giu|lug|mei|tammi|helmi|maalis|huhti"
    r"|touko|kesä|heinä|elo|syys|loka|marras|joulu|ledna|února|března|dubna|května|června|července"
    r"|srpna|září|října|listopad|prosin|stycz|lut|kwie|czerw|lip|sierp|wrze|paź|grud|ocak|şubat"
    r"|nisan|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен"
    r"|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру)[^\W\d_]{0,9}\b",
    re.IGNORECASE,
)
# Words before an ordinal in the languages that write it with a full stop.
_BEFORE_ORDINAL = frozenset(
    """
    am im vom zum zur beim bis seit ab der die das dem den des jede jeder jedes jedem jeden ein eine
    einer eines einem einen ihr ihre sein seine dieser diese jeweils und oder kapitel teil det någon
    hver hvert
    """.split()  # noqa: SIM905
)
_DATE_GOES_ON = re.compile(r"\d{1,2}\.\s?(?:\d{2}|\d{4})\b")
_YEAR = re.compile(r"(?:1[89]|20)\d\d\b")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


def is_abbreviated(before: str, after: str, *, from_start: bool = False) -> bool:
    """Return whether the full stop that ends `before` goes on to `after` in the same sentence.

    Args:
        before: The last `BEFORE_CHARS` up to the stop and with it.
        after: What follows behind white space; empty where that is not known.
        from_start: `before` begins where the sentence does.
    """
    tokens = before.rsplit(None, 2)
    last = tokens[-1][:-1].lstrip(_OPENING)
    previous = tokens[-2] if len(tokens) > 1 else ""
    if last[-1:].isdigit():
        return _is_count(before, last, from_start=from_start) or _is_ordinal(previous, last, after)
    initials = _INITIALS.fullmatch(last) is not None
    if initials and _INITIALS.fullmatch(previous.rstrip(".").lstrip(_OPENING)):
        last = f"{previous.lstrip(_OPENING)}{last}"  # `z. B.`
    if last in _LEADING or _stands_before_number(last, after, 0):
        return True
    if initials or last in _EITHER:
        alone = from_start and len(tokens) == 1 and len(last) == 1  # `A. The parties` is counted
        return alone or not _opens_sentence(after)
    return False


def _stands_before_number(last: str, after: str, at: int) -> bool:
    word = last.rpartition("-")[2].casefold()
    if word not in _BEFORE_NUMBER:
        return False
    if _NUMBER.match(after, at):
        return True
    return last.endswith("Art") and _LETTER.match(after, at) is not None


def _is_count(before: str, last: str, *, from_start: bool) -> bool:
    """Return whether the number stands where the sentence or a line begins, and counts it."""
    if not _COUNT.fullmatch(last):
        return False
    line = before[: -len(last) - 1].rstrip(" \t([#")
    return line.endswith("\n") or (from_start and not line)


def _is_ordinal(previous: str, last: str, after: str) -> bool:
    """Whether a number with a full stop is a day or another ordinal: `1. Juli`, `im 3. Quartal`."""
    day, _, month = last.partition(".")
    if len(day) > 2 or not day.isdecimal():
        return False
    if month or (previous[-1:] == "." and previous[:-1].isdecimal()):
        # `12. 5.` before a year
        return len(month) <= 2 and _YEAR.match(after) is not None
    if _MONTH.match(after) or _DATE_GOES_ON.match(after):
        return True
    return previous.casefold() in _BEFORE_ORDINAL and not _opens_sentence(after)


def _opens_sentence(after: str) -> bool:
    """Return whether a word follows that begins sentences and no names: `The`, `Wir`, `Il`."""
    word = _FIRST_WORD.match(after)
    if word is None or len(word.group()) < 2:
        return False
    first = word.group()
    return first[0].isupper() and folded(first) in SENTENCE_OPENERS
