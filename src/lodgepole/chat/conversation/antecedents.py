"""Who or what a message points back to, told by the answer before it. Pure.

`When was she born?` means the person whom the answer named, `and the other plan?` the file beside
the one that was quoted, `the second one` what the question before asked of the first.
"""

import re
from collections.abc import Sequence

from lodgepole.chat.quoting.asked_attributes import ROLES
from lodgepole.chat.quoting.question_names import anchors
from lodgepole.text.word_lists import folded
from lodgepole.text.words import similar_stems, squeeze, stem, words

READ_CHARS = 3_000  # of an answer, in which a person is looked for
MOST_FILES = 1_000  # names among which the other one is looked for
_PERSONAL = re.compile(r"\b(?P<whose>his|her(?=\s[a-z]{3})|hers)\b|\b(?:he|she|him|her)\b", re.I)
_FILE_LABEL = re.compile(r"^[^\n]{1,200}\.[A-Za-z0-9]{1,8}(?: › [^\n]{0,200})?:$", re.MULTILINE)
_MARKER = re.compile(r"\[\d{1,3}[^\]\n]{0,60}\]")
_NO_PERSONS = frozenset(
    """
    inc ltd llc plc corp corporation company co gmbh ag group holding bank university college school
    institute instruments electronics industries hospital library museum street road avenue park
    river lake mountain plan act war battle treaty church airport station bridge tower hotel north
    south east west new saint
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
_THE_OTHER = re.compile(
    r"\W*(?:(?:and|but|what|how|about|und|was ist mit|et|y|e|а)\s){0,3}"
    r"(?:(?:for|in|of|on|with|für|bei|in|mit|pour|dans|para|con)\s)?"
    r"(?:the\s|der\s|die\s|das\s|den\s|dem\s|l[’']|le\s|la\s|el\s|lo\s|il\s)?"
    r"(?:other|anderen?|anderes|autre|otr[oa]|altr[oa]|друг(?:ой|ая|ое|ом))"
    r"(?:\s(?P<kind>[^\s?？.!]{2,30}))?\W*",
    re.IGNORECASE,
)
_ORDINALS = (
    ("first", "second", "third", "fourth", "fifth", "last"),
    ("erste", "zweite", "dritte", "vierte", "fünfte", "letzte"),
    ("ersten", "zweiten", "dritten", "vierten", "fünften", "letzten"),
    ("premier", "deuxième", "troisième", "quatrième", "cinquième", "dernier"),
    ("première", "deuxième", "troisième", "quatrième", "cinquième", "dernière"),
    ("primero", "segundo", "tercero", "cuarto", "quinto", "último"),
    ("primera", "segunda", "tercera", "cuarta", "quinta", "última"),
)
_ORDINAL_ONLY = re.compile(
    r"\W*(?:(?:and|but|what about|und|et|y)\s)?(?:the|der|die|das|den|l[ea]|el)\s"
    r"(?P<which>[^\W\d_]{4,12})(?:\sone)?\W*",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[^\W\d_]+|\d+")


def with_antecedents(message: str, before: str, answer: str = "", names: Sequence[str] = ()) -> str:
    """The message with names in the place of what points back to them, as far as they are told.

    Args:
        message: What is said.
        before: The question before it, as it would be asked alone.
        answer: What was answered to that.
        names: Of the files that may be meant.
    """
    if not before:
        return message
    return (
        _of_the_other(message, before, answer, names[:MOST_FILES])
        or _of_another_number(message, before)
        or _of_a_person(message, before, answer)
    )


def points_to_another(message: str) -> bool:
    """Whether a message asks the same of `the other one`, which only names of files tell."""
    return _THE_OTHER.fullmatch(message) is not None


# --- persons --------------------------------------------------------------------------------------


def _of_a_person(message: str, before: str, answer: str) -> str:
    """The message with a person's name for the first `he` or `her` in it."""
    pronoun = _PERSONAL.search(message)
    if pronoun is None or _persons(message[: pronoun.start()]):
        return message
    asked = {stem for a in anchors(before) for stem in a.stems}
    told = [name for name in _persons(_said(answer)) if not set(_stems(name)) <= asked]
    person = (told or _persons(before)[::-1] or [_role(before)])[0]
    if not person:
        return message
    whose = f"{person}'s" if pronoun["whose"] else person
    return f"{message[: pronoun.start()]}{whose}{message[pronoun.end() :]}"


def _said(answer: str) -> str:
    """An answer without names of files and markers."""
    return _MARKER.sub("", _FILE_LABEL.sub("", answer[:READ_CHARS]))


def _persons(text: str) -> list[str]:
    """Names of two or more words that are of no firm or place."""
    return [
        a.text
        for a in anchors(text)
        if not a.is_year
        and 2 <= len(a.stems) <= 4
        and "\n" not in a.text
        and not {folded(w) for w in a.text.split()} & _NO_PERSONS
        and not any(c.isdigit() for c in a.text)
    ]


def _stems(name: str) -> list[str]:
    return [w.stem for w in words(name)]


def _role(before: str) -> str:
    """Who was asked about by what he is: `the mayor`."""
    found = next((w for w in words(before) if folded(before[w.start : w.end]) in ROLES), None)
    return f"the {before[found.start : found.end]}" if found else ""


# --- the other one --------------------------------------------------------------------------------


def _of_the_other(message: str, before: str, answer: str, names: Sequence[str]) -> str | None:
    """The question before, of the file that is most like the one that was quoted."""
    other = _THE_OTHER.fullmatch(message)
    places = [(answer.find(name), name) for name in names if name in answer] if other else []
    if other is None or not places:
        return None
    cited = min(places)[1]
    mine = _name_words(cited)
    shared = {name: len(_alike(mine, _name_words(name))) for name in names if name != cited}
    most = max(shared.values(), default=0)
    likest = [name for name, count in shared.items() if count == most]
    if not most or len(likest) != 1:
        return None
    theirs = _name_words(likest[0])
    own = {stem(w) for w in mine if not _alike([w], theirs)}
    instead = " ".join(w for w in theirs if not _alike([w], mine))
    if not instead:
        return None
    places_of_own = [w for w in words(before) if w.stem in own]
    if not places_of_own:
        return f"{before.rstrip(' ?.!')} {instead}?"
    first, last = places_of_own[0], places_of_own[-1]
    return squeeze(f"{before[: first.start]}{instead}{before[last.end :]}")


def _name_words(name: str) -> list[str]:
    return _NAME_WORD.findall(name.rpartition(".")[0] or name)


def _alike(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return [w for w in some if any(similar_stems(stem(w), stem(o)) for o in others)]


def _of_another_number(message: str, before: str) -> str | None:
    """The question before with `second` in the place of its `first`."""
    only = _ORDINAL_ONLY.fullmatch(message)
    if only is None:
        return None
    which = only["which"].casefold()
    for row in _ORDINALS:
        if which in row:
            place = re.search(rf"\b(?:{'|'.join(row)})\b", before, re.IGNORECASE)
            if place is not None:
                return f"{before[: place.start()]}{which}{before[place.end() :]}"
    return None
