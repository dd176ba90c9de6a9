"""`ports.Tracer` by OpenTelemetry, whose own variables say where spans go and how many."""

from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

import lodgepole

REMEMBERED = 10_000
"""Operations that wait and whose trace is kept; of older ones the work begins a trace anew."""


class OpenTelemetryTracer:
    """A provider of its own, so that nothing else in the process is changed."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("lodgepole", lodgepole.__version__)
        self._remembered: OrderedDict[str, Context] = OrderedDict()

    @classmethod
    def to_collector(cls) -> "OpenTelemetryTracer":
        """Spans sent in batches over OTLP and HTTP, as the OTEL variables say."""
        return cls.to(OTLPSpanExporter())

    @classmethod
    def to(cls, exporter: SpanExporter) -> "OpenTelemetryTracer":
        provider = TracerProvider(resource=Resource.create({"service.name": "lodgepole"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        return cls(provider)

    @contextmanager
    def span(self, name: str, *, follows: str | None = None) -> Generator[None]:
        context = None if follows is None else self._remembered.pop(follows, None)
        # Messages of exceptions may quote a document; that it failed is all that is told.
        with self._tracer.start_as_current_span(
            name, context=context, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
                raise

    def rename(self, name: str) -> None:
        trace.get_current_span().update_name(name)

    def remember(self, key: str) -> None:
        current = trace.get_current_span()
        if not current.get_span_context().is_valid:
            return
        self._remembered[key] = trace.set_span_in_context(current, Context())
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()
