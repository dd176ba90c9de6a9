"""Traces go to the collector that is set, and to none otherwise."""

import sys
from contextlib import ExitStack

import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.tracing import open_tracer

ADAPTER = "lodgepole.adapters.telemetry.opentelemetry"


@pytest.fixture
def closing():
    with ExitStack() as stack:
        yield stack


def test_without_a_collector_nothing_is_traced_or_imported(closing, monkeypatch):
    monkeypatch.setitem(sys.modules, ADAPTER, None)  # importing it would fail
    assert open_tracer(Settings(otel_exporter_otlp_endpoint=None), closing) is None


def test_a_collector_without_the_packages_for_it_is_told_in_words(closing, monkeypatch):
    monkeypatch.setitem(sys.modules, ADAPTER, None)
    with pytest.raises(InvalidRequest, match=r"pip install 'lodgepole\[otel\]'"):
        open_tracer(Settings(otel_exporter_otlp_endpoint="http://127.0.0.1:9"), closing)
