"""Cache of query results, valid until something is committed to the database."""

import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
REMEMBERED = 1024  # results; those of the assistants that are asked now


class RememberedReads:
    """What was read since the last commit, by whichever connection of whichever process.

    SQLite says whether there was one, in some microseconds and without a thread. Used on one
    thread.
    """

    def __init__(self, path: Path | None) -> None:
        """With None, for a database that cannot say, nothing is remembered."""
        self._connection = None if path is None else _connected(path)
        self._version: int | None = None
        self._results: OrderedDict[Hashable, Any] = OrderedDict()

    async def read(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` returned under `key`, or returns now; nobody may change it."""
        version = self._current()
        if version is None:
            return await read()
        if version != self._version:
            self._version = version
            self._results = OrderedDict()
        results = self._results  # those of before a commit are kept by nobody
        if key in results:
            results.move_to_end(key)
            return results[key]
        result = results[key] = await read()
        if len(results) > REMEMBERED:
            results.popitem(last=False)
        return result

    def _current(self) -> int | None:
        """Another number after every commit; None where it cannot be told just now."""
        if self._connection is None:
            return None
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:  # locked, or damaged, which the read itself will meet
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _connected(path: Path) -> sqlite3.Connection | None:
    try:
        # It waits for nobody: whoever cannot be answered at once reads.
        return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError:  # which the database itself will meet, and say
        return None
