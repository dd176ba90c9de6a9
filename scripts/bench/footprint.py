"""Print what a server costs: CPU until ready, installed size, resident memory idle and after work.

Installs Lodgepole from the runtime lock file into a fresh environment and weighs it, compiles it
to bytecode as pip does or the first start would, and starts `lodgepole serve` from there twice on
an empty data directory: with an empty cache (the model is converted first) and with a warm one.
The second one then ingests generated documents and is asked a few questions, and its memory, with
that of the processes it has started, is read again.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

READY_SECONDS_MAX = 60
INGEST_SECONDS_MAX = 300
KEY = "key-of-the-benchmark"
FILES, FILE_BYTES, QUESTIONS = 4, 250_000, 30
WORDS = (  # noqa: SIM905  one word a line would be longer than the rest
    "the of a river mountain engine contract revenue department safety valve pump shall operator "
    "interval maintenance pressure temperature report annual customer policy request server"
).split()
SETTLE_SECONDS = 3
ROOT = Path(__file__).resolve().parents[2]


def descendants(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def rss_mb(pid: int) -> float:
    pages = sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in descendants(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    ticks = 0
    for p in descendants(pid):
        fields = Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += sum(int(x) for x in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def document(seed: int) -> bytes:
    """Sentences of `WORDS` with numbers between them, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  no secret
    text = ""
    while len(text) < FILE_BYTES:
        words = [draw.choice(WORDS) for _ in range(draw.randint(8, 24))]
        words.insert(draw.randrange(len(words)), str(draw.randint(1, 999)))
        text += " ".join(words).capitalize() + draw.choice([". ", ". ", ". ", ".\n\n"])
    return text.encode()


def call(port: int, method: str, path: str, body: bytes = b"", kind: str = "") -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04", "Content-Type": kind}
    connection.request(method, f"/assistant{path}", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status >= 400:
        sys.exit(f"{method} {path}: {answer.status} {content!r}")
    return json.loads(content)


def work(port: int, pid: int) -> dict[str, float]:
    """Ingest `FILES` documents one after the other, then ask; memory after each of the two."""
    call(port, "POST", "/assistants", b'{"name": "bench"}', "application/json")
    deadline = time.monotonic() + INGEST_SECONDS_MAX
    for number in range(FILES):
        head = f'Content-Disposition: form-data; name="file"; filename="{number}.txt"'
        form = b"--x\r\n%b\r\n\r\n%b\r\n--x--\r\n" % (head.encode(), document(number))
        accepted = call(port, "POST", "/files/bench", form, "multipart/form-data; boundary=x")
        state = accepted
        while state["status"] == "Processing" and time.monotonic() < deadline:
            state = call(port, "GET", f"/operations/bench/{accepted['id']}")
        if state["status"] != "Completed":
            sys.exit(f"a document was not ingested: {state}")
    ingested = rss_mb(pid)
    for number in range(QUESTIONS):
        body = json.dumps({"query": f"pump pressure {number}"}).encode()
        call(port, "POST", "/chat/bench/context", body, "application/json")
    return {
        "ingested_mb": FILES * FILE_BYTES / 1e6,
        "rss_mb_after_ingesting": round(ingested, 1),
        "rss_mb_after_questions": round(rss_mb(pid), 1),
    }


def measure(python: Path, data_dir: Path, cache_dir: Path, *, works: bool) -> dict[str, float]:
    """Start a server, wait until it is ready, let it settle, perhaps let it work, stop it."""
    port_file = data_dir / "port"
    environment = os.environ | {
        "LODGEPOLE_CACHE_DIR": str(cache_dir),
        "LODGEPOLE_API_KEY": KEY,
        "LODGEPOLE_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen(
        [
            *(python, "-m", "lodgepole", "serve", "--port", "0"),
            *("--data-dir", str(data_dir), "--port-file", str(port_file)),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    started = time.monotonic()
    try:
        while True:
            if process.poll() is not None or time.monotonic() - started > READY_SECONDS_MAX:
                sys.exit("the server did not become ready")
            try:
                url = f"http://127.0.0.1:{int(port_file.read_text())}/readyz"
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if answer.status == 200:
                        break
            except (OSError, ValueError):
                time.sleep(0.02)
        ready = time.monotonic() - started
        cpu = cpu_seconds(process.pid)
        time.sleep(SETTLE_SECONDS)
        settled = cpu_seconds(process.pid)
        time.sleep(SETTLE_SECONDS)
        idle = (cpu_seconds(process.pid) - settled) / SETTLE_SECONDS
        found = {
            "ready_wall_seconds": round(ready, 2),
            "ready_cpu_seconds": round(cpu, 2),
            "idle_rss_mb": round(rss_mb(process.pid), 1),
            "idle_cpu_percent": round(100 * idle, 2),
        }
        return found | (work(int(port_file.read_text()), process.pid) if works else {})
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def install(environment_dir: Path) -> None:
    """A fresh environment with the locked runtime, the model and Lodgepole, nothing else."""
    uv = ROOT / ".uv/bin/uv"
    environment = os.environ | {"VIRTUAL_ENV": str(environment_dir)}
    for step in (
        ["venv", "--python", sys.executable, str(environment_dir)],
        ["pip", "sync", "--require-hashes", "requirements/runtime.lock"],
        ["pip", "install", "--no-deps", "."],
    ):
        subprocess.run([uv, *step, "--quiet"], check=True, env=environment, cwd=ROOT)


def size_mb(folder: Path) -> float:
    used = sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file())
    return round(used / 2**20, 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment_dir = Path(folder) / "environment"
        install(environment_dir)
        installed = size_mb(environment_dir)
        python = environment_dir / "bin/python"
        subprocess.run([python, "-m", "compileall", "-q", environment_dir], check=False)
        bytecode = round(size_mb(environment_dir) - installed, 1)
        print("installed", json.dumps({"environment_mb": installed, "bytecode_mb": bytecode}))
        for name, works in (("first start", False), ("second start", True)):
            data_dir = Path(folder) / name.split()[0]
            data_dir.mkdir()
            print(name, json.dumps(measure(python, data_dir, Path(folder) / "cache", works=works)))


if __name__ == "__main__":
    main()
