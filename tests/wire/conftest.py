"""A real server process, with the real adapters, on a free port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

KEY = "key-of-the-wire-tests"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    url: str
    key: str

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started once for all tests of a run; stopped by signal, and must then end well.

    With LODGEPOLE_TEST_SET_UP=many it is one of two servers of a cluster with a worker process, so
    that every test runs on PostgreSQL and S3.
    """
    if os.environ.get("LODGEPOLE_TEST_SET_UP") == "many":
        yield from _of_many()
        return
    home = tmp_path_factory.mktemp("server")
    port_file, log = home / "port", home / "log"
    command = [sys.executable, "-m", "lodgepole", "serve", "--port", "0", "--json"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--data-dir", str(home / "data"), "--port-file", str(port_file)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LODGEPOLE_API_KEY": KEY},
        )
    try:
        port = _wait_for(port_file, process, log)
        yield Server(f"http://127.0.0.1:{port}", KEY)
    finally:
        process.terminate()
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def _of_many() -> Iterator[Server]:
    from tests.support.cluster import cluster

    with cluster() as many:
        changed = {"LODGEPOLE_API_KEY": KEY}
        served = many.api("--no-work", **changed)
        many.api(**changed)
        many.worker(**changed)
        yield Server(served.url, KEY)
    for process in many.processes:
        assert process.popen.returncode == 0, process.name


def _wait_for(port_file: Path, process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.exists() and port_file.read_text():
            return int(port_file.read_text())
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


PAGES = (
    ("Harbour rules", "Ships longer than 90 metres must take a pilot on board at Skagen."),
    ("Fees", "Mooring costs 14 euros for each metre of length and night."),
)


def make_pdf() -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for title, sentence in PAGES:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 770, title)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 740, sentence)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Lighthouse", level=1)
    document.add_paragraph("The lighthouse at Anholt has 169 steps and was built in 1785.")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


FILES = {
    "rules.pdf": make_pdf(),
    "lighthouse.docx": make_docx(),
    "notes.md": b"# Ferry\n\nThe ferry to Anholt leaves Grenaa at 09:15 on weekdays.\n",
    "plain.txt": "The smokehouse sells herring for 35 crowns – fresh on Fridays.\n".encode(),
    "boats.json": b'[{"boat": "Freja", "berth": 12}, {"boat": "Odin", "berth": 40}]',
}
