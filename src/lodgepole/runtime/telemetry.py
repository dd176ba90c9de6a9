"""Part of the wiring: what is measured when somebody asks."""

import asyncio
import time
from pathlib import Path

from lodgepole.adapters.telemetry.prometheus import CONTENT_TYPE, PrometheusMetrics
from lodgepole.api.state import Observing
from lodgepole.runtime.settings import Settings
from lodgepole.services import Services
from lodgepole.telemetry.stages import Stages

MEASURED_EVERY_SECONDS = 60.0
"""Sizes on disk: looking at every file of a large directory takes a while."""
PLACES = {"catalog": "catalog.db*", "indexes": "index", "blobs": "blobs"}


def observe(settings: Settings, services: Services, stages: Stages) -> Observing:
    """Make what the HTTP server counts into, and what `/metrics` answers."""
    metrics = stages.metrics
    assert isinstance(metrics, PrometheusMetrics), "wiring made it"
    sizes = _Sizes(None if settings.on_many_machines else settings.data_dir)

    async def exposition() -> tuple[bytes, str]:
        oldest = await services.backlog.oldest_unfinished()
        age = 0.0 if oldest is None else (services.clock.now() - oldest).total_seconds()
        metrics.gauge("queue_depth", await services.backlog.queue_depth())
        metrics.gauge("queue_oldest_seconds", max(0.0, age))
        success = await services.sources.oldest_success()
        waited = 0.0 if success is None else (services.clock.now() - success).total_seconds()
        metrics.gauge("source_oldest_success_seconds", max(0.0, waited))
        metrics.gauge("assistants", await services.live.assistant_count())
        opened = getattr(services.index, "open_assistants", None)
        metrics.gauge("open_assistants", opened() if opened is not None else 0)
        for what, count in (await sizes.measured()).items():
            metrics.gauge("stored_bytes", count, what=what)
        return await asyncio.to_thread(metrics.exposition), CONTENT_TYPE

    return Observing(
        metrics=metrics, exposition=exposition, readers=settings.metrics, tracer=stages.tracer
    )


class _Sizes:
    """Bytes on disk in each place, measured now and then."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._known: dict[str, int] = {}
        self._at: float | None = None
        self._measuring = asyncio.Lock()

    async def measured(self) -> dict[str, int]:
        async with self._measuring:
            now = time.monotonic()
            if self._at is None or now - self._at > MEASURED_EVERY_SECONDS:
                self._known = await asyncio.to_thread(self._measure)
                self._at = now
        return self._known

    def _measure(self) -> dict[str, int]:
        if self._data_dir is None:
            return {}  # the database and the bucket have figures of their own
        return {
            what: sum(_size(path) for path in self._data_dir.glob(pattern))
            for what, pattern in PLACES.items()
        }


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a directory; what goes meanwhile counts nothing."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(_size(inner) for inner in path.iterdir())
    except OSError:
        return 0
