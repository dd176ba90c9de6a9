"""Timing of the stages of a question or a file: one measurement, and one span where traced."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from lodgepole.ports.telemetry import Metrics, Tracer


class Stages:
    """Reporter of stages; made without anything, it only runs them."""

    def __init__(self, metrics: Metrics | None = None, tracer: Tracer | None = None) -> None:
        self.metrics = metrics
        self.tracer = tracer

    @contextmanager
    def stage(self, name: str, metric: str = "stage_seconds") -> Generator[None]:
        """Measure what runs within; a stage that fails counts too."""
        begun = time.perf_counter()
        try:
            if self.tracer is None:
                yield
            else:
                with self.tracer.span(name):
                    yield
        finally:
            self.took(name, time.perf_counter() - begun, metric)

    def took(self, name: str, seconds: float, metric: str = "stage_seconds") -> None:
        if self.metrics is not None:
            self.metrics.observe(metric, seconds, stage=name)

    def count(self, name: str, value: float = 1.0, **labels: str) -> None:
        if self.metrics is not None:
            self.metrics.count(name, value, **labels)

    @contextmanager
    def operation(self, name: str, key: str) -> Generator[None]:
        """A span that continues the trace which accepted the operation of this key."""
        if self.tracer is None:
            yield
        else:
            with self.tracer.span(name, follows=key):
                yield

    def accepted(self, key: str) -> None:
        """Let `operation` find the trace that is current now."""
        if self.tracer is not None:
            self.tracer.remember(key)
