"""Reserve file in the data directory, deleted to free space when the disk is full.

A full disk refuses deletions too, since the catalog writes down that they were asked for. A start
that finds no room gives this file up, and one that finds plenty lays it down again.
"""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

RESERVE = "disk.reserve"
RESERVE_BYTES = 16 * 1024 * 1024  # a few thousand deletions, with what the index writes of them
PLENTY = 16  # times the file must be free before it is laid down


def keep_reserve(
    data_dir: Path, *, free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
) -> None:
    """Give the file up where the disk is full, and lay it down where there is room."""
    path = data_dir / RESERVE
    try:
        free = free_bytes(data_dir)
        if free < RESERVE_BYTES and path.exists():
            path.unlink()
            log.warning(
                "The disk of %s is full: its reserve of %d MB was given up, for deletions. Make "
                "room on it",
                data_dir,
                RESERVE_BYTES // 1_000_000,
            )
        elif free >= PLENTY * RESERVE_BYTES and not path.exists():
            _lay_down(path)
    except OSError as error:  # a disk that cannot keep one works without
        log.warning("No reserve is kept on the disk of %s: %s", data_dir, error.strerror)
        path.unlink(missing_ok=True)


def _lay_down(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        else:  # macOS
            os.write(descriptor, bytes(RESERVE_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
