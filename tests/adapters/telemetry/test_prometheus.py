"""Counted here, read as text: names with our prefix, labels as defined, each instance apart."""

import re

import pytest

from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.errors import Unavailable
from lodgepole.telemetry.metrics import DEFINITIONS, Definition

OWN = (
    Definition(name="answers_total", kind="counter", meaning="Answers.", labels=("how",)),
    Definition(name="waiting", kind="gauge", meaning="Who waits."),
    Definition(name="wait_seconds", kind="histogram", meaning="How long.", bounds=(0.1, 1.0)),
)


def values(metrics: PrometheusMetrics) -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    own = (line.rpartition(" ") for line in lines if line.startswith("lodgepole_"))
    return {name: float(value) for name, _, value in own if "_created" not in name}


def test_what_is_counted_is_read() -> None:
    metrics = PrometheusMetrics(OWN)
    metrics.count("answers_total", how="quoted")
    metrics.count("answers_total", 2.0, how="quoted")
    metrics.gauge("waiting", 7)
    metrics.gauge("waiting", 3)
    metrics.observe("wait_seconds", 0.5)
    found = values(metrics)
    assert found['lodgepole_answers_total{how="quoted"}'] == 3
    assert found["lodgepole_waiting"] == 3
    assert found['lodgepole_wait_seconds_bucket{le="0.1"}'] == 0
    assert found['lodgepole_wait_seconds_bucket{le="1.0"}'] == 1
    assert found["lodgepole_wait_seconds_sum"] == 0.5


def test_two_instances_share_nothing() -> None:
    one, other = PrometheusMetrics(OWN), PrometheusMetrics(OWN)
    one.gauge("waiting", 9)
    assert values(other)["lodgepole_waiting"] == 0


@pytest.mark.parametrize("labels", [{}, {"other": "x"}, {"how": "x", "more": "y"}])
def test_labels_that_are_not_defined_are_refused(labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=re.compile("label", re.IGNORECASE)):
        PrometheusMetrics(OWN).count("answers_total", **labels)


def test_every_definition_has_its_line() -> None:
    text = PrometheusMetrics().exposition().decode()
    assert [d.name for d in DEFINITIONS if f"lodgepole_{d.name}" not in text] == []


def test_an_address_in_use_is_told() -> None:
    metrics = PrometheusMetrics(OWN)
    with (
        pytest.raises(Unavailable, match="Cannot answer /metrics at 203\\.0\\.113\\.1:9"),
        metrics.served("203.0.113.1:9"),
    ):
        pass
