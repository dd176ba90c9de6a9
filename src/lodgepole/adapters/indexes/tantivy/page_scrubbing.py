"""Overwrites deleted data that SQLite leaves in the pages of an `index.db`.

SQLite's `secure_delete` overwrites a row where it is deleted. It does not overwrite the copy that
stays behind when it moves a row to another page, and a page that was rebuilt keeps such copies
between its cell pointers and its cells (https://www.sqlite.org/fileformat2.html#b_tree_pages).
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEADER_BYTES = {0x02: 12, 0x05: 12, 0x0A: 8, 0x0D: 8}
"""Of b-tree pages by their first byte; other pages begin with the number of a page, so with 0."""
_FILE_HEADER_BYTES = 100  # on the first page, before its own
_READ_BYTES = 4_000_000

Pages = NDArray[np.uint8]  # [pages, bytes of a page]
Places = NDArray[np.int64]  # [pages]


class PageFile:
    """One file, opened once for all who have it open in SQLite.

    Closing any descriptor of a file gives up all the locks that this process has on it, SQLite's
    too. So this one is closed when nobody has the file open any more.
    """

    _opened: "dict[tuple[int, int], PageFile]" = {}  # noqa: RUF012  shared by all, that is the point
    _lock = threading.Lock()

    def __init__(self, path: Path, key: tuple[int, int]) -> None:
        self._key = key
        self._users = 0
        self._handle = os.open(path, os.O_RDWR)

    @classmethod
    def taken(cls, path: Path) -> "PageFile":
        """That of `path`; take it before the first connection, `leave` it after the last."""
        with cls._lock:
            if not path.exists():
                path.touch(0o644)
            found = path.stat()
            key = found.st_dev, found.st_ino
            file = cls._opened.get(key)
            if file is None:
                file = cls._opened[key] = cls(path, key)
            file._users += 1
        return file

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                del self._opened[self._key]
                os.close(self._handle)

    def leftovers(self) -> list[int]:
        """Numbers, from 0, of the pages that hold bytes between cell pointers and cells."""
        size = self._page_bytes()
        if not size:
            return []
        step = max(1, _READ_BYTES // size)
        found: list[int] = []
        first = 0
        while len(pages := self._read(first, step, size)):
            found += (first + np.flatnonzero(_dirty(pages, *_gaps(pages, first)))).tolist()
            first += len(pages)
        return found

    def overwrite(self, numbers: Iterable[int]) -> None:
        """Zero those bytes, durably. Only while nobody writes and the write-ahead log is empty."""
        size = self._page_bytes()
        for number in numbers:
            pages = self._read(number, 1, size)
            if len(pages):
                [start], [end] = _gaps(pages, number)
                os.pwrite(self._handle, bytes(end - start), number * size + start)
        os.fsync(self._handle)

    def _page_bytes(self) -> int:
        size = int.from_bytes(os.pread(self._handle, 2, 16), "big")
        return 65_536 if size == 1 else size

    def _read(self, first: int, count: int, size: int) -> Pages:
        data = os.pread(self._handle, count * size, first * size)
        return np.frombuffer(data[: len(data) // size * size], np.uint8).reshape(-1, size)


def _gaps(pages: Pages, first: int) -> tuple[Places, Places]:
    """Where the bytes that belong to no cell start and end; nothing on what is no b-tree page."""
    rows = np.arange(len(pages))
    begin = np.where(rows + first == 0, _FILE_HEADER_BYTES, 0)
    kinds = pages[rows, begin]
    header = np.zeros(len(pages), np.int64)
    for kind, size in _HEADER_BYTES.items():
        header[kinds == kind] = size

    def number(offset: int) -> Any:
        return pages[rows, begin + offset].astype(np.int64) * 256 + pages[rows, begin + offset + 1]

    start = begin + header + 2 * number(3)
    content = number(5)
    end = np.where(content == 0, 65_536, content)
    known = (header > 0) & (start <= end) & (end <= pages.shape[1])
    return np.where(known, start, 0), np.where(known, end, 0)


def _dirty(pages: Pages, start: Places, end: Places) -> NDArray[np.bool_]:
    columns = np.arange(pages.shape[1])
    inside = (columns >= start[:, None]) & (columns < end[:, None])
    return ((pages != 0) & inside).any(axis=1)
