import json
import socket
import stat
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM

import httpx2
import pytest

pytestmark = pytest.mark.live


def status(server, path: str, key: str = "") -> int:
    answer = httpx2.get(server.url + path, headers={"Api-Key": key}, trust_env=False)
    return answer.status_code


@pytest.mark.parametrize("how", [SIGTERM, SIGINT])
def test_a_signal_stops_it_in_good_order(machine, tmp_path: Path, how):
    server = machine.start(tmp_path / "data", "--port-file", str(tmp_path / "port"))
    assert status(server, "/healthz") == 200
    assert server.url.endswith(f":{(tmp_path / 'port').read_text()}")
    assert (tmp_path / "data" / "server.json").exists()
    assert server.stop(how) == (0, "")
    assert not (tmp_path / "data" / "server.json").exists()


def test_the_first_start_makes_a_key_that_is_private_shown_once_and_outlives_a_kill(
    machine, tmp_path: Path
):
    first = machine.start(tmp_path / "data")
    first.stop(SIGKILL)
    assert first.api_key
    path = tmp_path / "data" / "api_key"
    assert path.read_text().strip() == first.api_key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = machine.start(tmp_path / "data")
    assert second.api_key is None
    assert status(second, "/assistant/assistants", first.api_key) == 200


def test_a_key_of_the_environment_is_accepted_and_never_shown(machine, tmp_path: Path):
    server = machine.start(tmp_path / "data", LODGEPOLE_API_KEY="chosen-by-the-operator")
    assert server.api_key is None
    assert status(server, "/assistant/assistants", "chosen-by-the-operator") == 200
    assert status(server, "/assistant/assistants", "another") == 401
    assert "chosen-by-the-operator" not in server.stop()[1]


def test_a_filter_of_ten_thousand_values_fits_into_an_address(machine, tmp_path: Path):
    server = machine.start(tmp_path / "data", LODGEPOLE_API_KEY="chosen-by-the-operator")
    values = ",".join(f"%22value-{number:06}%22" for number in range(10_000))
    path = f"/assistant/files/nobody?filter=%7B%22genre%22:%7B%22$in%22:[{values}]%7D%7D"
    assert len(path) > 100_000
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: here\r\nApi-Key: chosen-by-the-operator\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 404")  # the assistant, not the address


def test_an_address_that_others_reach_needs_a_chosen_key(machine, tmp_path: Path):
    ended = machine.run("serve", "--host", "::", "--port", "0", "--data-dir", str(tmp_path / "d"))
    assert ended.returncode == 1
    assert "LODGEPOLE_API_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_one_sentence(machine, tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = machine.run("serve", "--port", port, "--data-dir", str(tmp_path / "data"))
    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_data_directory_in_use_is_one_sentence(served):
    holder = served.servers[0]
    ended = served.run("serve", "--port", "0", "--data-dir", str(holder.data_dir), "--json")
    assert ended.returncode == 1
    message = json.loads(ended.stderr)["error"]["message"]
    assert f"in use by another Lodgepole (process {holder.process.pid})" in message
    assert (holder.data_dir / "server.json").exists()


def test_a_second_start_names_the_server_that_is_there(served):
    holder = served.servers[0]
    port = holder.url.rpartition(":")[2]
    ended = served.run("serve", "--port", port, "--data-dir", str(holder.data_dir))
    assert ended.returncode == 1
    assert f"serves at {holder.url} already" in ended.stderr


def test_a_data_directory_that_cannot_be_made_is_one_sentence(machine, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    ended = machine.run("serve", "--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
    assert ended.returncode == 1
    assert "Cannot write the data directory" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_an_unknown_host_is_one_sentence(machine, tmp_path: Path):
    ended = machine.run("serve", "--host", "256.0.0.1", "--data-dir", str(tmp_path / "data"))
    assert ended.returncode == 1
    assert "Cannot listen on '256.0.0.1'" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("place", "content", "message"),
    [
        ("blobs", "in the way", "Cannot use"),
        ("index", "in the way", "Cannot use"),
        ("signing_secret", "not hexadecimal", "is damaged: remove it"),
        ("blobs/assistant/file", "of a catalog that is gone", "catalog.db is missing or empty"),
    ],
)
def test_a_data_directory_that_is_not_whole_is_one_sentence(
    machine, tmp_path: Path, place: str, content: str, message: str
):
    path = tmp_path / "data" / place
    (tmp_path / "data").mkdir(mode=0o700)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    ended = machine.run("serve", "--port", "0", "--data-dir", str(tmp_path / "data"))
    assert ended.returncode == 1
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert path.read_text() == content
