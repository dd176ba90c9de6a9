"""Clauses that leave out what they share with the first, written out. Pure.

`Paris is the capital of France, London of England and Madrid of Spain` says three things; the verb
and what follows it up to the preposition are carried along to each. So are a verb before amounts
(`the pro plan 25 euros`), and a subject before verbs (`and died in 1852`).
"""

import re
from itertools import zip_longest

MOST_WORDS = 8  # of a clause without a verb, on either side of its preposition
MOST_CLAUSES = 40
_FAMILIES = (
    r"of|von|vom|van|de|des|du|del|della|dello|dei|degli|delle|di|do|da|dos|das|av|af",
    r"in|im|en|dans|nel|nella|nello|nei|no|na|i|w|в|во|у",
    r"at|am|à|au|aux|alla|allo|al|ao|om|o",
    r"on|auf|sur|sobre|su|sul|op|på|na|на",
    r"for|für|pour|para|per|voor|för|for|til|dla|для",
    r"from|aus|depuis|desde|dalla?|uit|från|fra|z|из|з",
    r"to|nach|bis|vers|a|tot|till|до",
    r"by|bei|par|por|bij|hos|od",
    r"with|mit|avec|con|com|met|med|с|із",
)
"""Prepositions that mean the same, so that `della Francia` goes with `dell'Inghilterra`."""
_JOINED = (r"(?:d|dell|de l)['’]", r"nell['’]", r"all['’]", r"sull['’]")
"""Of the first families, what is written together with the word behind it."""
_AT = tuple(
    rf"(?:(?:{family})(?=\s){f'|{joined}' if joined else ''})"
    for family, joined in zip_longest(_FAMILIES, _JOINED)
)
_SHARED = tuple(re.compile(rf"\s{at}") for at in _AT)
_HAVE = r"has|have|had|hat|haben|hatte|ont|avait|tiene|tienen|ha|hanno|tem|têm|heeft|hebben|har"
_VERB = (
    rf"(?:is|are|was|were|{_HAVE}|costs?|lies|lives?|comes?|became|won|ist|sind|war|waren|wird"
    r"|kostet|kosten|liegt|liegen|dauert|beträgt|est|sont|était|étaient|coûte|coûtent|dure|es"
    r"|son|era"
    r"|eran|fue|cuesta|cuestan|dura|è|sono|costa|costano|é|são|foi|custa|custam|zijn|kost"
    r"|duurt|ligt"
    r"|är|kostar|ligger|er|koster|varer|maksaa|jest|są|był|była|kosztuje|kosztują|стоит"
    r"|стоят|был"
    r"|была|було|коштує"
    r"|rose|fell|grew|sank|stood|amounts?|amounted|reached|lasts?|lasted|weighs?|weighed|measures?"
    r"|measured|takes?|took|holds?|held|opens?|opened|closes?|closed|starts?|started|ends?|ended"
    r"|begins?|began|built|founded|invented|wrote|discovered|sold|made|paid|earns?|earned|belongs?"
    r"|stieg|sank|fiel|öffnet|schließt|beginnt|endet|wiegt|gründete|erfand|schrieb)"
)
_WHOLE = re.compile(
    rf"(?P<subject>\S.{{0,200}}?)\s(?P<said>(?P<verb>{_VERB})\s(?P<rest>.*))", re.IGNORECASE
)
_DASHED = re.compile(r"(?P<subject>\S[^—–]{0,200}?)\s[—–]\s(?P<rest>[^—–]{1,400})")
_WHOLE_OF_SMALL = re.compile(r"(?P<subject>\S.{0,200}?)\s(?P<said>(?P<verb>a|on|ma)\s(?P<rest>.*))")
"""Verbs that are other words in other languages; looked for where there is no clearer one."""
_HAS_VERB = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
_BEGINS_WITH_VERB = re.compile(rf"(?!(?:er|es)\s)(?:{_VERB}|[a-zß-ÿ]{{2,20}}ed)\s", re.IGNORECASE)
_CONDITION = re.compile(
    r"(?:if|when|unless|although|though|because|while|since|as|wenn|falls|obwohl|weil|sofern"
    r"|als|si|quand"
    r"|lorsque|bien que|cuando|aunque|porque|se|quando|anche se|wanneer|omdat|hvis|når|om|när"
    r"|jeśli"
    r"|gdy|eğer|если|когда|хотя|якщо|коли)\s",
    re.IGNORECASE,
)
_HAS = re.compile(_HAVE, re.IGNORECASE)
_SEPARATOR = r"(?:and|und|et|y|e|en|och|og|ja|oraz|ve|и|а|та|й)"
_PARTS = re.compile(rf"(;\s++|,\s++(?:{_SEPARATOR}\s++)?|\s{_SEPARATOR}\s++)")
_PARTS_IN_POLISH = re.compile(r"(;\s++|,\s++(?:(?:a|i|oraz)\s++)?|\s(?:a|i|oraz)\s++)")
_POLISH = re.compile("[ąęłśżźćń]")
_AMOUNT = (
    r"(?:(?:USD|EUR|GBP|CHF|about|nearly|over|etwa|rund|environ|unos|circa)\s)?[$€£¥]?\s?"
    r"(?:\d[\d.,]{0,20}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|zwei"
    r"|drei|vier"
    r"|fünf|sechs|deux|trois|quatre|cinq|dos|tres|cuatro|due|tre|quattro|dois|três|twee|drie"
    r"|två|to"
    r"|две|два|три|half an?|an? (?:hundred|thousand|million|year|month|week|day|hour)"
    r"|ein(?:e[nms]?)?"
    r"|une?|una?)\b"
)
_BEGINS_WITH_AMOUNT = re.compile(_AMOUNT, re.IGNORECASE)
_SUBJECT_FIGURE = re.compile(
    r"(?P<subject>[^\d$€£¥]{2,200})\s(?P<rest>(?:[A-Z]{3}\s)?[$€£¥]?\s?\d.{0,200})"
)
_SUBJECT_AMOUNT = re.compile(
    rf"(?P<subject>[^\d$€£¥]{{2,200}}?)\s(?P<rest>{_AMOUNT}.{{0,200}})", re.IGNORECASE
)
_EAST_PARTS = re.compile("[，、；,;]\\s?")
_EAST_VERB = re.compile("是|为|為|は|[은는]\\s")


