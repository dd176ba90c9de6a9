"""Buckets of requests in SQL, for any number of processes."""

from sqlalchemy import Connection, select, update

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent, locked
from lodgepole.adapters.databases.sql.tables import request_rates
from lodgepole.ports.clock import Clock

WINDOW_SECONDS = 60.0


class SqlRateLimitBuckets:
    """`RateLimitBuckets` in the database that all processes share."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, project_id: str, wanted: int, *, per_minute: int) -> tuple[int, float]:
        per_second = per_minute / WINDOW_SECONDS
        full = {"project_id": project_id, "requests": float(per_minute), "at": self._clock.now()}

        def work(connection: Connection) -> tuple[int, float]:
            own = request_rates.c.project_id == project_id
            query = locked(select(request_rates).where(own))
            row = connection.execute(query).first()
            if row is None:
                connection.execute(insert_if_absent(request_rates, connection.dialect), full)
                row = connection.execute(query).one()
            now = self._clock.now()
            passed = max(0.0, (now - row.at).total_seconds())
            held = min(float(per_minute), row.requests + passed * per_second)
            taken = min(wanted, int(held))
            values = {"requests": held - taken, "at": max(now, row.at)}
            connection.execute(update(request_rates).where(own).values(**values))
            return taken, 0.0 if taken else (1.0 - held) / per_second

        return await self._database.write(work)
