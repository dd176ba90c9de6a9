"""A stage is measured once and traced once, also when it fails; without either it just runs."""

from contextlib import contextmanager

import pytest

from lodgepole.telemetry.stages import Stages


class Recorder:
    """Metrics and a tracer that remember what they are told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def observe(self, name: str, value: float, **labels: str) -> None:
        assert value >= 0
        self.told.append(("observe", name, labels))

    def count(self, name: str, value: float, **labels: str) -> None:
        self.told.append(("count", name, value, labels))

    @contextmanager
    def span(self, name: str, *, follows: str | None = None):
        self.told.append(("begin", name, follows))
        yield
        self.told.append(("end", name))

    def remember(self, key: str) -> None:
        self.told.append(("remember", key))


def test_without_anything_the_stage_runs() -> None:
    stages = Stages()
    with stages.stage("search"), stages.operation("index", "key"):
        pass
    stages.count("tokens_total", kind="prompt")
    stages.accepted("key")


def test_a_stage_is_a_span_and_a_measurement() -> None:
    told = Recorder()
    with Stages(told, told).stage("search"):
        told.told.append(("inside",))
    assert told.told == [
        ("begin", "search", None),
        ("inside",),
        ("end", "search"),
        ("observe", "stage_seconds", {"stage": "search"}),
    ]


def test_a_stage_that_fails_is_measured_too() -> None:
    told = Recorder()
    with pytest.raises(ZeroDivisionError), Stages(told).stage("search", "file_seconds"):
        _ = 1 / 0
    assert told.told == [("observe", "file_seconds", {"stage": "search"})]


def test_work_continues_the_trace_that_accepted_it() -> None:
    told = Recorder()
    stages = Stages(None, told)
    stages.accepted("op1")
    with stages.operation("index", "op1"):
        pass
    assert told.told == [("remember", "op1"), ("begin", "index", "op1"), ("end", "index")]
