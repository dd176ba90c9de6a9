"""What is counted, what says so, and what is drawn of it agree."""

import ast
import json
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.telemetry.metrics import DEFINITIONS, PREFIX

ROOT = Path(__file__).parents[2]
COUNTING = {"count", "observe", "gauge", "took", "stage"}
SUFFIXES = ("_total", "_seconds", "_bytes", "_depth", "_open", "_left")
OF_THE_PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def exposed() -> set[str]:
    """All names of series, those of the process too."""
    metrics = PrometheusMetrics()
    for definition in DEFINITIONS:
        labels = dict.fromkeys(definition.labels, "x")
        call = {"counter": metrics.count, "histogram": metrics.observe, "gauge": metrics.gauge}
        call[definition.kind](definition.name, 1.0, **labels)
    text = metrics.exposition().decode()
    return {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}


def expressions() -> list[str]:
    dashboard = json.loads((ROOT / "deploy/grafana/lodgepole.json").read_text("utf-8"))
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
    return drawn + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def test_every_metric_that_is_drawn_or_watched_exists():
    named = {
        name
        for expression in expressions()
        for name in re.findall(r"\b(?:lodgepole|process)_\w+", expression)
    }
    assert named - exposed() - OF_THE_PROCESS == set()
    if sys.platform == "linux":
        assert exposed() >= OF_THE_PROCESS


def test_every_metric_is_drawn():
    text = " ".join(expressions())
    assert [it.name for it in DEFINITIONS if PREFIX + it.name not in text] == []


@pytest.mark.slow
def test_every_metric_that_is_counted_is_defined_and_the_other_way_round():
    defined = {definition.name for definition in DEFINITIONS}
    told: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in COUNTING:
                words = [it.value for it in node.args if isinstance(it, ast.Constant)]
                told |= {str(word) for word in words}
    assert defined - told == {"stage_seconds"}, "the default of every stage"
    assert {name for name in told if name.endswith(SUFFIXES)} <= defined


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_process_that_serves_nothing_else_can_be_asked(free_port: int):
    metrics = PrometheusMetrics()
    metrics.count("operations_total", type="upsert_file", outcome="done")
    address = f"127.0.0.1:{free_port}"
    with metrics.served(address):
        with urllib.request.urlopen(f"http://{address}/metrics") as answer:
            assert b'operations_total{outcome="done",type="upsert_file"} 1.0' in answer.read()
        with (
            pytest.raises(Unavailable, match="in use"),
            PrometheusMetrics().served(address),
        ):
            pass
    with metrics.served(address):  # free again
        pass


@pytest.mark.parametrize("address", ["9090", "host", "host:", "host:x", "host:99999", ":-1"])
def test_an_address_that_is_none_is_refused(address: str):
    with (
        pytest.raises(InvalidRequest, match="write host:port"),
        PrometheusMetrics().served(address),
    ):
        pass


def test_a_metric_that_is_not_defined_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        PrometheusMetrics().count("invented_total")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["metrics", "settings"])
def test_the_reference_is_what_the_program_says(tmp_path: Path, name: str):
    script = ROOT / "scripts" / "docs" / f"{name}_reference.py"
    fresh = tmp_path / f"{name}.md"
    subprocess.run([sys.executable, str(script), str(fresh)], check=True, capture_output=True)
    written = (ROOT / "docs" / "reference" / f"{name}.md").read_text("utf-8")
    assert written == fresh.read_text("utf-8")
