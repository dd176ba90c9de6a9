"""Rankings by words: postings in the database, BM25 in the process that asks.

A row of `index_words` has all occurrences of one word in one file, so that a word is read in one
range of an index, and counting what was read gives the statistics: none are kept that a change
would have to maintain. The database selects, and does no arithmetic.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from lodgepole.adapters.indexes.postgres.codes import Numbers
from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.adapters.indexes.postgres.copying import Row, int4, int8
from lodgepole.adapters.indexes.postgres.views import View
from lodgepole.model import FileVersion, Hit, PassageKey
from lodgepole.ports.index import IndexedFile, Rankings

Key = TypeVar("Key", PassageKey, FileVersion)

K1, B = 1.2, 0.75  # those of the index on one machine, so that an assistant that moves ranks alike
READ_ROWS = 40_000  # of `index_words` for one query; above, the commonest words are left out
READ_POSTINGS = 4_000_000  # the same; 4 bytes each
COLUMNS = ("number", "lead", "assistant_id", "term", "postings")
_LENGTH_MAX = 65_535
_POSTING_BYTES = 4
_COUNTS = 256  # a posting is an ordinal times this, and how often the word is there

_POSTINGS = b"""
SELECT wanted.place, string_agg(int8send(number), ''), string_agg(int4send(lead), ''),
    string_agg(int4send(octet_length(postings)), ''), string_agg(postings, '')
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (term, place), LATERAL (
    SELECT number, lead, postings FROM index_words
    WHERE assistant_id = %s AND term = wanted.term OFFSET 0
) AS found
GROUP BY wanted.place
"""
# Counting ends where it is known to be too much.
_SIZES = b"""
SELECT wanted.place, size.files, size.bytes
FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (term, place), LATERAL (
    SELECT count(*), coalesce(sum(octet_length(postings)), 0) FROM (
        SELECT postings FROM index_words
        WHERE assistant_id = %s AND index_words.term = wanted.term LIMIT %s
    ) AS counted
) AS size (files, bytes)
ORDER BY size.bytes, size.files, wanted.place
"""


# --- what is stored ---------------------------------------------------------------------------


def lengths(file: IndexedFile) -> bytes:
    """Return the number of words of each passage."""
    counts = [min(len(indexed.words), _LENGTH_MAX) for indexed in file.passages]
    return np.array(counts, "<u2").tobytes()


def rows(assistant_id: str, number: int, file: IndexedFile) -> Iterator[Row]:
    """A row for each word of the file, in `COLUMNS`."""
    found: dict[str, array[int]] = {}
    for indexed in file.passages:
        first = indexed.passage.ordinal * _COUNTS
        for word, count in Counter(indexed.words).items():
            found.setdefault(word, array("I")).append(first + min(count, _COUNTS - 1))
    leads = Counter(file.lead_words)
    name, of_assistant = int8(number), assistant_id.encode()
    for word in dict.fromkeys((*found, *leads)):
        postings = np.array(found.get(word, ()), "<u4").tobytes()
        yield name, int4(leads[word]), of_assistant, _stored(word).encode(), postings


def _stored(word: str) -> str:
    """A word as PostgreSQL can have it: its text has no zero character."""
    return word.replace("\0", "\ufffd")


# --- what is searched -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a query, where it was found."""

    word: str
    weight: int  # how often the query says it
    places: Numbers  # of files
    leads: Numbers  # for each file, how often its lead says it
    counts: Numbers  # for each file, how many postings it has
    postings: npt.NDArray[np.uint32]


async def read(
    connection: Connection,
    assistant_id: str,
    view: View,
    words: Sequence[str],
    *,
    most_rows: int,
) -> list[_Word]:
    """The postings of the words, or of the rarest of them where all are too many."""
    counted = Counter(_stored(word) for word in words)
    terms = list(counted)
    many = len(terms) * len(view.numbers) > most_rows
    if many or len(terms) * view.passage_count > READ_POSTINGS:
        terms = await _rarest(connection, assistant_id, terms, most_rows)
    cursor = connection.cursor(binary=True)
    await cursor.execute(_POSTINGS, (terms, assistant_id))
    found: list[_Word] = []
    for place, numbers, leads, sizes, postings in await cursor.fetchall():
        counts = np.frombuffer(sizes, ">i4").astype(np.int64) // _POSTING_BYTES
        files = np.frombuffer(numbers, ">i8").astype(np.int64)
        found.append(
            _Word(
                word=terms[place - 1],
                weight=counted[terms[place - 1]],
                places=np.searchsorted(view.numbers, files),
                leads=np.frombuffer(leads, ">i4").astype(np.int64),
                counts=counts,
                postings=np.frombuffer(postings, "<u4"),
            )
        )
    return found


