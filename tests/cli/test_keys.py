"""Keys of a running server, made and revoked by another process on the same machine."""

import json
import time
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.live
REVOKED_WITHIN_SECONDS = 5.0


def status(server, secret: str) -> int:
    headers = {"Api-Key": secret}
    return httpx2.get(
        f"{server.url}/assistant/assistants", headers=headers, trust_env=False
    ).status_code


def test_a_key_works_at_once_and_a_revoked_one_is_refused_within_seconds(machine, tmp_path: Path):
    data_dir = str(tmp_path / "data")
    server = machine.start(tmp_path / "data")
    made = machine.run(
        "keys", "create", "ci", "--role", "control_read", "--data-dir", data_dir, "--json"
    )
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)
    assert (key["name"], key["role"]) == ("ci", "control_read")
    assert status(server, key["api_key"]) == 200
    listed = machine.run("keys", "list", "--data-dir", data_dir)
    assert key["id"] in listed.stdout
    assert key["api_key"] not in listed.stdout
    assert machine.run("keys", "revoke", key["id"], "--data-dir", data_dir).returncode == 0
    end = time.monotonic() + REVOKED_WITHIN_SECONDS
    while status(server, key["api_key"]) == 200:
        assert time.monotonic() < end
    again = machine.run("keys", "revoke", key["id"], "--data-dir", data_dir)
    assert (again.returncode, again.stderr) == (1, f"error: API key {key['id']} not found.\n")


def test_the_first_key_stays_revoked_after_a_start_and_another_is_made(machine, tmp_path: Path):
    data_dir = str(tmp_path / "data")
    first = machine.start(tmp_path / "data")
    [kept] = json.loads(machine.run("keys", "list", "--data-dir", data_dir, "--json").stdout)[
        "keys"
    ]
    first.stop()
    assert machine.run("keys", "revoke", kept["id"], "--data-dir", data_dir).returncode == 0
    second = machine.start(tmp_path / "data")
    assert second.api_key
    assert second.api_key != first.api_key
    assert status(second, first.api_key) == 401


def test_a_kept_key_that_was_revoked_is_not_seeded_beside_another(machine, tmp_path: Path):
    data_dir = str(tmp_path / "data")
    first = machine.start(tmp_path / "data")
    secret = (tmp_path / "data" / "api_key").read_text()
    [kept] = json.loads(machine.run("keys", "list", "--data-dir", data_dir, "--json").stdout)[
        "keys"
    ]
    machine.run("keys", "create", "other", "--data-dir", data_dir)
    machine.run("keys", "revoke", kept["id"], "--data-dir", data_dir)
    first.stop()
    (tmp_path / "data" / "api_key").write_text(secret)
    assert status(machine.start(tmp_path / "data"), first.api_key) == 401


def test_a_directory_without_a_catalog_is_told(machine, tmp_path: Path):
    ended = machine.run("keys", "list", "--data-dir", str(tmp_path / "nothing"))
    assert ended.returncode == 1
    assert "There is no catalog in" in ended.stderr
    assert not (tmp_path / "nothing").exists()


def test_a_key_is_bound_to_an_assistant_and_to_files(machine, tmp_path: Path):
    data_dir = str(tmp_path / "data")
    server = machine.start(tmp_path / "data")
    options = ("--role", "data_read", "--assistant", "a", "--filter", '{"team": "legal"}')
    made = machine.run("keys", "create", "legal", *options, "--data-dir", data_dir, "--json")
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)
    assert (key["assistants"], key["filter"]) == (["a"], {"team": "legal"})
    assert status(server, key["api_key"]) == 403
    listed = machine.run("keys", "list", "--data-dir", data_dir)
    assert "a, by a filter" in listed.stdout
    refused = machine.run("keys", "create", "x", "--assistant", "a", "--data-dir", data_dir)
    assert refused.returncode != 0
    assert "data_read" in refused.stderr