_ARTICLE = re.compile(
    r"(an?|the|eine?n?|die|der|das|une?|la|le|los|una?|el|il|um|uma|een|en|ett?)\s", re.IGNORECASE
)


def written_out(sentence: str) -> tuple[str, ...]:
    """The clauses of a sentence, each whole; none where it has no gapped ones.

    A sentence that begins with a condition is one, since its clauses hold together alone.
    """
    text = sentence.strip()
    stop = text[-1:] if text[-1:] in ".!。！" else ""
    bare = text.removesuffix(stop)
    if _CONDITION.match(bare) and _HAS_VERB.search(bare):
        return (text,)
    if east := _of_the_east(bare):
        return tuple(f"{clause}{stop}" for clause in east)
    parts = _PARTS_IN_POLISH if _POLISH.search(bare) else _PARTS
    first, *others = parts.split(bare, maxsplit=MOST_CLAUSES)
    if not others:
        return ()
    dashed = " — " in first or " – " in first
    clauses = _dashed(first, others[1::2]) if dashed else _spoken(first, others)
    return tuple(f"{clause}{stop}" for clause in clauses)


def _spoken(first: str, others: list[str]) -> list[str]:
    """The first clause and those behind it; separators and clauses take turns in `others`.

    What is none goes on with the clause before it, as `Bergen` does in `offices in Oslo, Bergen`.
    """
    whole = _WHOLE.fullmatch(first) or _WHOLE_OF_SMALL.fullmatch(first)
    if whole is None:
        return []
    clauses = [first]
    for separator, other in zip(others[::2], others[1::2], strict=True):
        clause = _whole(other, whole)
        if clause is None:
            clauses[-1] = f"{clauses[-1]}{separator}{other}"
        else:
            clauses.append(clause)
    return clauses if len(clauses) > 1 else []


def _whole(clause: str, first: re.Match[str]) -> str | None:
    """A clause with the subject, or with the verb and what follows it, that it leaves out."""
    subject, said = first["subject"], first["said"]
    if len(clause.split()) > 2 * MOST_WORDS:
        return None
    if _BEGINS_WITH_VERB.match(clause) and not clause[0].isupper():
        return f"{subject} {clause}"
    if _HAS_VERB.search(clause) is not None:
        return clause
    if _HAS.fullmatch(first["verb"]) and _same_kind(clause, first["rest"]):
        return f"{subject} {first['verb']} {clause}"
    if _BEGINS_WITH_AMOUNT.match(first["rest"]):
        if _BEGINS_WITH_AMOUNT.match(clause):
            return f"{subject} {first['verb']} {clause}"
        amount = _SUBJECT_FIGURE.fullmatch(clause) or _SUBJECT_AMOUNT.fullmatch(clause)
        if amount is not None:
            return f"{amount['subject']} {first['verb']} {amount['rest']}"
    return _before_preposition(clause, said)


def _same_kind(clause: str, rest: str) -> bool:
    """Whether both begin with an article, as things that something has."""
    return _ARTICLE.match(clause) is not None and _ARTICLE.match(rest) is not None


def _before_preposition(clause: str, said: str) -> str | None:
    """A clause of a subject and a preposition, with what stands between them in the first."""
    for at in _SHARED:
        gap = at.search(clause)
        subject = clause[: gap.start()].rstrip(",") if gap else ""
        places = [m.start() for m in at.finditer(said)] if subject else []
        if gap is not None and places and len(clause) > gap.end():
            return f"{subject} {said[: places[-1]]} {clause[gap.start() + 1 :]}"
    return None


def _dashed(first: str, others: list[str]) -> list[str]:
    """Clauses with a dash for a verb: what the first says more than they do is carried along."""
    whole = _DASHED.fullmatch(first)
    if whole is None:
        return []
    clauses = [first]
    for other in others:
        gapped = _DASHED.fullmatch(other)
        if gapped is None:
            return []
        said, own = whole["rest"].split(), gapped["rest"].split()
        shared = said[: len(said) - len(own)] if len(own) < len(said) else []
        clauses.append(f"{gapped['subject']} — {' '.join((*shared, *own))}")
    return clauses


def _of_the_east(text: str) -> list[str]:
    """Clauses of languages without spaces, where each has a subject of its own."""
    if not any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in text):
        return []
    parts = [part for part in _EAST_PARTS.split(text) if part]
    if len(parts) < 2 or len(parts) > MOST_CLAUSES:
        return []
    return parts if all(_EAST_VERB.search(part) for part in parts) else []
