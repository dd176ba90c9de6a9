"""Generates questions that a user's own documents answer, for the demo."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

_SAYS_WHAT = re.compile(
    r"(?:^|[.!?:]\s++|\n[^\S\n]*+)"
    r"(?P<subject>(?:(?:The|A|An) )?[A-Za-z][\w'’-]*(?: (?!(?:is|are|was|were)\b)[\w'’-]+){0,4})"
    r" (?P<verb>is|are|was|were) (?P<more>[a-z]+) [^.!?\n]{12,400}+(?=[.!?])"
)
_ARTICLES = frozenset({"a", "an", "the"})
_SINGLE_BREAK = re.compile(r"(?<!\n)[ \t]*+\n(?![^\S\n]*+\n)|[ \t]++")
_EMPTY_WORDS = frozenset(
    """
    after all although and any as at because before both but by each either every for he here how
    i if in it its many most my neither no none nothing of on one only or other our she since so
    some something such than that their there these they this those to until we what when where
    which while who why with you your
    """.split()  # noqa: SIM905  a list of this length is unreadable
)
"""A subject with one of these points at something else, or is half a sentence."""


def questions_about(texts: Mapping[str, Sequence[str]], *, most: int) -> list[str]:
    """Make at most `most` different questions, in turn from each file.

    Args:
        texts: Stretches of text, by what the file is called; may be empty for a file.
        most: Questions wanted. Where there are too few sentences of the kind, names must do.
    """
    by_file = [list(dict.fromkeys(_best_first(stretches))) for stretches in texts.values()]
    turns = [question for turn in zip_longest(*by_file) for question in turn if question]
    last = [f"What is {name} about?" for name in texts]
    return list(dict.fromkeys([*turns, *last]))[:most]


def _best_first(stretches: Sequence[str]) -> Iterator[str]:
    """Questions about `The X is a …` before those about `The X is small …`."""
    found = [match for text in stretches for match in _matches(text)]
    for match in sorted(found, key=lambda match: match["more"] not in _ARTICLES):
        article, _, noun = match["subject"].partition(" ")
        known = article.lower() in _ARTICLES
        subject = f"{article.lower()} {noun}" if known else match["subject"]
        yield f"What {match['verb']} {subject}?"


def _matches(text: str) -> Iterator[re.Match[str]]:
    for match in _SAYS_WHAT.finditer(_SINGLE_BREAK.sub(" ", text)):
        words = match["subject"].split()
        repeats = len(set(words)) < len(words)  # a heading that runs into its paragraph
        alone = words[0] == "The" and len(words) == 2 and words[1].islower()
        if not alone and not repeats and not _EMPTY_WORDS & {word.lower() for word in words}:
            yield match
