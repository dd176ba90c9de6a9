"""What to search for when someone says something in a conversation."""

import re
from collections.abc import Sequence

from lodgepole.model import FileVersion, Message, Snippet
from lodgepole.text.scripts import HAN, HANGUL, THAI
from lodgepole.text.word_lists import STOPWORDS
from lodgepole.text.words import squeeze, words

MOST_QUERIES = 4
CARRIED_WORDS = 8
SHORT_QUESTION = 3  # content words; so short a message leans on what was said before
_ANAPHORA = frozenset(
    """
    it its they them their theirs that this those these he him his she her hers there then one
    ones same such former latter previous above else more another it's that's what's er sie es
    ihn ihm ihr ihnen dessen deren dies diese dieser dieses das dort davon darüber il elle ils
    elles lui leur leurs cela ça ceci celui celle y en él ella ellos ellas ello eso esto aquel
    aquella su sus lo la он она оно они его ее её их это этот эта эти там тогда он его її їх
    هو هي هم هذا هذه ذلك تلك هناك ها הוא היא הם הן זה זו אותו אותה שם
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
_OPENERS = re.compile(
    r"^\s*(?:and|but|so|also|what about|how about|und|et|y|e|was ist mit|et pour|qué tal|а|и|та)\b"
    r"|^\W*(?:وم|وك|وأ|وه|那|还有|還有|では|じゃ|それ|그럼|그리고)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile("それ|これ|その|この|彼|[这這那其它他她]|그것|이것|그는|거기")
_RUN = re.compile(f"[{HAN}々]{{2,8}}|[ァ-ヶー]{{2,}}|[{HANGUL}]{{2,}}|[{THAI}]{{4,}}")
_QUESTION_WORD = (
    r"(?:what|who|whom|whose|when|where|why|which|how|is|are|does|do|did|can|will|was|wer|wann"
    r"|wo|warum|wie|welche[rs]?|qui|quand|où|pourquoi|comment|quién|cuándo|dónde|cómo)"
)
_PARTS = re.compile(
    r"(?<=[?？;])\s++"
    rf"|(?:,|(?<!\s))\s++(?:and|und|et|y)\s++(?=(?:also\s++)?{_QUESTION_WORD}\b)",
    re.IGNORECASE,
)


def standalone_question(messages: Sequence[Message]) -> str:
    """The last user message, with what it leaves unsaid taken from the turns before.

    A message that is short or points back (`it`, `what about …`) is followed by the rare words
    of the user's last two messages before it, and by the names of the last answer if those are
    few. Others come back as they are.
    """
    said = [m for m in messages if m.role == "user"]
    if not said:
        return squeeze(messages[-1].content)
    question = squeeze(said[-1].content)
    if len(said) < 2 or not _leans_on_history(question):
        return question
    known = {w.stem for w in words(question)}
    carried: list[str] = []
    for message in reversed(said[-3:-1]):
        for stem, surface in _rare(message.content):
            if stem not in known and len(carried) < CARRIED_WORDS:
                known.add(stem)
                carried.append(surface)
        if carried and not _leans_on_history(message.content):
            break
    return f"{question} {' '.join(carried)}" if carried else question


def _leans_on_history(question: str) -> bool:
    items = words(question)
    surfaces = {question[w.start : w.end].casefold() for w in items}
    content = [w for w in items if w.stem not in STOPWORDS]
    if _OPENERS.match(question) or _POINTS_BACK.search(question):
        return True
    if len(content) < SHORT_QUESTION:
        return True
    return len(content) <= 8 and bool(surfaces & _ANAPHORA)


def _rare(text: str) -> list[tuple[str, str]]:
    """Words that name something, each as it is compared and as it is written.

    Where words are written without spaces these are runs of letters of one script.
    """
    runs = [(m.group(), m.group()) for m in _RUN.finditer(text)]
    named = [w for w in words(text) if w.is_content and (len(w.stem) > 2 or w.is_number)]
    spaced = [w for w in named if not _RUN.search(text[w.start : w.end] * 2)]
    return runs + [(w.stem, text[w.start : w.end]) for w in spaced]


def queries(question: str) -> list[str]:
    """The question itself, and each of its parts when it asks several things."""
    whole = squeeze(question)
    parts = [p.strip() for p in _PARTS.split(whole) if p and p.strip()]
    asking = [p for p in parts if sum(w.is_content for w in words(p)) >= 2]
    if len(asking) < 2:
        return [whole]
    return [whole, *asking][:MOST_QUERIES]


def merge_snippets(results: Sequence[Sequence[Snippet]], *, top_k: int) -> list[Snippet]:
    """One list, best score first; of overlapping snippets the better one stays."""
    if len(results) == 1:
        return list(results[0])[:top_k]
    merged: list[Snippet] = []
    taken: dict[FileVersion, list[tuple[int, int]]] = {}
    # Equal scores keep the order of the queries, then of the ranks.
    for snippet in sorted((s for r in results for s in r), key=lambda s: -s.score):
        spans = taken.setdefault(snippet.file.version, [])
        if any(start < snippet.end and snippet.start < end for start, end in spans):
            continue
        spans.append((snippet.start, snippet.end))
        merged.append(snippet)
    return merged[:top_k]
