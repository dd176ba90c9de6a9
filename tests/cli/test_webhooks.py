"""`webhooks`: made, tried out, told of an upload, looked at, removed."""

import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

pytestmark = pytest.mark.live
LOOPBACK = '["127.0.0.0/8"]'


@pytest.fixture
def receiver():
    """The address of a server on loopback, and what it was sent."""
    bodies: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # the name that the library calls
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append({"id": self.headers["webhook-id"], **json.loads(body)})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", bodies
    server.shutdown()
    server.server_close()


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # of another process, which nothing here can be told of


def test_a_webhook_lives_and_is_told(machine, receiver, tmp_path):
    address, bodies = receiver
    data_dir = machine.home / ".local" / "share" / "lodgepole"
    machine.start(data_dir, LODGEPOLE_WEBHOOK_NETWORKS=LOOPBACK)
    machine.run("assistants", "create", "docs")
    made = machine.run("webhooks", "create", address, "--assistant", "docs", "--json")
    hook = json.loads(made.stdout)
    assert machine.run("webhooks", "test", hook["id"]).returncode == 0
    until(lambda: len(bodies) == 1)
    assert bodies[0]["type"] == "webhook.test"

    (tmp_path / "one.md").write_text("# One\n\nThe pump runs at 42 bar.")
    assert machine.run("files", "upload", "docs", str(tmp_path / "one.md")).returncode == 0
    until(lambda: len(bodies) == 2)
    told = bodies[1]
    assert (told["type"], told["data"]["assistant"]) == ("operation.completed", "docs")
    assert told["data"]["operation"]["status"] == "Completed"

    shown = machine.run("webhooks", "deliveries", hook["id"], "--json").stdout
    newest = json.loads(shown)["deliveries"][0]
    assert newest["id"] == told["id"]
    assert machine.run("webhooks", "redeliver", hook["id"], told["id"]).returncode == 0
    until(lambda: len(bodies) == 3)
    assert bodies[2] == told

    assert machine.run("webhooks", "rotate", hook["id"]).stdout.count("whsec_") == 1
    assert "disabled" in machine.run("webhooks", "update", hook["id"], "--disable").stdout
    listed = machine.run("webhooks", "list").stdout
    assert address in listed
    assert "whsec_" not in listed
    assert machine.run("webhooks", "update", hook["id"]).returncode == 2
    assert machine.run("webhooks", "delete", hook["id"], "--yes").returncode == 0
    assert "No webhooks yet" in machine.run("webhooks", "list").stdout
