"""What taking work costs when much of it is queued in PostgreSQL: milliseconds for each claim.

python scripts/bench/claims.py
"""

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path

import psycopg

from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.operation_log import SqlOperationLog
from lodgepole.adapters.host.system_clock import SystemClock

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.postgres_server import PostgresServer

ASSISTANTS = 1000
CLAIMS = 20
QUEUED = b"""
INSERT INTO operations (assistant_id, id, type, status, created_at, generation, percent_complete,
    attempts, due_at)
SELECT 'a' || (n %% %s + 1), 'o' || n, 'delete_file', 'Processing',
    now() - interval '1 hour' + n * interval '1 millisecond', 0, 0, 0, now() - interval '1 hour'
FROM generate_series(%s::integer, %s::integer) n
"""
OWNERS = b"""
INSERT INTO assistants (id, project_id, name, status, region, created_at, updated_at, generations,
    revision)
SELECT 'a' || n, 'p', 'a' || n, 'Ready', 'us', now(), now(), 1, 0
FROM generate_series(1, %s::integer) n
"""


async def measure(url: str) -> None:
    database = await open_database(url)
    log = SqlOperationLog(database, SystemClock())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(OWNERS, (ASSISTANTS,))
        queued = 0
        for depth in (1_000, 10_000, 100_000):
            connection.execute(QUEUED, (ASSISTANTS, queued + 1, depth))
            connection.execute(b"ANALYZE")
            queued = depth
            began = time.perf_counter()
            for _ in range(CLAIMS):
                await log.claim("w", lease=timedelta(minutes=1))
            took = (time.perf_counter() - began) / CLAIMS
            print(f"{depth} operations queued: {took * 1000:.1f} ms a claim", flush=True)
    await database.close()


def main() -> int:
    server = PostgresServer(options={})
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(b"CREATE EXTENSION IF NOT EXISTS vector")
        asyncio.run(measure(server.url()))
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
