"""Formats log records as text or JSON lines, with the request id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from lodgepole.control_characters import visible

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request that is being answered in this context; tasks it starts inherit it."""

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class TextLines(logging.Formatter):
    """Lines for people: as usual, with the request's id where there is one."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        line = visible(super().formatMessage(record))
        current = request_id.get()
        return line if current is None else f"{line} [request {current}]"


class JsonLines(logging.Formatter):
    """Lines for programs: a JSON object each, with `fields` that a record was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        current = request_id.get()
        if current is not None:
            line["request_id"] = current
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
