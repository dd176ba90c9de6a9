"""Limit on concurrent downloads: a client that does not read what it asked for holds memory."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from lodgepole.errors import RateLimited

RETRY_AFTER_SECONDS = 5.0


class DownloadSlots:
    """Counts those under way, in all and of each file, since one link may be spread widely."""

    def __init__(self, *, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._under_way = Counter[str]()
        self._all = 0

    @contextmanager
    def taken(self, key: str) -> Generator[None]:
        """Count one while the context is open. Raises RateLimited where there are too many."""
        if self._all >= self._most or self._under_way[key] >= self._most_of_one:
            of = "" if self._all >= self._most else " of this file"
            raise RateLimited(
                f"There are as many downloads{of} at once as may be. Try again in a few seconds.",
                retry_after=RETRY_AFTER_SECONDS,
            )
        self._all += 1
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._all -= 1
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
