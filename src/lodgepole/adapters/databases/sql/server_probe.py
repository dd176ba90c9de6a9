"""Checks version, extension, role and clock of a PostgreSQL server before it is used."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, text

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import open_engines

_LOOK = text("""
SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::integer AS version_number,
    COALESCE((SELECT extversion FROM pg_extension WHERE extname = 'vector'),
        (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')) AS vector,
    pg_is_in_recovery() AS recovering,
    extract(epoch FROM clock_timestamp())::float AS seconds
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFound:
    """One that answers."""

    version: str
    version_number: int  # 150004 is 15.4
    vector: str | None  # of the extension, installed or to be had
    recovering: bool  # a replica
    skew_seconds: float  # by which its clock is before ours

    @property
    def vector_number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in (self.vector or "0").split(".") if part.isdecimal())


async def look(url: str) -> DatabaseFound:
    """Changes nothing. Raises Unavailable."""
    database = Database(*open_engines(url, connections=1))

    def work(connection: Connection) -> DatabaseFound:
        row = connection.execute(_LOOK).one()
        return DatabaseFound(
            version=row.version,
            version_number=row.version_number,
            vector=row.vector,
            recovering=row.recovering,
            skew_seconds=row.seconds - time.time(),
        )

    try:
        return await database.read(work)
    finally:
        await database.close()
