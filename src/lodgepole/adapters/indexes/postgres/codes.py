"""Cache of the binary vector codes of an assistant's files."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lodgepole.adapters.indexes.quantization import Bits, nearest, unpack_bits
from lodgepole.ports.embedder import Vector

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Codes:
    """Binary codes of files, by ascending number; unchanging."""

    numbers: Numbers
    starts: Numbers  # where the codes of each begin, and the end of the last
    bits: Bits

    @classmethod
    def of(cls, dimension: int, files: Sequence[tuple[int, bytes]]) -> "Codes":
        """Made of files by ascending number, each with what `pack_bits` made of its vectors."""
        bits = unpack_bits(b"".join(data for _, data in files), dimension)
        counts = [len(data) // (8 * len(bits)) for _, data in files]
        numbers = np.array([number for number, _ in files], np.int64)
        return cls(numbers, np.cumsum([0, *counts]), np.ascontiguousarray(bits))

    def changed(self, kept: Numbers, later: "Codes") -> "Codes":
        """Those of the files `kept`, and after them those of `later` ones."""
        stay = np.isin(self.numbers, kept)
        counts = np.diff(self.starts)
        bits = self.bits if stay.all() else self.bits[:, np.repeat(stay, counts)]
        counts = np.concatenate((counts[stay], np.diff(later.starts)))
        return Codes(
            np.concatenate((self.numbers[stay], later.numbers)),
            np.concatenate(([0], np.cumsum(counts))),
            np.concatenate((bits, later.bits), axis=1),
        )

    def nearest(
        self, vector: Vector, allowed: Numbers | None, count: int
    ) -> tuple[Numbers, Numbers]:
        """The `count` passages that are likely nearest: numbers of files, and ordinals in them.

        Args:
            vector: What they are near to.
            allowed: Numbers of the files to look in; None means all.
            count: The most passages.
        """
        positions = None
        if allowed is not None:
            chosen = np.repeat(np.isin(self.numbers, allowed), np.diff(self.starts))
            positions = np.flatnonzero(chosen)
        found = nearest(self.bits, vector, count, positions)
        which = np.searchsorted(self.starts, found, side="right") - 1
        return self.numbers[which], found - self.starts[which]
