"""Secrets that all processes on one database share."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lodgepole.adapters.sqlalchemy_database.database import Database
from lodgepole.adapters.sqlalchemy_database.dialects import unless_there
from lodgepole.adapters.sqlalchemy_database.tables import secrets


async def shared_secret(database: Database, name: str, made: str) -> str:
    """The secret of this name; `made` becomes it where there is none yet."""

    async def work(connection: AsyncConnection) -> str:
        new = unless_there(secrets, connection.dialect)
        await connection.execute(new.values(name=name, value=made))
        query = select(secrets.c.value).where(secrets.c.name == name)
        return (await connection.execute(query)).scalar_one()

    return await database.write(work)
