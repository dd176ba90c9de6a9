"""The PostgreSQL that tests use is a real one, comes back after a crash, and cleans up."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.support.postgres_server import PostgresServer, fresh_database

pytestmark = pytest.mark.database

STARTED = """
import sys
from postgres_server import PostgresServer
from s3_server import S3Server
server, s3 = PostgresServer(), S3Server()
print(server.place, server.pid, s3.pid, flush=True)
sys.stdin.read()
"""


def one(url: str, query: bytes) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_each_database_is_empty_and_knows_vectors(database_url):
    assert one(database_url, b"SELECT '[3,4]'::halfvec <-> '[0,0]'::halfvec") == 5.0
    assert one(database_url, b"SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_database_is_gone_afterwards(postgres_url):
    with fresh_database(postgres_url) as url:
        name = url.rpartition("/")[2]
    with psycopg.connect(postgres_url) as connection:
        query = "SELECT count(*) FROM pg_database WHERE datname = %s"
        assert connection.execute(query, (name,)).fetchone() == (0,)


def test_a_server_of_ones_own_survives_a_crash():
    server = PostgresServer(version=16, options={})
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        server.crash()
        server.start()
        assert one(server.url(), b"SELECT value FROM kept") == 7
        assert str(one(server.url(), b"SHOW server_version")).startswith("16.")
    finally:
        server.close()


def test_what_is_no_longer_wanted_leaves_nothing():
    server = PostgresServer()
    server.crash()
    server.start()
    server.close()
    assert not server.place.exists()


@pytest.mark.timeout(120)
def test_killed_together_with_its_tests_nothing_is_left_either():
    tests = subprocess.Popen(
        [sys.executable, "-c", STARTED],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tests.stdout is not None
    place, *pids = tests.stdout.readline().split()
    tests.kill()
    tests.communicate()
    while Path(place).exists() or any(Path("/proc", pid, "exe").exists() for pid in pids):
        pass  # of processes that nobody is told of; pytest's limit ends it
