"""A cluster under load while its parts are killed, stopped, restarted and refused.

Three servers and three workers share a PostgreSQL and an S3. Documents come, change and go, while
processes are killed or stopped and woken, the database crashes and the bucket refuses. Afterwards
everything that was accepted must be there once, nothing else may be, and no answer on the way may
have been an error other than of the retryable kind.

    python scripts/chaos/cluster_chaos.py --seconds 180 --seed 1
"""

import argparse
import asyncio
import contextlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import httpx2

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from one_machine import ASSISTANTS, VERSION, Chaos, Story, Tracked, seeded  # noqa: E402
from tests.support.cluster import KEY, Cluster, Process, environment  # noqa: E402
from tests.support.postgres_server import PostgresServer  # noqa: E402
from tests.support.s3_server import BUCKET, S3Server  # noqa: E402

SERVERS = WORKERS = 3
RECOVERY_SECONDS = 150.0  # a lease, and what is queued before
REFUSAL = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Gate:
    """Stands before the bucket, and refuses while it is told to."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.refusing = False
        self.port = 0

    async def open(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            try:
                await asyncio.gather(self._pass(reader, back, writer), self._pass(there, writer))
            finally:
                back.close()
        writer.close()

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        refused: asyncio.StreamWriter | None = None,
    ) -> None:
        while data := await source.read(65536):
            if refused is not None and self.refusing:
                refused.write(REFUSAL)
                await refused.drain()
                refused.close()
                break
            target.write(data)
            await target.drain()
        target.close()


class ClusterChaos(Chaos):
    """The same load and the same checks; each request goes to any of the servers."""

    assistants = (*ASSISTANTS, "probes")

    def __init__(self, options: argparse.Namespace, cluster: Cluster) -> None:
        self.options = options
        self.cluster = cluster
        self.story = Story()
        self.files: dict[tuple[str, str], Tracked] = {}
        self.deleted: set[tuple[str, str]] = set()
        self.chance = seeded(options.seed)
        self.names = iter(range(10**9))
        self.done = asyncio.Event()
        self.servers: list[Process] = []
        self.workers: list[Process] = []
        self.statuses: dict[int, int] = {}
        self.done_to: dict[str, list[float]] = {}
        self.client = httpx2.AsyncClient(
            headers={"Api-Key": KEY, "X-Pinecone-Api-Version": VERSION},
            timeout=httpx2.Timeout(300.0),
            limits=httpx2.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    async def ask(self, method: str, path: str, **parts: Any) -> httpx2.Response | None:
        server = random.choice(self.servers)  # noqa: S311  which one does not matter
        url = f"{server.url}/assistant{path}"
        try:
            answer = await self.client.request(method, url, **parts)
        except httpx2.TransportError:
            return None
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code == 400 and "no available files" not in answer.text.lower():
            self.story.wrong.append(f"{method} {path}: {answer.text[:200]}")
        return answer

    async def wanted(self, method: str, path: str, **parts: Any) -> httpx2.Response:
        """The answer of whichever server answers first without asking to come again."""
        while True:
            answer = await self.ask(method, path, **parts)
            if answer is not None and answer.status_code != 503:
                return answer
            await asyncio.sleep(0.2)

    # --- what is done to it -------------------------------------------------------------------

    async def disturb(self, gate: Gate, database: PostgresServer) -> None:
        plan = {
            "server killed": self.kill_server,
            "worker killed": self.kill_worker,
            "worker stopped and woken": self.stop_worker,
            "server stopped and woken": self.stop_server,
            "database crashed": lambda: self.crash(database),
            "bucket refusing": lambda: self.refuse(gate),
        }
        ends = time.monotonic() + self.options.seconds
        while time.monotonic() < ends:
            for name in self.chance.sample(sorted(plan), len(plan)):
                await plan[name]()
                self.done_to.setdefault(name, []).append(await self.recovered())
                if time.monotonic() > ends:
                    break
        self.done.set()

    async def kill_server(self) -> None:
        await self.kill_one(self.servers, self.cluster.api, "--no-work")

    async def kill_worker(self) -> None:
        await self.kill_one(self.workers, self.cluster.worker)

    async def kill_one(self, running: list[Process], start: Any, *options: str) -> None:
        """And have another one started, as whoever runs them would."""
        place = self.chance.randrange(len(running))
        running[place].popen.kill()
        running[place].popen.wait()
        running[place] = await asyncio.to_thread(start, *options)

    async def stop_worker(self) -> None:
        await self.stop_one(self.workers, 25.0)

    async def stop_server(self) -> None:
        await self.stop_one(self.servers, 4.0)

    async def stop_one(self, running: list[Process], seconds: float) -> None:
        popen = self.chance.choice(running).popen
        popen.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        popen.send_signal(signal.SIGCONT)

    async def crash(self, database: PostgresServer) -> None:
        await asyncio.to_thread(database.crash)
        await asyncio.sleep(3.0)
        await asyncio.to_thread(database.start)

    async def refuse(self, gate: Gate) -> None:
        gate.refusing = True
        await asyncio.sleep(10.0)
        gate.refusing = False

    async def recovered(self) -> float:
        """Seconds until a file that is uploaded now is found."""
        began = time.monotonic()
        name = f"probe-{next(self.names)}"
        word = f"zq{name.replace('-', '')}"
        file = {"file": (f"{name}.txt", f"The {word} was seen.".encode())}
        self.files["probes", name] = probe = Tracked("probes", name, {None})
        answer = await self.wanted("PUT", f"/files/probes/{name}", files=file)
        if answer.status_code not in (202, 409):  # 409: an answer that broke off was accepted
            self.story.wrong.append(f"PUT probe: {answer.status_code} {answer.text}")
            return 0.0
        probe.words.append(word)
        probe.accepted(word)
        while time.monotonic() - began < RECOVERY_SECONDS:
            if await self.found("probes", word):
                return time.monotonic() - began
            await asyncio.sleep(0.1)
        self.story.wrong.append(f"{name} is not found after {RECOVERY_SECONDS:.0f} s")
        return time.monotonic() - began

    # --- the end ------------------------------------------------------------------------------

    def traces(self, s3: S3Server) -> list[str]:
        """Words that are gone and are still somewhere; contents that are there twice."""
        rows = self.cluster.rows("SELECT passage FROM index_passages")
        stored = b"\n".join(bytes(row[0]) for row in rows)
        keys = s3.environment()
        client = boto3.client(
            "s3",
            endpoint_url=s3.url,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            region_name=keys["AWS_REGION"],
        )
        blobs = []
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for entry in page.get("Contents", ()):
                body = client.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
                blobs.append(body)
        everything = stored + b"\n".join(blobs)
        left = [word for word in self.gone_words() if word.encode() in everything]
        twice = self.cluster.rows(
            "SELECT file_id FROM index_files GROUP BY assistant_id, file_id HAVING count(*) > 1"
        )
        return [f"{word} is gone and left behind" for word in left] + [
            f"{row[0]} is in the index twice" for row in twice
        ]


def verified(cluster: Cluster) -> str:
    """What `lodgepole verify --repair` says once all processes have ended."""
    done = subprocess.run(
        [sys.executable, "-m", "lodgepole", "verify", "--repair"],
        env={**cluster.environment, "LODGEPOLE_DATA_DIR": str(cluster.folder / "verify")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return (done.stdout + done.stderr).strip()


async def run(options: argparse.Namespace, folder: Path) -> int:
    database, s3 = PostgresServer(options={}), S3Server()
    gate = Gate(s3.port)
    await gate.open()
    variables = environment(database.url(), s3, prefix="files", port=gate.port)
    cluster = Cluster(folder, variables, database.url())
    chaos = ClusterChaos(options, cluster)
    try:
        first = await asyncio.to_thread(cluster.api, "--no-work")
        more = [asyncio.to_thread(cluster.api, "--no-work") for _ in range(SERVERS - 1)]
        chaos.servers = [first, *await asyncio.gather(*more)]
        chaos.workers = [cluster.worker() for _ in range(WORKERS)]
        for assistant in chaos.assistants:
            await chaos.wanted("POST", "/assistants", json={"name": assistant})
        await chaos.recovered()
        began = time.monotonic()
        work = [asyncio.create_task(chaos.write(options.seed * 100 + n)) for n in range(3)]
        work.append(asyncio.create_task(chaos.read()))
        await chaos.disturb(gate, database)
        await asyncio.gather(*work)
        lasted = time.monotonic() - began
        settled = await chaos.settle()
        counts = await chaos.check()
        for process in cluster.processes:
            await asyncio.to_thread(process.stop)
        report = await asyncio.to_thread(verified, cluster)
        traces = await asyncio.to_thread(chaos.traces, s3)
    finally:
        for process in cluster.processes:
            process.stop()
        await chaos.client.aclose()
        database.close()
        s3.close()
    print(f"{SERVERS} servers, {WORKERS} workers, {lasted:.0f} s, seed {options.seed}")
    print(f"settled {settled:.1f} s after; " + ", ".join(f"{n} {k}" for k, n in counts.items()))
    return told(chaos, report, traces)


def told(chaos: ClusterChaos, report: str, traces: list[str]) -> int:
    story = chaos.story
    for name, recoveries in sorted(chaos.done_to.items()):
        print(
            f"{len(recoveries)} x {name}: a new file found after "
            f"{statistics.median(recoveries):.1f} s (median), {max(recoveries):.1f} s (most)"
        )
    print(
        f"{story.accepted} changes accepted, {story.refused} refused, {story.unanswered} broken "
        f"off; {story.looks} looks for deleted words on the way"
    )
    print("answers by status: " + ", ".join(f"{k}: {n}" for k, n in sorted(chaos.statuses.items())))
    print(f"verify: {report}")
    wrong = [*story.wrong, *traces]
    wrong += [f"status {code}" for code in chaos.statuses if code >= 500 and code != 503]
    for sentence in wrong[:20]:
        print("WRONG:", sentence)
    failed = bool(wrong) or "nothing is left over" not in report
    print("FAILED" if failed else "nothing lost, nothing twice, nothing left over")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=180.0, help="of disturbances")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between changes")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lodgepole-chaos-") as folder:
        return asyncio.run(run(options, options.keep or Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
