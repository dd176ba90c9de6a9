"""`ports.Metrics` by prometheus-client: counted in this process, read as text by Prometheus."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.telemetry.metrics import DEFINITIONS, PREFIX, Definition

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class PrometheusMetrics:
    """The metrics that are defined, and those of the process; each instance has its own."""

    def __init__(self, definitions: Iterable[Definition] = DEFINITIONS) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for definition in definitions:
            self._define(definition)

    def _define(self, definition: Definition) -> None:
        name, meaning = PREFIX + definition.name, definition.meaning
        match definition.kind:
            case "counter":
                self._counters[definition.name] = Counter(
                    name, meaning, definition.labels, registry=self._registry
                )
            case "gauge":
                self._gauges[definition.name] = Gauge(
                    name, meaning, definition.labels, registry=self._registry
                )
            case "histogram":
                self._histograms[definition.name] = Histogram(
                    name,
                    meaning,
                    definition.labels,
                    registry=self._registry,
                    buckets=definition.bounds,
                )

    def count(self, name: str, value: float = 1.0, **labels: str) -> None:
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(value)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        histogram = self._histograms[name]
        (histogram.labels(**labels) if labels else histogram).observe(seconds)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        gauge = self._gauges[name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    def exposition(self) -> bytes:
        """All of it as text, as of now."""
        return generate_latest(self._registry)

    @contextmanager
    def served(self, address: str) -> Generator[None]:
        """Answer `/metrics` at `host:port`, from a thread, for a process that serves nothing else.

        Raises:
            InvalidRequest: The address is none.
            Unavailable: Nothing can be served there.
        """
        host, colon, port = address.rpartition(":")
        if not colon or not port.isdecimal() or not 0 <= int(port) < 65_536:
            raise InvalidRequest(f"worker_metrics is {address!r}; write host:port.")
        try:
            server, thread = start_http_server(int(port), host.strip("[]"), self._registry)
        except OSError as error:
            raise Unavailable(f"Cannot answer /metrics at {address}: {error.strerror}.") from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
