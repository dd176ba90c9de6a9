"""The conformance page, its source, and the locks agree, without running a client."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.clients.clients import CLIENTS, DRIVERS, ENVIRONMENTS, OPERATIONS, RESULTS, ROOT, Client
from tests.clients.older import OLDER, STEPS
from tests.clients.older import RESULTS as OLDER_RESULTS

PAGE = ROOT / "docs" / "reference" / "conformance.md"


def results() -> dict[str, dict[str, str]]:
    return json.loads(RESULTS.read_text("utf-8"))


def test_the_page_is_made_of_the_committed_results(tmp_path: Path):
    fresh = tmp_path / "conformance.md"
    script = ROOT / "scripts" / "docs" / "conformance.py"
    subprocess.run([sys.executable, str(script), str(fresh)], check=True)
    assert PAGE.read_text("utf-8") == fresh.read_text("utf-8"), "run `make conformance`"


def test_every_client_has_results_and_every_result_a_client():
    assert list(results()) == [client.name for client in CLIENTS]


def test_every_operation_is_a_row_and_every_row_is_exercised():
    exercised = {operation for done in results().values() for operation in done}
    assert exercised == set(OPERATIONS)
    assert len(OPERATIONS) == len(set(OPERATIONS))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_results_are_the_steps_of_the_clients_driver(client: Client):
    text = (DRIVERS / client.driver).read_text("utf-8")
    steps = {found[2] for found in re.finditer(r"step\(\s*([\"'])(.+?)\1,", text)}
    absent = {"list operations", "list operations by type and status", "describe operation"}
    if client.name.startswith("plugin"):
        absent = {"upsert file"}
    elif client.name not in {"python-9", "python-9-async"}:
        absent = set()
    assert set(results()[client.name]) == steps - absent


def test_older_clients_have_results_too():
    kept: dict[str, dict[str, str]] = json.loads(OLDER_RESULTS.read_text("utf-8"))
    assert list(kept) == [client.name for client in OLDER]
    assert {step for done in kept.values() for step in done} == set(STEPS)


@pytest.mark.parametrize("client", (*CLIENTS, *OLDER), ids=lambda client: client.name)
def test_the_clients_are_locked_and_no_index_is_named(client: Client):
    assert client.versions() or not client.packages
    place = ENVIRONMENTS / client.environment
    lock = place / "package-lock.json" if client.is_node else place.with_name(place.name + ".txt")
    text = lock.read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9_-]+==\S+", text, re.MULTILINE)
    assert client.is_node or text.count("--hash=sha256:") >= len(pinned) > 0
