"""Markers of indexes that were damaged and are being rebuilt from the stored documents.

A marker in the directory says so, since that may take longer than the process lives. While it is
there nothing is searched: half of the documents must not be taken for all of them.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

TRASH = ".trash-"
_MARKER = "incomplete"


def is_incomplete(directory: Path) -> bool:
    return (directory / _MARKER).exists()


def incomplete(root: Path) -> Iterator[str]:
    """Ids of assistants whose indexes are not whole."""
    for marker in root.glob(f"*/{_MARKER}"):
        if not marker.parent.name.startswith("."):
            yield marker.parent.name


def mark(directory: Path) -> None:
    """Say that it is not whole; durable on return."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _MARKER).touch()
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unmark(directory: Path) -> None:
    (directory / _MARKER).unlink(missing_ok=True)


def throw_away(directory: Path) -> Path:
    """Take a directory out of sight; what to remove then. A crash before that leaves only trash."""
    trash = directory.with_name(f"{TRASH}{uuid.uuid4().hex}")
    directory.rename(trash)
    return trash


def begin_anew(directory: Path) -> Path:
    """An empty directory, marked, in the place of a damaged one; the trash to be removed."""
    trash = throw_away(directory)
    # A crash here leaves no index at all, which is noticed at the next start.
    mark(directory)
    return trash


def sweep_trash(root: Path) -> None:
    """Remove what an interruption left."""
    for trash in root.glob(f"{TRASH}*"):
        shutil.rmtree(trash, ignore_errors=True)
