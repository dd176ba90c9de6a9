"""Blobs set aside, below a folder that no key can name."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import obstore

QUARANTINE = ".quarantine"
"""No key begins with a dot."""


def place(prefix: str, day: date) -> str:
    return f"{QUARANTINE}/{day.isoformat()}/{prefix}"


def move_folder(root: Path, prefix: str, day: date) -> None:
    """Within one file system, so that it takes no room and is whole or not done."""
    source, target = root / prefix, root / place(prefix, day).rstrip("/")
    if not source.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    while target.exists():  # the same content was set aside before, on the same day
        number += 1
        target = target.with_name(f"{source.name}~{number}")
    source.rename(target)
    with suppress(OSError):  # others are in it
        source.parent.rmdir()


async def move_keys(store: Any, keys: AsyncIterator[str], day: date) -> None:
    """One by one, as a bucket moves things."""
    async for key in keys:
        with suppress(FileNotFoundError):  # another process was faster
            await obstore.rename_async(store, key, place(key, day))


async def count_by_day(store: Any) -> Mapping[date, int]:
    found = Counter[date]()
    with suppress(FileNotFoundError):
        async for batch in obstore.list(store, f"{QUARANTINE}/"):
            for entry in batch:
                day = entry["path"].split("/", 2)[1]
                with suppress(ValueError):
                    found[date.fromisoformat(day)] += 1
    return found


async def remove_day(store: Any, root: Path | None, day: date) -> None:
    if root is not None:
        folder = root / QUARANTINE / day.isoformat()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return
    async for batch in obstore.list(store, place("", day)):
        await obstore.delete_async(store, [entry["path"] for entry in batch])
