"""Ports: metrics and traces."""

from contextlib import AbstractContextManager
from typing import Protocol


class Metrics(Protocol):
    """Counters and timings; labels come from a small fixed set, never from user input."""

    def count(self, name: str, value: float = 1.0, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def gauge(self, name: str, value: float, **labels: str) -> None: ...


class Tracer(Protocol):
    """Spans of a distributed trace; names and attributes are ours, never from user input."""

    def span(self, name: str, *, follows: str | None = None) -> AbstractContextManager[None]:
        """A span around what runs within, below the current one.

        With `follows`, below the span that was current when `remember` was given that key,
        where that is known.
        """
        ...

    def rename(self, name: str) -> None:
        """Name the current span once it is known what it is."""
        ...

    def remember(self, key: str) -> None:
        """Keep the current span's place under a key, for work that is done later."""
        ...
