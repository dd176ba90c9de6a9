"""Purging of removed files' words from the disk: at once in small assistants, else soon after."""

import logging
import threading
import time
from collections.abc import Callable

from lodgepole.errors import LodgepoleError

log = logging.getLogger(__name__)

AT_ONCE_BELOW = 2_000  # passages: rewriting so few takes less than 0.1 s
SECONDS_PER_PASSAGE = 40e-6  # of one core, for rewriting
REST_FACTOR = 10  # so many times as long as a rewriting takes it is waited for further removals
_TRY_AGAIN_SECONDS = 300.0


def delay_seconds(passages: int) -> float:
    """Return the seconds that removed words may stay in an assistant of this size."""
    return REST_FACTOR * SECONDS_PER_PASSAGE * passages


class Purging:
    """One thread that purges assistants when they are due; removals meanwhile share one purge."""

    def __init__(self, purge: Callable[[str], None]) -> None:
        self._purge = purge
        self._due: dict[str, float] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def note(self, assistant_id: str, delay: float) -> None:
        """Purge it after `delay` seconds; an earlier time that was noted before stays."""
        with self._changed:
            if self._closed:
                return
            self._due.setdefault(assistant_id, time.monotonic() + delay)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="index-purge", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Stop; what is not purged by now is found when its assistant is opened again."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (assistant_id := self._next()) is not None:
            try:
                self._purge(assistant_id)
            except LodgepoleError as error:
                log.warning("Removed words of assistant %s stay for now: %s", assistant_id, error)
                self.note(assistant_id, _TRY_AGAIN_SECONDS)

    def _next(self) -> str | None:
        """The next assistant that is due, once it is; None when this is closed."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                first = min(self._due, key=self._due.__getitem__, default=None)
                if first is None:
                    self._changed.wait()
                elif self._due[first] > now:
                    self._changed.wait(self._due[first] - now)
                else:
                    del self._due[first]
                    return first
        return None
