"""Part of the wiring: where traces go."""

from contextlib import AsyncExitStack

from lodgepole.errors import InvalidRequest
from lodgepole.ports.telemetry import Tracer
from lodgepole.runtime.settings import Settings


def open_tracer(settings: Settings, closing: AsyncExitStack) -> Tracer | None:
    """Open the tracer, flushed with `closing`; None when no endpoint is set.

    Raises:
        InvalidRequest: An endpoint is set, and the extra is not installed.
    """
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    try:
        # An extra: its packages may not be there.
        from lodgepole.adapters.telemetry.opentelemetry import OpenTelemetryTracer
    except ImportError as error:
        raise InvalidRequest(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages for it are not installed: "
            "pip install 'lodgepole[otel]', or unset the variable."
        ) from error
    tracer = OpenTelemetryTracer.to_collector()
    closing.callback(tracer.close)
    return tracer
