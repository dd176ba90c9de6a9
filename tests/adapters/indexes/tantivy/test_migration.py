"""The index's tables on PostgreSQL are made and removed by the one chain of migrations."""

import pytest
from sqlalchemy import create_engine, text

from lodgepole.adapters.databases.sql.database import MIGRATIONS, migrate

pytestmark = pytest.mark.slow

INDEX_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'index\\_%'"
)


def test_the_tables_are_made_and_removed(database_url):
    from alembic import command
    from alembic.config import Config

    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        migrate(connection)
        names = set(connection.execute(text(INDEX_TABLES)).scalars())
        assert {"index_files", "index_words", "index_words_15", "index_vectors_0"} <= names
        storages = connection.execute(
            text(
                "SELECT DISTINCT attstorage::text FROM pg_attribute JOIN pg_class ON oid = attrelid"
                " WHERE attname IN ('postings', 'codes') AND relkind IN ('r', 'p')"
            )
        )
        assert list(storages.scalars()) == ["e"]
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        assert list(connection.execute(text(INDEX_TABLES)).scalars()) == []
        migrate(connection)
        assert set(connection.execute(text(INDEX_TABLES)).scalars()) == names
    engine.dispose()
