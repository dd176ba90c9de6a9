"""Clients that hold a connection and do nothing with it, as many as a server may meet.

    python scripts/chaos/crowds.py [--idle 2000] [--readers 900]

Idle ones ask nothing; readers ask for one file by one signed link, and read nothing of it. Printed:
how long `/healthz` took beside each crowd, and how much memory the server had. Exits with 1 where
it did not answer, or where the readers took more than `MEMORY_MOST_MIB`.
"""

import argparse
import contextlib
import resource
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from serving import Served, serving, wait_for_files

LOOKS = 10  # at /healthz beside a crowd
FILE_BYTES = 9_000_000
MEMORY_MOST_MIB = 200.0  # 200 downloads at once of a quarter of a megabyte, and as much again


def healthz_ms(served: Served) -> float:
    """The longest of some looks. Raises HTTPStatusError where it does not answer."""
    longest = 0.0
    for _ in range(LOOKS):
        began = time.perf_counter()
        url = served.http.base_url.copy_with(path="/healthz")
        httpx2.get(url, trust_env=False, timeout=60).raise_for_status()
        longest = max(longest, time.perf_counter() - began)
    return 1000 * longest


def crowd(stack: contextlib.ExitStack, url: str, count: int, asking: bytes = b"") -> int:
    """How many connections of them came about."""
    address, made = urlsplit(url), 0
    for _ in range(count):
        with contextlib.suppress(OSError):
            client = socket.create_connection((address.hostname, address.port), timeout=30)
            stack.callback(client.close)
            client.sendall(asking)
            made += 1
    return made


def memory_mib(served: Served) -> float:
    text = Path(f"/proc/{served.pid}/status").read_text("ascii")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--readers", type=int, default=900)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with serving() as served:
        http = served.http
        http.post("/assistants", json={"name": "a"}).raise_for_status()
        # White space after a few words: large to send, and read at once.
        data = b"The boat is blue." + b"\n" * FILE_BYTES
        sent = http.post("/files/a", files={"file": ("a.txt", data)})
        sent.raise_for_status()
        wait_for_files(http, "a", 120)
        url = f"/files/a/{sent.json()['file_id']}"
        link = http.get(url, params={"include_url": "true"}).json()["signed_url"]
        with contextlib.ExitStack() as stack:
            made = crowd(stack, str(http.base_url), options.idle)
            print(f"{made} idle connections: /healthz within {healthz_ms(served):.0f} ms")
        before = memory_mib(served)
        target = urlsplit(link)
        asked = f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: {target.netloc}\r\n\r\n"
        with contextlib.ExitStack() as stack:
            made = crowd(stack, str(http.base_url), options.readers, asked.encode())
            took = healthz_ms(served)
            grown = memory_mib(served) - before
        print(f"{made} readers of one link: /healthz within {took:.0f} ms, {grown:.0f} MiB more")
    return int(grown > MEMORY_MOST_MIB)


if __name__ == "__main__":
    sys.exit(main())
