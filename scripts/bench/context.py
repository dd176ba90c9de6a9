"""Measure context over HTTP: a real server, one set of files, one kept connection.

    python scripts/bench/context.py SETDIR [--requests 300] [--keep DATA_DIR]

A set is a directory with `files/` and `queries.jsonl`. Printed: p50 and p95 of a request, and the
CPU milliseconds that the server spends on one, beside those of a floor measured in the same run:
embedding the query.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import numpy as np
import platformdirs

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder

KEY = "bench-key-0123456789"


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def upload(client: httpx2.Client, directory: Path) -> None:
    """Every file of the set, and wait until all are searchable."""
    if client.get("/assistants/bench").status_code == 200:
        return
    client.post("/assistants", json={"name": "bench"}).raise_for_status()
    waiting = []
    for path in sorted((directory / "files").iterdir()):
        answer = client.post("/files/bench", files={"file": (path.name, path.read_bytes())})
        waiting.append(answer.raise_for_status().json()["id"])
    for operation in waiting:
        while client.get(f"/operations/bench/{operation}").json()["status"] == "Processing":
            time.sleep(0.5)


async def embedding(questions: list[str]) -> tuple[float, float]:
    """Milliseconds and CPU milliseconds of embedding a query."""
    embedder = OnnxRuntimeEmbedder(platformdirs.user_cache_path("lodgepole", appauthor=False))
    await embedder.embed_query("warm")
    begun, cpu = time.perf_counter(), time.process_time()
    for question in questions:
        await embedder.embed_query(question)
    taken = (time.perf_counter() - begun, time.process_time() - cpu)
    await embedder.close()
    return taken[0] * 1000 / len(questions), taken[1] * 1000 / len(questions)


def measure(client: httpx2.Client, pid: int, questions: list[str]) -> dict[str, float]:
    times: list[float] = []
    for question in questions[:30]:
        client.post("/chat/bench/context", json={"query": question}).raise_for_status()
    cpu = cpu_seconds(pid)
    for question in questions:
        begun = time.perf_counter()
        client.post("/chat/bench/context", json={"query": question})
        times.append((time.perf_counter() - begun) * 1000)
    cpu = (cpu_seconds(pid) - cpu) * 1000 / len(questions)
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    return {"p50_ms": p50, "p95_ms": p95, "cpu_ms": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="data directory that a second run finds filled")
    parser.add_argument("--wait", action="store_true", help="print the pid and wait for a profiler")
    arguments = parser.parse_args()
    lines = (arguments.set / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    questions = [asked[i % len(asked)] for i in range(arguments.requests)]
    with tempfile.TemporaryDirectory() as place:
        data = arguments.keep or Path(place) / "data"
        port_file = Path(place) / "port"
        command = [sys.executable, "-m", "lodgepole", "serve", "--port", "0",
                   "--data-dir", str(data), "--port-file", str(port_file)]  # fmt: skip
        environment = os.environ | {"LODGEPOLE_API_KEY": KEY}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                while not (port_file.exists() and port_file.read_text().strip()):
                    time.sleep(0.1)
                base = f"http://127.0.0.1:{port_file.read_text().strip()}/assistant"
                headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}
                with httpx2.Client(base_url=base, headers=headers, timeout=300) as client:
                    upload(client, arguments.set)
                    if arguments.wait:
                        print(server.pid, flush=True)
                        sys.stdin.readline()
                    result = measure(client, server.pid, questions)
            finally:
                server.terminate()
                server.wait(30)
    result["floor_ms"], result["floor_cpu_ms"] = asyncio.run(embedding(questions[:100]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
