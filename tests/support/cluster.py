"""Many machines on one: a PostgreSQL, an S3, and as many API and worker processes as wanted."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from tests.support.ordinary_user import ORDINARY
from tests.support.postgres_server import PostgresServer
from tests.support.s3_server import BUCKET, S3Server

KEY = "key-of-the-cluster"
STOP_SECONDS = 60.0


@dataclass
class Process:
    """One of ours, with what it writes in a file."""

    name: str
    popen: "subprocess.Popen[str]"
    log: Path
    url: str = ""

    def stop(self) -> None:
        """By signal; it must end well."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        if self.popen.stdout is not None:
            self.popen.stdout.close()


@dataclass
class Cluster:
    """What all of its processes share, and those that run."""

    folder: Path
    environment: dict[str, str]
    database_url: str
    processes: list[Process] = field(default_factory=list)

    def api(self, *options: str, **changed: str) -> Process:
        """A server on a free port, once it answers."""
        process = self._start("serve", "--json", "--port", "0", *options, **changed)
        assert process.popen.stdout is not None
        line = process.popen.stdout.readline()
        assert line, process.log.read_text()
        process.url = json.loads(line)["url"]
        return process

    def worker(self, **changed: str) -> Process:
        return self._start("worker", "--threads", "1", **changed)

    def _start(self, *command: str, **changed: str) -> Process:
        name = f"{command[0]}-{len(self.processes)}"
        log = self.folder / f"{name}.log"
        with log.open("ab") as errors:
            popen = subprocess.Popen(
                [
                    *(*ORDINARY, sys.executable, "-m", "lodgepole", *command),
                    *("--data-dir", str(self.folder / name)),
                ],
                env={**self.environment, **changed},
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        process = Process(name, popen, log)
        self.processes.append(process)
        return process

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode()).fetchall()


def environment(database_url: str, s3: S3Server, *, prefix: str, port: int | None = None):
    """Variables of every process of one cluster."""
    return {
        **os.environ,
        **s3.environment(port),
        "LODGEPOLE_DATABASE_URL": database_url,
        "LODGEPOLE_BLOB_URL": f"s3://{BUCKET}/{prefix}",
        "LODGEPOLE_API_KEY": KEY,
        # It is not the files that the processes die of here.
        "LODGEPOLE_LIMITS__OPERATION_DEATHS": "1000",
    }


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Without a process of ours yet; all are stopped at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lodgepole-many-")))
        database, s3 = PostgresServer(options={}), S3Server()
        stack.callback(database.close)
        stack.callback(s3.close)
        with psycopg.connect(database.url(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        made = Cluster(folder, environment(database.url(), s3, prefix="files"), database.url())
        try:
            yield made
        finally:
            for process in made.processes:
                process.stop()
