"""The database behind PgBouncer in transaction mode, where no two transactions share a session."""

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from datetime import timedelta
from urllib.parse import urlsplit

import numpy as np
import pytest

from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.databases.sql.secrets import shared_secret
from lodgepole.adapters.host.system_clock import SystemClock
from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.model import FileVersion, Passage
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile, IndexedPassage, IndexQuery

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
LEASE = timedelta(minutes=1)

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not on this machine")


@pytest.fixture
def pooled_url(database_url, tmp_path):
    """Through a pooler with two sessions for everybody."""
    assert PGBOUNCER is not None
    address = urlsplit(database_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "ini").write_text(
        f"""[databases]
* = host={address.hostname} port={address.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""
    )
    # It refuses to be root.
    user = ["--user", "nobody"] if getpass.getuser() == "root" else []
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, "--quiet", *user, str(tmp_path / "ini")], stdout=log, stderr=log
        )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
                break
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError((tmp_path / "log").read_text())
        yield f"postgresql://postgres@127.0.0.1:{port}{address.path}"
    finally:
        process.terminate()
        process.wait(10)


async def test_more_clients_than_sessions_share_them_and_nothing_mixes(pooled_url, database_url):
    databases = [await open_database(pooled_url, listen_url=database_url) for _ in range(3)]
    logs = [SqlOperationLog(database, SystemClock()) for database in databases]
    asked = [
        *(shared_secret(databases[n % 3], "signing", f"{n}") for n in range(15)),
        *(logs[n % 3].take_turn(f"t{n}", "w", lease=LEASE) for n in range(15)),
        *(logs[n % 3].claim(f"w{n}", lease=LEASE) for n in range(15)),
        *(logs[n % 3].queue_depth() for n in range(15)),
    ]
    answers = await asyncio.gather(*asked)
    assert len(set(answers[:15])) == 1
    assert set(answers[15:30]) == {True}
    assert set(answers[30:45]) == {None}
    assert set(answers[45:]) == {0}
    # Signals go around the pooler.
    woken = databases[1].work.listen()
    async with asyncio.timeout(20):
        while not woken.is_set():
            databases[0].work.give()
            await logs[0].queue_depth()
    for database in databases:
        await database.close()


async def test_the_index_too(pooled_url):
    database = await open_database(pooled_url)
    index = PostgresIndex(Connections(pooled_url, limit=5))
    version, embedder = FileVersion("f", 1), EmbedderIdentity("e", "m", 4)
    passage = Passage(ordinal=0, start=0, end=7, text="harbour", page=None, tokens=1)
    vector = np.array([1, 0, 0, 0], np.float32)
    await index.add(
        "a",
        IndexedFile(
            version=version,
            language="en",
            lead_words=["harbour"],
            passages=[IndexedPassage(passage=passage, words=["harbour"])],
            vectors=vector[None, :],
            embedder=embedder,
        ),
    )
    query = IndexQuery(versions=[version], vector=vector, words=["harbour"])
    found = await asyncio.gather(*(index.search("a", query) for _ in range(20)))
    assert {len(rankings.dense) for rankings in found} == {1}
    assert {len(rankings.words) for rankings in found} == {1}
    await index.close()
    await database.close()
