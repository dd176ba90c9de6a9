"""Resolves which file a question refers to: by name, by title, or by the conversation. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from lodgepole.model import File, Message
from lodgepole.text.words import similar_stems, stems_of

MOST_MESSAGES = 16  # that are looked back through for a file
MISSPELT_FILES = 200  # files, up to which names are compared letter by letter
MISSPELT_CHARS = 5  # of a word, from which it may be misspelt
ALIKE = 0.8  # share of letters that a misspelt word has in common with the right one
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|[_\W]+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]{2,}")


def named(stems: Collection[str], files: Sequence[File]) -> tuple[list[File], frozenset[str]]:
    """The files whose names have most of these words, and the words that they have.

    A word that most names have tells nothing where there are several.
    """
    told = {s for s in stems if len(s) > 2 or s.isdigit()}
    if not told or not files:
        return [], frozenset()
    names = {file.id: _words(file.upload.name) for file in files}
    shared = {file.id: _shared(told, names[file.id]) for file in files}
    if len(files) > 2:
        counts = {s: sum(s in found for found in shared.values()) for s in told}
        told = {s for s in told if 2 * counts[s] <= len(files) or 2 * counts[s] <= 4}
        shared = {file: found & told for file, found in shared.items()}
    most = max(map(len, shared.values()))
    if most == 0 and len(files) <= MISSPELT_FILES:
        shared = {file.id: _misspelt(told, names[file.id]) for file in files}
        most = max(map(len, shared.values()))
    if most == 0:
        return [], frozenset()
    meant = [file for file in files if len(shared[file.id]) == most]
    fewest = min(len(names[file.id]) for file in meant)
    if most > 1 or fewest == 1:  # `price list` means prices.csv rather than prices-of-old.csv
        meant = [file for file in meant if len(names[file.id]) == fewest] or meant
    return meant, frozenset().union(*(shared[file.id] for file in meant))


def spelt_out(question: str, files: Iterable[File]) -> list[File]:
    """The files whose names stand in the question, with or without what they end with.

    Of a name that is part of another one only the longer counts.
    """
    said = question.casefold()
    found = [file for file in files if _stands_in(file.upload.name, said)]
    names = [file.upload.name.casefold() for file in found]
    return [
        file
        for file in found
        if not any(
            _bare(file.upload.name).casefold() in other and file.upload.name.casefold() != other
            and other in said
            for other in names
        )
    ]  # fmt: skip


def earlier(messages: Sequence[Message], files: Sequence[File]) -> list[File]:
    """The files that the conversation was about last, before its last message."""
    for message in reversed(messages[:-1][-MOST_MESSAGES:]):
        found = [file for file in files if file.upload.name in message.content]
        if message.role == "user":
            found = spelt_out(message.content, files) or named(stems_of(message.content), files)[0]
        if found:
            return sorted(found, key=lambda file: message.content.find(file.upload.name))[:1]
    return []


def _stands_in(name: str, said: str) -> bool:
    whole, bare = name.casefold(), _bare(name).casefold()
    if whole in said:
        return True
    if len(bare) < 4 or bare not in said:
        return any(piece in said for piece in _EAST.findall(bare) if len(piece) > 2)
    at = said.find(bare)
    before, after = said[at - 1 : at] if at else "", said[at + len(bare) : at + len(bare) + 1]
    return bool(_EAST.search(bare)) or not (before.isalnum() or after.isalnum())


def _bare(name: str) -> str:
    return _ENDING.sub("", name)


@lru_cache(maxsize=16_384)
def _words(name: str) -> frozenset[str]:
    return frozenset(stems_of(_CAMEL.sub(" ", _bare(name))))


def _shared(told: Collection[str], name: frozenset[str]) -> frozenset[str]:
    return frozenset(s for s in told if any(similar_stems(s, n) for n in name))


def _misspelt(told: Collection[str], name: frozenset[str]) -> frozenset[str]:
    return frozenset(
        s
        for s in told
        if len(s) >= MISSPELT_CHARS
        and any(
            len(n) >= MISSPELT_CHARS and SequenceMatcher(None, s, n).ratio() >= ALIKE for n in name
        )
    )
