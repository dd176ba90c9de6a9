"""The indexes that can be measured, opened alike: in memory, on this machine, on PostgreSQL."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.postgres_index import Connections, PostgresIndex
from lodgepole.adapters.sqlalchemy_database.database import migrate
from lodgepole.adapters.tantivy_index import TantivyIndex
from lodgepole.ports import Index

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from postgres_server import PostgresServer, fresh_database, named_server

KINDS = ("memory", "tantivy", "postgres")
# As an operator would have it: nothing that would lose a commit.
OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}


@contextmanager
def index_opener(kind: str) -> Iterator[Callable[[], Index]]:
    """What opens one empty index, as often as it is called; gone at the end."""
    if kind == "memory":
        yield MemoryIndex
    elif kind == "tantivy":
        with tempfile.TemporaryDirectory() as place:
            yield lambda: TantivyIndex(Path(place))
    else:
        with _database() as url:
            yield lambda: PostgresIndex(Connections(url))


@contextmanager
def _database() -> Iterator[str]:
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
