"""The indexes that can be measured, opened alike: in memory, on this machine, on PostgreSQL."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

from lodgepole.adapters.databases.sql.database import migrate
from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.adapters.indexes.tantivy import TantivyIndex
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.ports.index import Index

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.postgres_server import PostgresServer, fresh_database, named_server

KINDS = ("memory", "tantivy", "postgres")
# As an operator would have it: nothing that would lose a commit.
OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}


@dataclass(frozen=True)
class Opener:
    """Opens one index, as often as it is called."""

    open: Callable[[], Index]
    stored: Callable[[], dict[str, int]]  # bytes, by what they are

    def __call__(self) -> Index:
        return self.open()


@contextmanager
def index_opener(kind: str, keep: Path | None = None) -> Iterator[Opener]:
    """An empty index, gone at the end; on disk the one that is in `keep`, which stays."""
    if kind == "memory":
        yield Opener(MemoryIndex, dict)
    elif kind == "tantivy":
        with tempfile.TemporaryDirectory() as passing:
            place = keep or Path(passing)
            yield Opener(lambda: TantivyIndex(place), lambda: _sizes_of_files(place))
    else:
        with database() as url:
            yield Opener(lambda: PostgresIndex(Connections(url)), lambda: _sizes_of_tables(url))


def _sizes_of_files(place: Path) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for path in place.glob("*/**/*"):
        if path.is_file():
            what = path.relative_to(place).parts[1]
            sizes[what] = sizes.get(what, 0) + path.stat().st_size
    return sizes


def _sizes_of_tables(url: str) -> dict[str, int]:
    """With their indexes, after a vacuum."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        rows = connection.execute(
            "SELECT regexp_replace(relname, '_[0-9]+$', ''), sum(pg_total_relation_size(oid))"
            " FROM pg_class WHERE relkind = 'r' AND relname LIKE 'index\\_%' GROUP BY 1 ORDER BY 2"
        )
        return {name: int(size) for name, size in rows}


@contextmanager
def database() -> Iterator[str]:
    named = named_server()
    server = None if named else PostgresServer(options=OPTIONS)
    try:
        with fresh_database(named or server.url()) as url:  # type: ignore[union-attr]
            engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
            with engine.begin() as connection:
                migrate(connection)
            engine.dispose()
            yield url
    finally:
        if server is not None:
            server.close()
