"""Decides how much context to show with each chosen quote, without repetition. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from lodgepole.chat.quoting.answer_types import says, wants_all, wants_more
from lodgepole.chat.quoting.quote_sections import Reach
from lodgepole.chat.quoting.quoted_answers import Shown
from lodgepole.chat.quoting.quotes import Quote, only_repeats
from lodgepole.chat.quoting.sentence_scoring import Asked

LONGEST_ALL = 1_500  # characters of a section, where a question is for several things
LONGEST_EXPLANATION = 1_000  # where it is for a reason, a way or an effect
LONGEST_CONTEXT = 350  # of a paragraph, where the quote may be next to what is asked
ENOUGH = 2_500  # characters, after which no further quote is begun
FURTHER_SHARE = 0.5  # of these for a second and third quote


def shown_of(chosen: Sequence[tuple[Quote, str]]) -> tuple[Shown, ...]:
    """What is shown of the quotes for a question each, none of it twice."""
    told: list[Shown] = []
    said: set[str] = set()
    for quote, question in chosen:
        if sum(len(text) for text in said) >= ENOUGH:
            break
        shown = _whole(quote, question, 1.0 if not told else FURTHER_SHARE)
        parts = tuple(part for part in shown.parts if not (part.cited and part.text in said))
        if quote.text in said or not any(part.cited for part in parts):
            continue
        if told and only_repeats(quote, Asked.of(question)):
            continue
        said.update(part.text for part in parts)
        told.append(replace(shown, parts=parts))
    return tuple(told)


def _whole(quote: Quote, question: str, share: float) -> Shown:
    """What is shown of a quote: with all that it leads into, where it is asked for."""
    if only_repeats(quote, Asked.of(question)):
        below = quote.below(LONGEST_EXPLANATION)
        return Shown(quote, below if len(below) > 1 else quote.parts)
    everything = wants_all(question)
    if quote.is_item and not everything:
        return Shown(quote, quote.parts)
    told = quote.announced()
    if told is None:
        reach = _reach(quote, question, share)
        if reach is None:
            return Shown(quote, quote.parts)
        told = quote.explained(reach)
    some = None if told.shown == told.of else (told.shown, told.of)
    return Shown(quote, told.parts, some)


def _reach(quote: Quote, question: str, share: float) -> Reach | None:
    """How far what stands around a quote answers the question; None where it does by itself."""
    asked = Asked.of(question)
    if wants_all(question):
        return Reach(round(share * LONGEST_ALL), asked.stems)
    if wants_more(question):
        return Reach(round(share * LONGEST_EXPLANATION), asked.stems)
    if asked.kind is not None and says(asked.kind, quote.text, question):
        return None
    return Reach(round(share * LONGEST_CONTEXT), asked.stems, opening=False, paragraphs=False)
