"""Changes below folders as the system tells them, by watchfiles from the extra `watch`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GATHERED_MS = 2_000
"""What changes together is told together."""
QUIET_MS = 5_000
"""Then it is told that nothing changed."""


def find_changes(
    roots: Sequence[Path],
) -> Callable[[asyncio.Event], AsyncIterator[Collection[str]]] | None:
    """What tells changes below the roots; None where nothing is installed that can."""
    if not roots or find_spec("watchfiles") is None:
        return None

    async def changes(stop: asyncio.Event) -> AsyncIterator[Collection[str]]:
        # An extra, of which the type checker knows nothing.
        watchfiles: Any = import_module("watchfiles")
        there = [str(root) for root in roots if root.is_dir()]
        if not there:
            return
        async for told in watchfiles.awatch(
            *there,
            watch_filter=None,
            debounce=GATHERED_MS,
            rust_timeout=QUIET_MS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            yield {path for _, path in told}

    return changes
