"""Weights are what the hub says they are, or they are not kept."""

import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from lodgepole.adapters import model_hub
from lodgepole.adapters.model_hub import Hub
from lodgepole.errors import Unavailable

WEIGHTS = b"GGUF" + bytes(range(256)) * 9000
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
GIT_SHA1 = hashlib.sha1(b"blob %d\0" % len(WEIGHTS) + WEIGHTS).hexdigest()  # noqa: S324  Git's


class Mirror:
    """A hub on loopback: where it redirects to, what it says and what it sends can be chosen."""

    def __init__(self, *, headers=None, pointer=None, sent=WEIGHTS, cut=None):
        self.asked: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                mirror.asked.append(f"HEAD {self.path}")
                self._redirect()

            def do_GET(self):
                mirror.asked.append(f"GET {self.path}")
                if "/resolve/" in self.path:
                    self._redirect()
                elif "/raw/" in self.path and pointer is not None:
                    self._send(pointer)
                elif self.path.startswith("/cdn/"):
                    self._send(sent)
                else:
                    self.send_error(404)

            def _redirect(self):
                self.send_response(302)
                self.send_header("location", "/cdn/weights")
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def _send(self, body):
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:cut])

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


LINKED = {"X-Linked-Etag": f'"{SHA256}"', "X-Linked-Size": str(len(WEIGHTS))}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {len(WEIGHTS)}\n"


def pull(mirror, folder, told=lambda done, size: None):
    return Hub(mirror.url).fetch("us/tiny-GGUF", "tiny.gguf", folder / "tiny.gguf", told=told)


SMALL = {"ETag": f'W/"{GIT_SHA1}"'}


@pytest.mark.parametrize(
    "says", [{"headers": LINKED}, {"pointer": POINTER.encode()}, {"headers": SMALL}]
)
def test_what_the_hub_says_of_a_file_is_what_it_is_compared_with(tmp_path: Path, says):
    told: list[tuple[int, int]] = []
    with Mirror(**says) as mirror:
        path = pull(mirror, tmp_path / "models", lambda done, size: told.append((done, size)))
        assert path == tmp_path / "models" / "tiny.gguf"
        assert path.read_bytes() == WEIGHTS
        assert told[-1] == (len(WEIGHTS), 0 if says.get("headers") == SMALL else len(WEIGHTS))
        asked = len(mirror.asked)
        assert pull(mirror, tmp_path / "models") == path
        assert len(mirror.asked) == asked  # what is there is not fetched again


@pytest.mark.parametrize(
    ("mirror", "words"),
    [
        ({"headers": LINKED, "sent": WEIGHTS[:-1] + b"!"}, "is not what the hub says"),
        ({"headers": LINKED, "sent": WEIGHTS + b"more"}, "is not what the hub says"),
        ({"headers": LINKED, "sent": WEIGHTS[:99]}, "99 bytes of"),
        ({"headers": LINKED, "cut": 99}, "cannot be reached"),
        ({"headers": SMALL, "sent": WEIGHTS[:-1]}, "is not what the hub says"),
        ({}, "does not say which SHA-256"),
        ({"headers": {"X-Linked-Etag": '"short"', "X-Linked-Size": "9"}}, "which SHA-256"),
        ({"pointer": b"<html>"}, "which SHA-256"),
    ],
)
def test_nothing_else_is_kept(tmp_path: Path, mirror, words):
    with Mirror(**mirror) as made, pytest.raises(Unavailable, match=words):
        pull(made, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_hub_that_is_not_there_and_a_full_disk_are_told(tmp_path: Path, monkeypatch):
    with pytest.raises(Unavailable, match="model_hub_url"):
        Hub("http://127.0.0.1:9").fetch("a/b", "c", tmp_path / "c", told=lambda *_: None)
    monkeypatch.setattr(model_hub, "SPARE_BYTES", 1 << 60)
    with Mirror(headers=LINKED) as mirror, pytest.raises(Unavailable, match="no room"):
        pull(mirror, tmp_path)


def test_a_file_that_the_hub_has_not_is_told(tmp_path: Path):
    def absent(request):
        return httpx2.Response(404)

    hub = Hub(transport=httpx2.MockTransport(absent))
    with pytest.raises(Unavailable, match=r"has no file onnx/model\.onnx in a/b"):
        hub.fetch("a/b", "onnx/model.onnx", tmp_path / "model.onnx", told=lambda *_: None)
    assert list(tmp_path.iterdir()) == []
