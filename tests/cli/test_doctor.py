"""The doctor finds what is well and what is not, and says what to do."""

import json
import socket
from pathlib import Path

import pytest

pytestmark = pytest.mark.live


def look(machine, *arguments: str, **settings: str) -> tuple[int, dict[str, dict[str, str]]]:
    ended = machine.run("doctor", "--json", *arguments, **settings)
    assert ended.stdout, ended.stderr
    return ended.returncode, {it["what"]: it for it in json.loads(ended.stdout)["findings"]}


def test_a_machine_whose_server_runs_is_well(served):
    code, found = look(served, LODGEPOLE_PORT="0")
    assert code == 0
    assert {name for name, it in found.items() if it["state"] == "problem"} == set()
    assert f"process {served.servers[0].process.pid}" in found["Lock"]["found"]
    assert found["Embedder"]["state"] == "ok"
    assert served.servers[0].url in found["Python SDK"]["found"]


def test_a_wrong_key_and_a_server_that_is_not_there_are_problems_of_a_deployment(served):
    url = served.servers[0].url
    code, found = look(served, "--url", url, LODGEPOLE_API_KEY="wrong")
    assert (code, found["Server"]["state"], found["Key"]["state"]) == (1, "ok", "problem")
    assert "keys create" in found["Key"]["advice"]
    code, found = look(served, "--url", "http://127.0.0.1:9")
    assert (code, list(found)) == (1, ["Server"])


def test_what_would_stop_a_start_is_told_with_what_to_do(machine, tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data").chmod(0o755)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        ended = machine.run("doctor", "--data-dir", str(tmp_path / "data"), LODGEPOLE_PORT=port)
    assert f"Port {port} on 127.0.0.1: cannot be taken" in ended.stdout
    assert f"chmod 700 {tmp_path / 'data'}" in ended.stdout
    assert "No server answers" in ended.stdout
