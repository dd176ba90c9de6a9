"""Builds the search queries of a conversation's last message."""

import re
from collections.abc import Sequence

from lodgepole.chat.conversation.antecedents import points_to_another
from lodgepole.chat.conversation.follow_ups import resolved
from lodgepole.chat.conversation.sub_queries import compared, without_instructions
from lodgepole.model import FileVersion, Message, Snippet
from lodgepole.text.words import squeeze, words

MOST_QUERIES = 4
MOST_WITH_PARTS = 5  # with those of a comparison: the whole, and two things in two years
PLANNED_CHARS = 8_000  # of a message; a longer one is a text, and asks at its end
MOST_TURNS = 8  # messages of the user that a conversation is followed through
_QUESTION_WORD = (
    r"(?:what|who|whom|whose|when|where|why|which|how|is|are|does|do|did|can|will|was|wer|wann"
    r"|wo|warum|wie|welche[rs]?|qui|quand|où|pourquoi|comment|quién|cuándo|dónde|cómo)"
)
_PARTS = re.compile(
    r"(?<=[?？;])\s++"
    rf"|(?:,|(?<!\s))\s++(?:and|und|et|y)\s++(?=(?:also\s++)?{_QUESTION_WORD}\b)",
    re.IGNORECASE,
)


def standalone_question(messages: Sequence[Message], names: Sequence[str] = ()) -> str:
    """The last user message as it would be asked alone, see `follow_ups.resolved`.

    A long one stands by itself; of one before it the end counts. `names` are those of the files
    that may be meant, as far as they are known.
    """
    first = sum(m.role == "user" for m in messages) - MOST_TURNS
    question, answer, turn = "", "", -1
    for message in messages:
        turn += message.role == "user"
        if message.role == "assistant":
            answer = message.content
        if message.role != "user" or turn < first:
            continue
        following = squeeze(message.content)
        if question and len(following) <= PLANNED_CHARS:
            question = resolved(following, question[-PLANNED_CHARS:], answer, names)
        else:
            question = following
        answer = ""
    return question or squeeze(messages[-1].content)


def asks_of_another(messages: Sequence[Message]) -> bool:
    """Whether one of the last messages asks the same of `the other one`, which files tell."""
    said = [m.content for m in messages if m.role == "user"][1:][-MOST_TURNS:]
    return any(len(each) <= PLANNED_CHARS and points_to_another(squeeze(each)) for each in said)


def queries(question: str) -> list[str]:
    """The question itself, and each of its parts when it asks or compares several things.

    What only says how the answer should look is not searched for.
    """
    whole = squeeze(question)
    if len(whole) > PLANNED_CHARS:
        return [whole]
    whole = without_instructions(whole)
    if comparison := compared(whole):
        return [whole, *comparison][:MOST_WITH_PARTS]
    parts = [p.strip() for p in _PARTS.split(whole) if p and p.strip()]
    asking = [p for p in parts if sum(w.is_content for w in words(p)) >= 2]
    if len(asking) < 2:
        return [whole]
    return [whole, *asking][:MOST_QUERIES]


def merge_snippets(results: Sequence[Sequence[Snippet]], *, top_k: int) -> list[Snippet]:
    """One list, best score first; of overlapping snippets the better one stays.

    The best that each query found comes before the others, so that a small room holds something
    for each of them.
    """
    if len(results) == 1:
        return list(results[0])[:top_k]
    merged: list[Snippet] = []
    taken: dict[FileVersion, list[tuple[int, int]]] = {}
    # Equal scores keep the order of the queries, then of the ranks.
    first = sorted((r[0] for r in results if r), key=lambda s: -s.score)
    rest = sorted((s for r in results for s in r[1:]), key=lambda s: -s.score)
    for snippet in (*first, *rest):
        spans = taken.setdefault(snippet.file.version, [])
        if any(start < snippet.end and snippet.start < end for start, end in spans):
            continue
        spans.append((snippet.start, snippet.end))
        merged.append(snippet)
    return merged[:top_k]
