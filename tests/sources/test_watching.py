"""Folders run when something in them changes."""

import asyncio
from datetime import timedelta

from lodgepole.adapters.memory.sources import MemorySources
from lodgepole.errors import Unavailable
from lodgepole.sources.watching import GAP, FolderWatch

HOUR = timedelta(hours=1)


def told(*changes, error=None):
    async def changed(_stop):
        for step in changes:
            if callable(step):
                step()
            else:
                yield step
        if error is not None:
            raise error

    return changed


async def watch(desk, *changes, error=None):
    house = desk.house
    watching = FolderWatch(
        told(*changes, error=error), store=house.sources, clock=house.clock, wake=desk.wake
    )
    await watching.run(asyncio.Event())


async def followed(desk, url="/srv/documents", **values):
    """A source that has run, and is due in an hour."""
    source = await desk.add(url=url, every=HOUR, **values)
    await desk.run(source)
    return source


async def is_due(desk, source):
    found, _ = await desk.sources.get("p", source.id)
    return found.due_at <= desk.house.clock.now()


async def test_a_folder_in_which_something_changed_runs_at_once_and_no_other(desk):
    changed, other = await followed(desk), await followed(desk, "/srv/doc")
    woken = desk.wake.listen()
    await watch(desk, {"/srv/documents/a/b.txt", "/srv/elsewhere"})
    assert await is_due(desk, changed)
    assert not await is_due(desk, other)
    assert woken.is_set()


async def test_a_folder_that_never_rests_runs_now_and_then_and_misses_nothing(desk):
    source = await followed(desk)
    path = {"/srv/documents/a.txt"}
    await watch(desk, path)
    await desk.runner().drain()
    clock = desk.house.clock

    async def due_after(*changes):
        watching = FolderWatch(
            told(*changes), store=desk.house.sources, clock=clock, wake=desk.wake
        )
        watching._asked[source.id] = clock.now()
        await watching.run(asyncio.Event())
        return await is_due(desk, source)

    assert not await due_after(path, set())
    assert await due_after(path, lambda: clock.advance(GAP), set())


async def test_where_nothing_changed_nothing_is_asked(desk, monkeypatch):
    source = await followed(desk)
    monkeypatch.setattr(MemorySources, "scheduled_sources", None)
    await watch(desk, set(), set())
    assert not await is_due(desk, source)


async def test_what_cannot_be_watched_runs_by_its_schedule(desk, caplog, monkeypatch):
    source = await followed(desk)
    await watch(desk, error=OSError("too many watches"))
    assert "too many watches" in caplog.text

    async def away(_store, _kind):
        raise Unavailable("no answer")

    monkeypatch.setattr(MemorySources, "scheduled_sources", away)
    await watch(desk, {"/srv/documents/a.txt"})
    assert "waits for its schedule" in caplog.text
    assert not await is_due(desk, source)
