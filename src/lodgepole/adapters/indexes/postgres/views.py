"""Cache of assistants in one process: their files, and the codes of their vectors.

Each is of one revision. A query reads the assistant's revision in its own snapshot, and what is
older is first brought up to it, so that a process never answers from what others have changed.
"""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from lodgepole.adapters.indexes.postgres.codes import Codes, Numbers
from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity

REMEMBERED_BYTES = 256 * 2**20
"""Over all assistants; about 400 for a file, and 50 for a passage of 384 dimensions."""
_FILE_BYTES = 400
Lengths = npt.NDArray[np.uint16]

_NO_NUMBERS: Numbers = np.empty(0, np.int64)

_STATE = b"""
SELECT revision, reload_revision, side, embedder, mixed FROM index_assistants
WHERE assistant_id = %s
"""
_FILES = b"""
SELECT number, file_id, generation, passages, lead_words, lengths, language FROM index_files
WHERE assistant_id = %s AND number > %s ORDER BY number
"""
_CODES = b"""
SELECT number, codes FROM index_codes
WHERE assistant_id = %s AND side = %s AND number > %s ORDER BY number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The files of an assistant at one revision; arrays have an item for each, by number."""

    revision: int
    side: int
    embedder: EmbedderIdentity
    mixed: bool  # a file lacks vectors of that embedder, or has others
    numbers: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    passages: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    words: Numbers = field(default_factory=lambda: _NO_NUMBERS)  # of all its passages
    lead_words: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    versions: tuple[FileVersion, ...] = ()
    languages: tuple[str, ...] = ()
    places: dict[FileVersion, int] = field(default_factory=dict[FileVersion, int])
    starts: Numbers = field(default_factory=lambda: np.zeros(1, np.int64))  # of passages
    lengths: Lengths = field(default_factory=lambda: np.empty(0, np.uint16))  # of each passage

    @property
    def passage_count(self) -> int:
        return int(self.starts[-1])


@dataclass(slots=True)
class _Known:
    view: View
    codes: Codes | None = None
    codes_revision: int = 0
    allowed: tuple[Collection[FileVersion], Numbers] | None = None  # of the last query

    @property
    def nbytes(self) -> int:
        codes = 0 if self.codes is None else self.codes.bits.nbytes
        return _FILE_BYTES * len(self.view.versions) + self.view.lengths.nbytes + codes


