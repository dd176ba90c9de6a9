"""A temporary server that a command starts for itself."""

import contextlib
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from lodgepole.adapters.host.data_directory import made
from lodgepole.cli.connection import find_key
from lodgepole.errors import Unavailable

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

START_SECONDS = 120.0  # the first start converts the embedding model
STOP_SECONDS = 20.0
LOG_LINES = 5  # of a server that did not start


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    url: str
    api_key: str
    data_dir: Path


@contextlib.contextmanager
def server_of_its_own(settings: "Settings") -> Generator[OwnServer]:
    """A server of its own process on a free loopback port, stopped at the end.

    Raises:
        Unavailable: It did not start; the message is its own.
    """
    made(settings.data_dir)
    log = settings.data_dir / "server.log"
    command = [
        *(sys.executable, "-m", "lodgepole", "serve", "--json"),
        *("--host", "127.0.0.1", "--port", "0", "--data-dir", str(settings.data_dir)),
    ]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603  our own program
    try:
        line = _first_line(process, START_SECONDS)
        if not line:
            raise Unavailable(f"The server did not start. {_tail(log)}")
        url = orjson.loads(line)["url"]
        key = find_key(settings, url)
        if key is None:
            raise Unavailable(f"The key of an earlier run is gone. Remove {settings.data_dir}.")
        yield OwnServer(url=url, api_key=key, data_dir=settings.data_dir)
    finally:
        _stop(process)


def _first_line(process: subprocess.Popen[bytes], timeout: float) -> bytes:
    """The first line of its output; empty when it ended or was silent for `timeout` seconds."""
    lines: queue.Queue[bytes] = queue.Queue()
    output = process.stdout
    assert output is not None
    threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
    try:
        return lines.get(timeout=timeout)
    except queue.Empty:
        return b""


def _tail(log: Path) -> str:
    text = log.read_text("utf-8", errors="replace").strip().splitlines()
    return "\n".join(text[-LOG_LINES:]) or f"It left no word in {log}."


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
