"""Vectors as one bit a dimension, in memory: a fast first look at every passage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lodgepole.adapters.indexes.quantization import Bits, Positions, nearest, unpack_bits
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity, Vector

_COMPACT_ABOVE = 4096  # dead codes that are worth copying the living ones


@dataclass(frozen=True, slots=True)
class Slot:
    """The codes `[start, start + count)` of one file version, in passage order."""

    version: FileVersion
    number: int  # of the file, in SQLite and tantivy
    language: str
    first_row: int  # of its passages, in SQLite
    count: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class Space:
    """Vectors that can be compared, and where SQLite has them."""

    embedder: EmbedderIdentity
    side: str  # what the names of their tables end in


class Codes:
    """An unchanging view of all codes; `with_file` and `without` return the next one.

    Successive views share memory: a new file is written behind what earlier views read.
    """

    def __init__(self, space: Space, capacity: int = 0) -> None:
        dimension = space.embedder.dimension
        self._bits: Bits = np.empty(((dimension + 63) // 64, capacity), np.uint64)
        self._used = 0
        self._layout: tuple[Slot, ...] = ()  # by start, removed ones included
        self._starts: Positions = np.empty(0, np.int64)
        self._offsets: Positions = np.empty(0, np.int64)  # from a position to its row in SQLite
        self.space = space
        self.dimension = dimension
        self.slots: dict[FileVersion, Slot] = {}

    @classmethod
    def loaded(cls, space: Space, files: Sequence[tuple[Slot, bytes]]) -> "Codes":
        """All files at once."""
        codes = cls(space, sum(slot.count for slot, _ in files))
        layout: list[Slot] = []
        for slot, data in files:
            placed = _at(slot, codes._used)
            codes._bits[:, placed.start : placed.start + placed.count] = unpack_bits(
                data, codes.dimension
            )
            codes._used += placed.count
            layout.append(placed)
        codes._settle(tuple(layout), {slot.version: slot for slot in layout})
        return codes

    def _settle(self, layout: tuple[Slot, ...], slots: dict[FileVersion, Slot]) -> None:
        self._layout, self.slots = layout, slots
        self._starts = np.fromiter((slot.start for slot in layout), np.int64, len(layout))
        rows = np.fromiter((slot.first_row for slot in layout), np.int64, len(layout))
        self._offsets = rows - self._starts

    def with_file(self, slot: Slot, data: bytes) -> "Codes":
        """With this version added, or in the place of what there was of it.

        Must not be called on a view that already has a successor.
        """
        placed, end = _at(slot, self._used), self._used + slot.count
        following = Codes(self.space)
        following._bits = self._bits
        if end > self._bits.shape[1]:
            # Room for as many again, so that copying stays a small part of adding.
            following._bits = np.empty((len(self._bits), max(256, end + end // 4)), np.uint64)
            following._bits[:, : self._used] = self._bits[:, : self._used]
        following._bits[:, self._used : end] = unpack_bits(data, self.dimension)
        following._used = end
        following._settle((*self._layout, placed), {**self.slots, slot.version: placed})
        return following._compacted()

    def without(self, versions: Collection[FileVersion]) -> "Codes":
        following = Codes(self.space)
        following._bits, following._used = self._bits, self._used
        gone = set(versions)
        following._settle(
            self._layout, {version: s for version, s in self.slots.items() if version not in gone}
        )
        return following._compacted()

    def _compacted(self) -> "Codes":
        living = sum(slot.count for slot in self.slots.values())
        if self._used - living < max(_COMPACT_ABOVE, living // 4):
            return self
        smaller, layout = Codes(self.space, living + living // 8), list[Slot]()
        for slot in sorted(self.slots.values(), key=lambda slot: slot.start):
            placed = _at(slot, smaller._used)
            smaller._bits[:, placed.start : placed.start + slot.count] = self._bits[
                :, slot.start : slot.start + slot.count
            ]
            smaller._used += slot.count
            layout.append(placed)
        smaller._settle(tuple(layout), {slot.version: slot for slot in layout})
        return smaller

    def positions(self, slots: Sequence[Slot]) -> Positions:
        """Every position of these slots, in their order."""
        counts = np.fromiter((slot.count for slot in slots), np.int64, len(slots))
        starts = np.fromiter((slot.start for slot in slots), np.int64, len(slots))
        before = np.cumsum(counts) - counts
        return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))

    def nearest(self, vector: Vector, slots: Sequence[Slot], count: int) -> Positions:
        """Positions of the `count` codes within `slots` that are likely nearest to `vector`."""
        everything = sum(slot.count for slot in slots) == self._used
        allowed = None if everything else self.positions(slots)
        return nearest(self._bits[:, : self._used], vector, count, allowed)

    def rows(self, positions: Positions) -> Positions:
        """The row in SQLite of each position."""
        which = np.searchsorted(self._starts, positions, side="right") - 1
        return positions + self._offsets[which]

    def locate(self, positions: Positions) -> list[tuple[Slot, int]]:
        """The slot of each position, and which passage of the file it is."""
        which = np.searchsorted(self._starts, positions, side="right") - 1
        layout = self._layout
        return [
            (layout[i], position - layout[i].start)
            for i, position in zip(which.tolist(), positions.tolist(), strict=True)
        ]


def _at(slot: Slot, start: int) -> Slot:
    return Slot(slot.version, slot.number, slot.language, slot.first_row, slot.count, start)