class Views:
    """The assistants used last, within `limit_bytes`, though always the last one."""

    def __init__(self, *, limit_bytes: int = REMEMBERED_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._known: OrderedDict[str, _Known] = OrderedDict()  # last used last

    async def current(self, connection: Connection, assistant_id: str) -> View | None:
        """As the transaction sees it; None where nothing is stored."""
        row = await (await connection.execute(_STATE, (assistant_id,))).fetchone()
        known = self._known.get(assistant_id)
        if row is None:
            self._known.pop(assistant_id, None)
            return None
        revision, reload_revision, side, embedder, mixed = row
        if known is not None and known.view.revision == revision:
            self._known.move_to_end(assistant_id)
            return known.view
        # Files that came since are read alone, unless more than that happened.
        since = None
        if known is not None and reload_revision <= known.view.revision < revision:
            since = known.view
        empty = View(
            revision=revision,
            side=side,
            embedder=read_identity(embedder),
            mixed=mixed,
        )
        view = await _read(connection, assistant_id, empty, since)
        latest = self._known.get(assistant_id)
        if latest is not None and latest.view.revision == revision:
            return latest.view  # another query was quicker
        # A transaction that began earlier than another may see less than is remembered.
        if latest is None or latest.view.revision < revision:
            self._remember(assistant_id, view)
        return view

    async def codes(self, connection: Connection, assistant_id: str, view: View) -> Codes:
        """The codes of the vectors that are searched in that view."""
        known = self._known.get(assistant_id)
        if known is None or known.view is not view:
            known = _Known(view)  # another query has moved on
        if known.codes is not None and known.codes_revision == view.revision:
            return known.codes
        before = known.codes
        last = int(before.numbers[-1]) if before is not None and len(before.numbers) else 0
        cursor = connection.cursor(binary=True)
        await cursor.execute(_CODES, (assistant_id, view.side, last))
        files = await cursor.fetchall()
        codes = await asyncio.to_thread(_codes, view, before, files)
        known.codes, known.codes_revision = codes, view.revision
        self._shrink()
        return codes

    def allowed(self, assistant_id: str, view: View, versions: Collection[FileVersion]) -> Numbers:
        """Return the positions in the view of the stored ones of `versions`, ascending."""
        known = self._known.get(assistant_id)
        if known is not None and known.view is view and known.allowed is not None:
            last, found = known.allowed
            if last is versions:
                return found
        places = (view.places.get(version) for version in versions)
        found = np.array(sorted({place for place in places if place is not None}), np.int64)
        # A set that cannot change, and was resolved in this view, needs no second look.
        if known is not None and known.view is view and isinstance(versions, frozenset):
            known.allowed = (versions, found)
        return found

    def _remember(self, assistant_id: str, view: View) -> None:
        before = self._known.get(assistant_id)
        known = _Known(view)
        # They hold on while files come and go, but not where one may get vectors later.
        if before is not None and not before.view.mixed and _same_vectors(before.view, view):
            known.codes, known.codes_revision = before.codes, before.codes_revision
        self._known[assistant_id] = known
        self._known.move_to_end(assistant_id)
        self._shrink()

    def _shrink(self) -> None:
        total = sum(known.nbytes for known in self._known.values())
        while total > self._limit_bytes and len(self._known) > 1:
            total -= self._known.popitem(last=False)[1].nbytes


def _codes(view: View, before: Codes | None, files: Sequence[tuple[int, bytes]]) -> Codes:
    codes = Codes.of(view.embedder.dimension, files)
    return codes if before is None else before.changed(view.numbers, codes)


def _same_vectors(one: View, other: View) -> bool:
    return one.side == other.side and one.embedder == other.embedder


async def _read(connection: Connection, assistant_id: str, empty: View, base: View | None) -> View:
    """The view of a state: `base`, of which nothing is gone, and what came since."""
    base = base or replace(empty, revision=0)
    cursor = connection.cursor(binary=True)
    await cursor.execute(_FILES, (assistant_id, base.revision))
    return await asyncio.to_thread(_joined, empty, base, await cursor.fetchall())


def _joined(empty: View, base: View, rows: Sequence[tuple[Any, ...]]) -> View:
    columns = list(zip(*rows, strict=True)) or [()] * 7
    versions = [FileVersion(*pair) for pair in zip(columns[1], columns[2], strict=True)]

    def joined(known: Numbers, new: Collection[Any]) -> Numbers:
        return np.concatenate((known, np.fromiter(new, np.int64, len(new))))

    passages = joined(base.passages, columns[3])
    lengths = [np.frombuffer(data, "<u2") for data in columns[5]]
    together = (*base.versions, *versions)
    places = {version: place for place, version in enumerate(together)}
    return replace(
        empty,
        numbers=joined(base.numbers, columns[0]),
        passages=passages,
        words=joined(base.words, [int(some.sum()) for some in lengths]),
        lead_words=joined(base.lead_words, columns[4]),
        versions=together,
        languages=(*base.languages, *map(sys.intern, columns[6])),
        places=places,
        starts=np.concatenate(([0], np.cumsum(passages))),
        lengths=np.concatenate((base.lengths, *lengths)),
    )


def written_identity(identity: EmbedderIdentity) -> str:
    """An embedder as it is stored and compared."""
    return orjson.dumps([identity.engine, identity.model, identity.dimension]).decode()


def read_identity(written: str) -> EmbedderIdentity:
    engine, model, dimension = orjson.loads(written)
    return EmbedderIdentity(engine=engine, model=model, dimension=dimension)
