"""Clauses that leave out what they share with the first, written out. Pure.

`Paris is the capital of France, London of England and Madrid of Spain` says three things; the verb
and what follows it up to the preposition are carried along to each.
"""

import re

MOST_WORDS = 8  # of a clause without a verb, on either side of its preposition
_PREPOSITION = (
    r"(?:of|in|at|on|for|from|to|by|with|von|für|bei|aus|nach|mit|de|du|des|d'|à|en|para|con|por"
    r"|di|da|per|van|voor|met|в|на|из|для)"
)
_VERB = (
    r"(?:is|are|was|were|has|have|had|costs?|lies|lives?|comes?|became|won|ist|sind|war|waren|hat"
    r"|kostet|liegt|est|sont|était|coûte|es|son|era|cuesta|è|sono|é|são|is|zijn|kost|стоит)"
)
_WHOLE = re.compile(rf"(?P<subject>\S.{{0,200}}?)\s(?P<said>{_VERB}\s.*)", re.IGNORECASE)
_GAPPED = re.compile(
    rf"(?P<subject>\S.{{0,200}}?)\s(?P<preposition>{_PREPOSITION})\s(?P<rest>\S.*)"
)
_HAS_VERB = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
_PARTS = re.compile(r";\s+|,\s+(?:(?:and|und|et|y|e|en|и)\s+)?|\s(?:and|und|et|y|e|en|и)\s+")


def written_out(sentence: str) -> tuple[str, ...]:
    """The clauses of a sentence, each whole; none where it has no gapped ones."""
    text = sentence.strip()
    stop = text[-1:] if text[-1:] in ".!。" else ""
    first, *others = _PARTS.split(text.removesuffix(stop))
    whole = _WHOLE.fullmatch(first)
    if whole is None or not others:
        return ()
    clauses = [f"{first}{stop}"]
    for other in others:
        clause = _whole(other, whole["subject"], whole["said"])
        if clause is None:
            return ()
        clauses.append(f"{clause}{stop}")
    return tuple(clauses)


def _whole(clause: str, subject: str, said: str) -> str | None:
    """A clause with the subject, or with the verb and what follows it, that it leaves out."""
    verb = _HAS_VERB.search(clause)
    if verb is not None:
        return f"{subject} {clause}" if verb.start() == 0 else clause
    gapped = _GAPPED.fullmatch(clause)
    if gapped is None or len(clause.split()) > 2 * MOST_WORDS:
        return None
    shared, preposition, _ = said.rpartition(f" {gapped['preposition']} ")
    return f"{gapped['subject']} {shared}{preposition}{gapped['rest']}" if preposition else None
