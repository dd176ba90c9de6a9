import subprocess
from pathlib import Path

import pytest
from tests.support.machine import LODGEPOLE, Machine

from lodgepole.cli.connection import (
    connect,
    find_key,
    load_settings,
    read_json_option,
    remove_address,
    url_host,
    write_address,
)
from lodgepole.errors import InvalidRequest


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LODGEPOLE_URL", "LODGEPOLE_API_KEY", "LODGEPOLE_DATA_DIR", "LODGEPOLE_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_address_is_the_option_then_the_environment_then_the_running_server_then_the_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with connect(None, tmp_path) as client:
        assert client.url == "http://127.0.0.1:8080"
    write_address(tmp_path, "http://127.0.0.1:7000")
    with connect(None, tmp_path) as client:
        assert client.url == "http://127.0.0.1:7000"
    monkeypatch.setenv("LODGEPOLE_URL", "http://127.0.0.1:7001/")
    with connect(None, tmp_path) as client:
        assert client.url == "http://127.0.0.1:7001"
    with connect("http://127.0.0.1:7002", tmp_path) as client:
        assert client.url == "http://127.0.0.1:7002"


def test_a_stopped_server_leaves_no_address(tmp_path: Path):
    write_address(tmp_path, "http://127.0.0.1:7000")
    remove_address(tmp_path)
    remove_address(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_key_left_by_a_local_server_is_never_sent_to_another_machine(tmp_path: Path):
    (tmp_path / "api_key").write_text("lp_local\n")
    settings = load_settings(data_dir=tmp_path)
    assert find_key(settings, "http://127.0.0.1:8080") == "lp_local"
    assert find_key(settings, "http://[::1]:8080") == "lp_local"
    assert find_key(settings, "https://lodgepole.example.com") is None
    assert find_key(settings, "http://127.0.0.1.example.com") is None


def test_the_key_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "api_key").write_text("lp_local")
    monkeypatch.setenv("LODGEPOLE_API_KEY", "chosen")
    settings = load_settings(data_dir=tmp_path)
    assert find_key(settings, "https://lodgepole.example.com") == "chosen"
    assert find_key(settings, "http://127.0.0.1:8080") == "chosen"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LODGEPOLE_PORT", "many")
    with pytest.raises(InvalidRequest, match="port"):
        load_settings()


def test_an_unreadable_limit_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LODGEPOLE_LIMITS", "{")
    with pytest.raises(InvalidRequest, match="limits"):
        load_settings()


@pytest.mark.parametrize("text", ["{", "[1]", "3", '"x"'])
def test_an_option_that_is_no_json_object_is_refused(text: str):
    with pytest.raises(InvalidRequest, match="--filter"):
        read_json_option("--filter", text)


def test_an_option_that_is_a_json_object_is_read():
    assert read_json_option("--filter", '{"a": 1}') == {"a": 1}
    assert read_json_option("--filter", None) is None


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("::", "127.0.0.1"), ("a.b", "a.b")],
)
def test_hosts_are_written_so_that_a_url_can_hold_them(host: str, written: str):
    assert url_host(host) == written


def test_a_folder_that_may_not_be_looked_into_is_a_clear_error(machine: Machine, tmp_path: Path):
    here = tmp_path / "closed"
    here.mkdir()
    try:
        done = subprocess.run(
            ["sh", "-c", 'chmod 000 . && exec "$@"', "sh", *LODGEPOLE, "serve"],
            cwd=here,
            env=machine.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        here.chmod(0o700)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "lodgepole.toml cannot be read: Permission denied" in done.stderr
