"""Secrets shared by all processes on one database."""

from sqlalchemy import Connection, select

from lodgepole.adapters.databases.sql.database import Database
from lodgepole.adapters.databases.sql.dialects import insert_if_absent
from lodgepole.adapters.databases.sql.tables import secrets


async def shared_secret(database: Database, name: str, made: str) -> str:
    """The secret of this name; `made` becomes it where there is none yet."""

    def work(connection: Connection) -> str:
        new = insert_if_absent(secrets, connection.dialect)
        connection.execute(new.values(name=name, value=made))
        query = select(secrets.c.value).where(secrets.c.name == name)
        return connection.execute(query).scalar_one()

    return await database.write(work)


async def kept_secret(database: Database, name: str) -> str | None:
    """The secret of this name, where there is one."""

    def work(connection: Connection) -> str | None:
        query = select(secrets.c.value).where(secrets.c.name == name)
        return connection.execute(query).scalar_one_or_none()

    return await database.read(work)
