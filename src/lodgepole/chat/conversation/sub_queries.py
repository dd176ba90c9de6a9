"""Splits a question into sub-queries, such as the sides of a comparison. Pure."""

import re

from lodgepole.text.words import words

MOST_COMPARED = 4
"""Questions that one comparison becomes: two things in two years."""
MOST_YEARS = 4
LONGEST_NAME = 60  # characters of a thing that is compared

_SENTENCES = re.compile(r"(?<=[.!?。！？])\s+")
_ROLE = re.compile(
    r"(?:you\sare\s(?:an?|the)|you['’]re\s(?:an?|the)|act\sas|imagine\s(?:that\s)?you|pretend|"
    r"assume\sthe\srole|as\san?\s(?:expert|experienced|senior|professional|helpful)\b|du\sbist\s|"
    r"sie\ssind\sein|stell\sdir\svor|tu\ses\sun|vous\sêtes\sun|eres\sun|usted\ses\sun)",
    re.IGNORECASE,
)
_MANNER = re.compile(
    r"(?:please\s|bitte\s|kindly\s)?(?:"
    r"(?:answer|respond|reply)\s(?:in|with|as|using|only|briefly|concisely|the\squestion|based|to\s"
    r"the\s|directly|honestly|yes)|answer\sthe\b|round\s|be\s(?:brief|concise|precise|specific|"
    r"thorough|as\s)|format\s(?:your|the)|output\s|(?:do\snot|don['’]t|never)\s(?:use|include|cite|"
    r"explain|make|guess|mention|add|round|write|answer|repeat)|keep\s(?:it|your|the\sanswer)|"
    r"limit\s(?:your|the\sanswer)|think\sstep|let['’]s\sthink|show\syour|explain\syour|"
    r"if\s(?:you|the\sdocuments?|the\sanswer|there\sis\sno)\b[^.?!]{0,80}(?:say|don['’]t\sknow|do\s"
    r"not|cannot|can['’]t|not\s(?:found|available|given|in))|"
    r"use\s(?:only|bullet|bullets|a\stable|plain|simple|markdown|json|english|german|french|spanish)|"
    r"express\s(?:your|the\sanswer)|give\s(?:your\sanswer|the\sanswer|a\sshort|a\sbrief|an?\sone)|"
    r"write\s(?:your|the\sanswer|in\s|at\smost)|(?:antworte|runde|fasse\sdich|formatiere)\w{0,2}\s|"
    r"réponds|répondez|arrondi\w{0,4}\s|responde\s|redondea\s)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:,|;|(?<!\s)\s\()\s?(?:and\s)?(?:please\s)?(?:round(?:ed)?\s(?:it\s|your\sanswer\s|the\s"
    r"answer\s)?to\s[^,.;?!()]{1,40}|(?:answer|respond|reply)(?:ing)?\s(?:in|with|as)\s[^,.;?!()]{1,40}"
    r"|in\s(?:at\smost\s|under\s|about\s)?\w{1,12}\s(?:words?|sentences?|bullet\spoints?)|as\sa\s"
    r"(?:table|list|bulleted\slist|json\sobject))\)?(?=\s{0,2}[.?!]?\s{0,2}$)",
    re.IGNORECASE,
)
_YEAR = r"(?:19|20)\d\d"
_BETWEEN = r"\s?(?:,\s?and|,|and|und|et|y|or|oder|with|to|vs\.?|versus|compared\s(?:to|with))\s"
_YEARS = re.compile(rf"\b{_YEAR}(?:{_BETWEEN}(?:in\s)?{_YEAR}){{1,3}}\b", re.IGNORECASE)
_ONE_YEAR = re.compile(rf"\b{_YEAR}\b")
_NAME = rf"[^,.;:?!()]{{1,{LONGEST_NAME}}}?"
_THINGS = re.compile(
    rf"\b(?:compare|comparison\sof|comparison\sbetween|differences?\sbetween|(?<!and\s)between|"
    rf"vergleiche|unterschied\szwischen|compare[rz]|différences?\sentre|compara|diferencia\sentre)\s"
    rf"(?P<first>{_NAME})\s(?:and|with|to|und|mit|et|à|y|con|vs\.?|versus)\s(?P<second>{_NAME})"
    r"(?=\s(?:in|for|by|of|on|at|during|regarding|over|from|im|für|von|en|pour|de|sur|por|para)\b"
    r"|\s{0,2}[?.!,;]|\s{0,2}$)",
    re.IGNORECASE,
)
_VERSUS = re.compile(
    r"(?P<first>\b[^\s,.;:?!()]{2,30}(?:\s[A-Z0-9][^\s,.;:?!()]{0,30}){0,3})\s(?:vs\.?|versus)\s"
    r"(?P<second>[^\s,.;:?!()]{2,30}(?:\s[A-Z0-9][^\s,.;:?!()]{0,30}){0,3})"
)


def without_instructions(question: str) -> str:
    """The question without what only says who should answer, and how.

    Where nothing else is left, it is searched for as it is.
    """
    sentences = [s for s in _SENTENCES.split(question) if s.strip()]
    kept = [s for s in sentences if not _is_instruction(s)]
    asked = _TRAILING.sub("", " ".join(kept)).strip()
    return asked if sum(w.is_content for w in words(asked)) >= 2 else question


def _is_instruction(sentence: str) -> bool:
    if sentence.rstrip().endswith(("?", "？")):
        return False
    return (_ROLE.match(sentence) or _MANNER.match(sentence)) is not None


def compared(question: str) -> list[str]:
    """The questions that a comparison is made of: one for each thing and each year.

    Empty for a question that compares nothing.
    """
    things = _THINGS.search(question) or _VERSUS.search(question)
    asked = [question]
    if things is not None:
        before, after = question[: things.start("first")], question[things.end("second") :]
        asked = [f"{before}{things[name]}{after}" for name in ("first", "second")]
    years = _YEARS.search(question)
    if years is not None:
        each = list(dict.fromkeys(_ONE_YEAR.findall(years.group())))[:MOST_YEARS]
        asked = [_YEARS.sub(year, one, count=1) for one in asked for year in each]
    return asked[:MOST_COMPARED] if len(asked) > 1 else []
