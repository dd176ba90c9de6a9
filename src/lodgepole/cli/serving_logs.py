"""Logging and garbage collection of serving processes."""

import gc
import logging
from typing import TYPE_CHECKING

from lodgepole.errors import InvalidRequest
from lodgepole.telemetry.log_format import JsonLines, TextLines

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

COLLECT_AFTER = (10_000, 20, 20)  # objects, collections of new ones, collections of older ones


def collect_seldom() -> None:
    """Keep the collector of cycles from stopping all answers for a quarter of a second.

    What is there when the server starts stays there, so it need not be gone through again.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def log_to_standard_error(settings: "Settings") -> None:
    """Our records from the level on, and the warnings of libraries. Raises InvalidRequest."""
    level, levels = settings.log_level, logging.getLevelNamesMapping()
    if level.upper() not in levels:
        raise InvalidRequest(f"log_level is {level!r}; it must be one of {', '.join(levels)}.")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("lodgepole").setLevel(levels[level.upper()])
    access = logging.INFO if settings.log_requests else logging.WARNING
    logging.getLogger("lodgepole.access").setLevel(access)
