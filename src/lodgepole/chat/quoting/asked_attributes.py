"""Checks that a quote is about the attribute asked for, not only about its subject. Pure.

`Who is the CEO of Contoso?` is not answered by a sentence about Contoso. Something of the question
beside its names must stand where the quotes are, or they must come very near it in meaning; and
what has a form of its own, as a telephone number has, must be there in this form.
"""

import re
from collections.abc import Sequence

from lodgepole.chat.localised_phrases import question_language
from lodgepole.chat.quoting.answer_types import AnswerType, asked_type, says
from lodgepole.chat.quoting.question_names import Anchor
from lodgepole.text.word_lists import ASKING_VERBS, folded
from lodgepole.text.words import similar_stems, stem, stems_of, words

NEAR_COSINE = 0.7  # from which other words may say the same
NEAR_COSINE_TYPED = 0.55  # the same, of what has a date, name or amount where one is asked for
LEAST_COMMON = 4  # letters of a stem, from which it may begin or end another one
_SAYING_LITTLE = ("feature", "present", "related", "history", "play", "position", "aspect", "fact")
_ASKING = frozenset(map(stem, (*ASKING_VERBS, *_SAYING_LITTLE)))
ROLES = frozenset(
    folded(
        """
    ceo cfo cto coo cio vp chief executive officer president vice chairman chairwoman
    chair director manager head leader owner founder dean principal mayor minister secretary
    treasurer captain editor author coach
    chancellor governor king queen geschäftsführer geschäftsführerin leiter leiterin direktor
    direktorin vorstand inhaber inhaberin bürgermeister directeur directrice gérant président
    présidente gerente jefe jefa direttore direttrice directora diretor
    """
    ).split()
)
_PERSON_ASKED = re.compile(
    r"\W*(?:who(?:'s|’s)?|wer|qui|quién|chi|quem|wie|vem|hvem)\s(?:is|was|are|were|ist|war|est"
    r"|était|es|fue|era|è|é|foi|är|var|er)\b",
    re.IGNORECASE,
)
_FORMS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(form, re.IGNORECASE))
    for asked, form in (
        (
            r"\b(?:(?:tele)?phone|fax|mobile|hotline) (?:number|no)\b|\btelefonnummer|\bnuméro de"
            r" téléphone|\bnúmero de teléfono|\bnumero di telefono|\bномер телефона"
            r"|電話番号|电话号码|전화번호",
            r"\d[\d\s()/.-]{3,20}\d",
        ),
        (r"\b(?:e-?mail|mail) address\b|\be-?mail-?adresse|\badresse e-?mail", r"\S@\S"),
        (
            r"\b(?:web ?site|web address|url|home ?page)\b|\bwebseite",
            r"\bwww\.|\bhttps?:|\.\w{2,}\b",
        ),
        (r"\b(?:postal|street|office|mailing|home|visiting) address\b|\bpostanschrift", r"\d"),
        (
            r"\b(?:revenue|turnover|net income|profit|salary|budget|share price|market value)"
            r"s?\b|\bumsatz\b|\bgehalt\b|\bchiffre d[’']affaires\b",
            r"\d",
        ),
        (
            r"\b(?:population|enrol?lment|number of \w)\b|\beinwohnerzahl",
            r"\d|\b\w{1,12}(?:teen|ty|hundred|thousand)\b",
        ),
        (r"\b(?:launch|release|founding|birth|opening|starting?|closing|due) date\b", r"\d"),
    )
)
"""What is asked for, and the form without which it is not there."""
_WHEN_IT_WAS = re.compile(r"\W*when (?:was|were|did)\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"[A-ZÀ-ÞА-Я][^\W\d_]{1,40}(?: [A-ZÀ-ÞА-Я][^\W\d_]{1,40}){0,3}")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:\n]\s{0,2})$")


def speaks_of_it(question: str, names: Sequence[Anchor], shown: str, cosine: float) -> bool:
    """Whether what is shown may answer the question.

    Args:
        question: As it would be asked alone.
        names: Of the question.
        shown: The quotes, with what they stand under and what their paragraphs say before them.
        cosine: Of the nearest quote and the question.
    """
    if not _has_the_form(question, shown):
        return False
    asked = _asked(question, names)
    if not asked or cosine >= NEAR_COSINE:
        return True
    said = set(stems_of(shown))
    if any(_of_one_family(a, s) for a in asked for s in said):
        return True
    if _brings_names_together(names, said):
        return True
    kind = asked_type(question)
    typed = kind is not None and says(kind, shown, question)
    return cosine >= NEAR_COSINE_TYPED and typed


def _asked(question: str, names: Sequence[Anchor]) -> list[str]:
    """Stems of what is asked beside names and the words that any question has."""
    of_names = {
        stem
        for anchor in names
        if not anchor.is_figure and folded(anchor.text) not in ROLES
        for stem in anchor.stems
    }
    return [
        w.stem
        for w in words(question)
        if w.is_content and w.stem not in of_names and w.stem not in _ASKING
    ]


def _brings_names_together(names: Sequence[Anchor], said: set[str]) -> bool:
    """Whether several names of the question stand there together, which few sentences do."""
    asked = [anchor for anchor in names if not (anchor.is_year or anchor.is_figure)]
    return len(asked) > 1 and all(said.issuperset(anchor.stems) for anchor in asked)


def _of_one_family(a: str, b: str) -> bool:
    """Whether two stems are of one word, as `sell` and `seller`, or `Miete` in `Jahresmiete`."""
    if similar_stems(a, b):
        return True
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= LEAST_COMMON and (longer.startswith(shorter) or longer.endswith(shorter))


def _has_the_form(question: str, shown: str) -> bool:
    """Whether a person, date, number or address is shown where the question is for one."""
    for asked, form in _FORMS:
        if asked.search(question) and form.search(shown) is None:
            return False
    if question_language(question) == "en" and _WHEN_IT_WAS.match(question):
        return says(AnswerType.DATE, shown) or says(AnswerType.COUNT, shown)
    if _PERSON_ASKED.match(question) and _asks_for_a_role(question):
        return _names_a_person(question, shown)
    return True


def _names_a_person(question: str, shown: str) -> bool:
    """Whether a name stands there that is no name of the question, and no role."""
    known = {folded(question[w.start : w.end]) for w in words(question)} | ROLES
    for m in _CAPITALISED.finditer(shown):
        run = folded(m.group()).split()
        begins = _SENTENCE_BEGINS.search(shown[max(0, m.start() - 3) : m.start()]) is not None
        if not set(run) & known and not (begins and len(run) == 1):
            return True
    return False


def _asks_for_a_role(question: str) -> bool:
    return any(folded(question[w.start : w.end]) in ROLES for w in words(question))
