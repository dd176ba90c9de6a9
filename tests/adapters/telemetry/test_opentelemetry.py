import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lodgepole.adapters.telemetry.opentelemetry import OpenTelemetryTracer
from lodgepole.telemetry.stages import Stages


@pytest.fixture
def traced():
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetryTracer.to(exporter)

    def finished():
        tracer.close()
        return {span.name: span for span in exporter.get_finished_spans()}

    return Stages(tracer=tracer), tracer, finished


def test_work_done_later_belongs_to_the_trace_that_accepted_it(traced):
    stages, tracer, finished = traced
    with tracer.span("POST /files"):
        stages.accepted("operation-1")
    with stages.operation("upload_file", "operation-1"), stages.stage("index"):
        pass
    with stages.operation("delete_file", "unknown"):
        pass
    spans = finished()
    upload = spans["POST /files"].context
    assert spans["upload_file"].parent.span_id == upload.span_id
    assert spans["index"].context.trace_id == upload.trace_id
    assert spans["delete_file"].context.trace_id != upload.trace_id


def test_a_failure_is_told_without_its_message(traced):
    _, tracer, finished = traced
    with pytest.raises(ValueError, match="a sentence"), tracer.span("search"):
        raise ValueError("a sentence of a document")
    span = finished()["search"]
    assert span.status.description == "ValueError"
    assert not span.events