async def _rarest(
    connection: Connection, assistant_id: str, terms: list[str], most_rows: int
) -> list[str]:
    """As many of the words as may be read, the rarest first, at least one."""
    cursor = connection.cursor(binary=True)
    await cursor.execute(_SIZES, (terms, assistant_id, most_rows))
    kept: list[str] = []
    files = postings = 0
    for place, count, size in await cursor.fetchall():
        files += count
        postings += int(size) // _POSTING_BYTES
        if kept and (files > most_rows or postings > READ_POSTINGS):
            break
        kept.append(terms[place - 1])
    return kept


@dataclass(frozen=True, slots=True)
class Scoring:
    """Everything that was read for one query, and what is left to do with it."""

    ranked: Rankings  # by vector, so far
    view: View
    found: Sequence[_Word]
    allowed: Numbers

    def rankings(self, limit: int) -> Rankings:
        """By passages, whole files and leads too; of all files, scores of the allowed ones."""
        view, asked = self.view, None
        if len(self.allowed) < len(view.numbers):
            asked = np.zeros(len(view.numbers), bool)
            asked[self.allowed] = True
        total = int(view.words.sum())
        passages = _Field(view.lengths, total)
        bodies = _Field(view.words, total)
        leads = _Field(view.lead_words, int(view.lead_words.sum()))
        for word in self.found:
            counts = word.postings % _COUNTS
            at = np.repeat(view.starts[word.places], word.counts) + word.postings // _COUNTS
            of_asked = None if asked is None else np.repeat(asked[word.places], word.counts)
            passages.add(word.weight, at, counts, of_asked)
            holds = word.counts > 0
            sums = np.add.reduceat(counts, _firsts(word.counts[holds]))
            places = word.places[holds]
            bodies.add(word.weight, places, sums, None if asked is None else asked[places])
            places = word.places[word.leads > 0]
            often = word.leads[word.leads > 0]
            leads.add(word.weight, places, often, None if asked is None else asked[places])
        return replace(
            self.ranked,
            words=[
                Hit(*item)
                for item in _ordered(
                    [(self._passage(at), score) for at, score in passages.best(limit)], limit
                )
            ],
            file_body=_ordered(
                [(view.versions[place], score) for place, score in bodies.best(limit)], limit
            ),
            file_lead=_ordered(
                [(view.versions[place], score) for place, score in leads.best(limit)], limit
            ),
        )

    def _passage(self, position: int) -> PassageKey:
        starts = self.view.starts
        place = int(np.searchsorted(starts, position, side="right")) - 1
        return PassageKey(self.view.versions[place], position - int(starts[place]))


class _Field:
    """BM25 over texts that are told apart by their positions, from 0."""

    def __init__(self, lengths: npt.NDArray[np.integer], words: int) -> None:
        self._texts = len(lengths)
        average = words / len(lengths) if words else 1.0
        self._norms = (K1 * (1 - B + B * lengths / average)).astype(np.float32)
        self._found: list[tuple[Numbers, npt.NDArray[np.floating]]] = []

    def idf(self, count: int) -> float:
        """The inverse document frequency of a word that so many texts have."""
        return math.log(1 + (self._texts - count + 0.5) / (count + 0.5))

    def add(
        self,
        weight: int,
        at: Numbers,
        counts: npt.NDArray[np.integer],
        asked: npt.NDArray[np.bool_] | None,
    ) -> None:
        """One word, in all texts that have it; only those `asked` for, or all, are scored."""
        idf = self.idf(len(at))
        if asked is not None:
            at, counts = at[asked], counts[asked]
        often = counts.astype(np.float32)
        scale = np.float32(weight * idf * (K1 + 1))
        self._found.append((at, scale * often / (often + self._norms[at])))

    def best(self, limit: int) -> list[tuple[int, float]]:
        """At least the `limit` best positions with their scores, where so many were found."""
        if not self._found:
            return []
        at = np.concatenate([at for at, _ in self._found])
        scores = np.bincount(at, np.concatenate([s for _, s in self._found]), self._texts)
        found = np.flatnonzero(scores > 0)
        if len(found) > limit:
            some = scores[found]
            found = found[some >= np.partition(some, -limit)[-limit]]
        return list(zip(found.tolist(), scores[found].tolist(), strict=True))


def _firsts(counts: Numbers) -> Numbers:
    """Where each of consecutive stretches begins."""
    return np.cumsum(counts) - counts


def _ordered(items: list[tuple[Key, float]], limit: int) -> list[tuple[Key, float]]:
    return sorted(items, key=lambda item: (-item[1], item[0]))[:limit]
