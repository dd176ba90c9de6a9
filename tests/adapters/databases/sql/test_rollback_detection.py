"""A catalog that is behind the files beside it is refused."""

import asyncio
import shutil

import pytest

from lodgepole.adapters.databases.sql.database import open_database
from lodgepole.adapters.databases.sql.rollback_detection import RollbackDetection
from lodgepole.errors import Conflict


async def opened(folder):
    database = await open_database(f"sqlite:///{folder / 'catalog.db'}")
    return database, RollbackDetection(database, folder / "catalog.mark")


async def test_a_catalog_restored_from_an_older_copy_is_refused(tmp_path):
    database, mark = await opened(tmp_path)
    await mark.check()
    await database.close()
    shutil.copy(tmp_path / "catalog.db", tmp_path / "old.db")
    database, mark = await opened(tmp_path)
    await mark.check()
    await database.close()

    shutil.copy(tmp_path / "old.db", tmp_path / "catalog.db")
    database, mark = await opened(tmp_path)
    with pytest.raises(Conflict, match="older than the files beside it"):
        await mark.check()
    (tmp_path / "catalog.mark").unlink()
    await mark.check()
    await database.close()


async def test_a_catalog_copied_without_its_log_is_refused(tmp_path):
    database, mark = await opened(tmp_path)
    await mark.check()
    await mark.step()
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("catalog.db", "catalog.mark"):
        shutil.copy(tmp_path / name, copy / name)
    await database.close()
    database, mark = await opened(copy)
    with pytest.raises(Conflict, match="without catalog"):
        await mark.check()
    await database.close()


async def test_changes_are_noted_while_it_runs_and_at_the_end(tmp_path):
    database, mark = await opened(tmp_path)
    await mark.check()
    running = asyncio.create_task(mark.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    assert (tmp_path / "catalog.mark").read_text() == "2"
