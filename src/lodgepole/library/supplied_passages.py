"""Passages with vectors that a client brings along for a file that it uploads next.

They are looked at when that content is read, and only then; see `ingestion/supplied_vectors`.
What is not used is removed by the sweep.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from lodgepole.errors import RateLimited, TooLarge
from lodgepole.library.blob_keys import given_key
from lodgepole.limits import Limits
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.clock import Clock

MOST_BYTES = 128 * 1024 * 1024
"""Of one file's passages: about 60,000. Read into memory when used."""
WAITING_MOST = 20  # ids of an assistant that have no file, for which passages wait
WAITING_FOR = timedelta(hours=1)  # longer than the sweep leaves them


class SuppliedPassages:
    """Keeps them as a blob until the next upsert of their file's id."""

    def __init__(self, blobs: Blobs, clock: Clock, limits: Limits) -> None:
        self._blobs = blobs
        self._clock = clock
        self._limits = limits
        self._waiting: dict[tuple[str, str], datetime] = {}  # assistants and ids without a file

    async def keep(
        self, assistant_id: str, file_id: str, lines: AsyncIterator[bytes], *, has_file: bool
    ) -> None:
        """Keep the passages of one file, instead of those that waited for its id.

        Raises:
            TooLarge: More than `MOST_BYTES`; nothing is kept.
            RateLimited: Passages wait for as many ids without a file as they may.
        """
        if not has_file:
            self._note_waiting(assistant_id, file_id)
        await self._blobs.put(given_key(assistant_id, file_id), _within(lines, MOST_BYTES))

    def used(self, assistant_id: str, file_id: str) -> None:
        """Count them no more among those that wait: their file has come."""
        self._waiting.pop((assistant_id, file_id), None)

    def _note_waiting(self, assistant_id: str, file_id: str) -> None:
        now = self._clock.now()
        self._waiting = {key: at for key, at in self._waiting.items() if now - at < WAITING_FOR}
        self._waiting.pop((assistant_id, file_id), None)
        if sum(assistant == assistant_id for assistant, _ in self._waiting) >= WAITING_MOST:
            raise RateLimited(
                f"Passages wait for {WAITING_MOST} files, as many as they may: upload those first",
                retry_after=self._limits.quota_retry_seconds,
            )
        self._waiting[assistant_id, file_id] = now


async def _within(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    count = 0
    async for chunk in chunks:
        count += len(chunk)
        if count > most:
            raise TooLarge(f"The passages are larger than the {most} bytes allowed")
        yield chunk
