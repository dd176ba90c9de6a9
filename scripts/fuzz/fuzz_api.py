"""Send generated requests, valid and not, to a server and check each answer against our OpenAPI.

Starts `lodgepole serve` on an empty data directory, gives it an assistant with a file, and runs
schemathesis over the documents of the newest version, of the last of the older ones, of the routes
of the OpenAI API and of our own, with all checks and a fixed seed. Prints what was sent; ends with
1 when anything was found.
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent
SERVER_PYTHON = ROOT / ".venv/bin/python"
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
READY_SECONDS_MAX = 60
DOCUMENTS = {
    "2026-04": ("/assistant", 1.0),
    "2025-10": ("/assistant", 0.3),
    "openai": ("/v1", 0.3),
    "lodgepole": ("/lodgepole", 0.15),
}
"""Where the paths of each are, and the share of `--examples` that it gets: older clients' look at a
file may wait for it, and of the others most know nothing of what was generated."""
KEY = "key-of-the-fuzzer"
DOCUMENT = b"Lodgepole pines grow in the west. Their cones open in the heat of a fire. " * 20


def call(url: str, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}
    if kind:
        headers["Content-Type"] = kind
    to = url.removeprefix("http://")
    connection = http.client.HTTPConnection(to, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        sys.exit(f"{method} {path}: {answer.status} {content!r}")
    return content


def seed(url: str) -> None:
    """The assistants that the requests name, one of them with a file that is available."""
    for name in ("fuzzed", "doomed"):
        body = json.dumps({"name": name}).encode()
        call(url, "POST", "/assistant/assistants", body, "application/json")
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="pines.txt"\r\n\r\n'
        + DOCUMENT
        + b"\r\n--x--\r\n"
    )
    accepted = call(url, "POST", "/assistant/files/fuzzed", form, "multipart/form-data; boundary=x")
    operation = json.loads(accepted)["id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = json.loads(call(url, "GET", f"/assistant/operations/fuzzed/{operation}"))
        if state["status"] == "Completed":
            return
    sys.exit(f"the file did not become available: {state}")


def fuzz(url: str, document: str, options: list[str]) -> int:
    versioned = document[0].isdigit()
    version = ("--header", f"X-Pinecone-Api-Version: {document}") if versioned else ()
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(SCRIPTS / "fuzz.toml"), "run"),
        *(f"{url}/openapi/{document}.json", "--url", f"{url}{DOCUMENTS[document][0]}"),
        *(*version, "--header", f"Api-Key: {KEY}"),
        # Lines of JSON are written by no serializer there.
        *("--exclude-operation-id", "give_passages"),
        *("--checks", "all", "--mode", "all", *options),
    ]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "fuzz_hooks",
        "PYTHONPATH": str(SCRIPTS),
    }
    return subprocess.run(command, env=environment, cwd=SCRIPTS, check=False).returncode


def rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="cases for each operation")
    parser.add_argument("--documents", nargs="*", default=list(DOCUMENTS))
    given, options = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        server = subprocess.Popen(
            [
                *(SERVER_PYTHON, "-m", "lodgepole", "serve", "--port", "0"),
                *("--data-dir", folder, "--port-file", str(port_file)),
            ],
            env=os.environ | {"LODGEPOLE_API_KEY": KEY, "LODGEPOLE_LOG_LEVEL": "ERROR"},
            stdout=subprocess.DEVNULL,
        )
        try:
            started = time.monotonic()
            while not port_file.exists():
                if server.poll() is not None or time.monotonic() - started > READY_SECONDS_MAX:
                    sys.exit("the server did not start")
                time.sleep(0.05)
            url = f"http://127.0.0.1:{port_file.read_text()}"
            seed(url)
            failed: list[str] = []
            for document in given.documents:
                examples = max(1, round(given.examples * DOCUMENTS[document][1]))
                if fuzz(url, document, [*options, "--max-examples", str(examples)]):
                    failed.append(document)
            if server.poll() is not None:
                sys.exit("the server ended while it was asked")
            print(f"server: {rss_mb(server.pid):.0f} MB resident after it all")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    sys.exit(f"failures in {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
