"""Print what an idle server costs: CPU until ready, resident memory, installed size.

Installs Lodgepole from the runtime lock file into a fresh environment and weighs it, compiles it
to bytecode as pip does or the first start would, and starts `lodgepole serve` from there twice on
an empty data directory: with an empty cache (the model is converted first) and with a warm one.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

READY_SECONDS_MAX = 60
SETTLE_SECONDS = 3
ROOT = Path(__file__).resolve().parent.parent


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


def measure(python: Path, data_dir: Path, cache_dir: Path) -> dict[str, float]:
    """Start a server, wait until it is ready, let it settle, stop it."""
    port_file = data_dir / "port"
    environment = os.environ | {"LODGEPOLE_CACHE_DIR": str(cache_dir)}
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
        return {
            "ready_wall_seconds": round(ready, 2),
            "ready_cpu_seconds": round(cpu, 2),
            "idle_rss_mb": round(rss_mb(process.pid), 1),
            "idle_cpu_percent": round(100 * idle, 2),
        }
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
        for name in ("first start", "second start"):
            data_dir = Path(folder) / name.split()[0]
            data_dir.mkdir()
            print(name, json.dumps(measure(python, data_dir, Path(folder) / "cache")))


if __name__ == "__main__":
    main()
