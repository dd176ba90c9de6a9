"""Secrets that all processes on one database share."""

from sqlalchemy import Connection, select

from lodgepole.adapters.sqlalchemy_database.database import Database
from lodgepole.adapters.sqlalchemy_database.dialects import unless_there
from lodgepole.adapters.sqlalchemy_database.tables import secrets


async def shared_secret(database: Database, name: str, made: str) -> str:
    """The secret of this name; `made` becomes it where there is none yet."""

    def work(connection: Connection) -> str:
        new = unless_there(secrets, connection.dialect)
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
