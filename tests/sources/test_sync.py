from datetime import timedelta

import pytest

from lodgepole.errors import NotFound, TooLarge, Unavailable
from lodgepole.library.files import STOPPED_AGAIN_AFTER
from lodgepole.limits import Limits
from lodgepole.model import FileStatus
from lodgepole.ports.origin import Gone, Unknown, WholeUnchanged
from lodgepole.ports.source_store import ItemChange, RunStatus
from lodgepole.sources.sync import BUSY, MISSED, UNREAD

ADDED, CHANGED, MOVED = ItemChange.ADDED, ItemChange.CHANGED, ItemChange.MOVED
REMOVED, UNCHANGED = ItemChange.REMOVED, ItemChange.UNCHANGED
SKIPPED, FAILED = ItemChange.SKIPPED, ItemChange.FAILED


async def test_the_first_run_uploads_all_and_says_so(desk):
    desk.shelf.files = {"a.txt": b"one", "b/c.md": b"two"}
    source = await desk.add(metadata={"team": "x"})
    run = await desk.run(source)
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {ADDED: 2})
    assert [(n.key, n.change) for n in run.notes] == [("a.txt", ADDED), ("b/c.md", ADDED)]
    page = await desk.house.catalog.list_files(desk.assistant.id, limit=10, after=None)
    assert {f.upload.name: f.upload.metadata for f in page.items} == {
        "a.txt": {"team": "x", "path": "a.txt", "source_id": source.id},
        "c.md": {"team": "x", "path": "b/c.md", "source_id": source.id},
    }
    assert {f.status for f in page.items} == {FileStatus.AVAILABLE}


async def test_a_second_run_opens_and_changes_nothing(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.opened.clear()
    before = await desk.operations()
    run = await desk.run(source)
    assert run.counts == {UNCHANGED: 2}
    assert run.notes == ()
    assert desk.shelf.opened == []
    assert await desk.operations() == before


async def test_changes_and_deletions_follow(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two", "c.txt": b"three"}
    source = await desk.add()
    await desk.run(source)
    ids = await desk.names()
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"2"}
    run = await desk.run(source)
    assert run.counts == {UNCHANGED: 1, CHANGED: 1, REMOVED: 1}
    assert await desk.names() == {path: ids[path] for path in ("a.txt", "b.txt")}


async def test_what_the_origin_calls_changed_and_is_not_costs_no_operation(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.run(source)
    before = await desk.operations()
    for row in desk.house.database.sources.values():
        (item,) = row.items.values()
        row.items["a.txt"] = type(item)(
            key="a.txt", file_id=item.file_id, sha256=item.sha256, fingerprint="touched"
        )
    run = await desk.run(source)
    assert (run.counts, desk.shelf.opened) == ({UNCHANGED: 1}, ["a.txt", "a.txt"])
    assert await desk.operations() == before
    assert (await desk.run(source)).counts == {UNCHANGED: 1}
    assert desk.shelf.opened == ["a.txt", "a.txt"]


async def test_a_renamed_file_is_moved_and_keeps_its_id(desk):
    desk.shelf.files = {"old/a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    ids = await desk.names()
    desk.shelf.files = {"new/a.txt": b"one", "b.txt": b"two"}
    run = await desk.run(source)
    assert run.counts == {MOVED: 1, UNCHANGED: 1}
    assert run.notes[0].reason == "It was old/a.txt before."
    moved = await desk.names()
    assert moved["new/a.txt"] == ids["old/a.txt"]
    # Something new at the old place is another file.
    desk.shelf.files["old/a.txt"] = b"three"
    assert (await desk.run(source)).counts == {ADDED: 1, UNCHANGED: 2}
    assert len(set((await desk.names()).values())) == 3


async def test_two_copies_of_a_moved_file_are_one_moved_and_one_new(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {"b.txt": b"one", "c.txt": b"one"}
    assert (await desk.run(source)).counts == {MOVED: 1, ADDED: 1}
    assert set(await desk.names()) == {"b.txt", "c.txt"}


async def test_what_is_not_read_is_skipped_with_the_reason(desk, make_house):
    desk.house.limits = Limits(file_bytes=5)
    desk.shelf.files = {"a.png": b"x", "large.txt": b"too many", "b.txt": b"few"}
    desk.shelf.skip("link.txt", "A link.")
    run = await desk.run(await desk.add())
    assert run.counts == {SKIPPED: 3, ADDED: 1}
    reasons = {note.key: note.reason for note in run.notes}
    assert reasons["a.png"] == UNREAD
    assert reasons["link.txt"] == "A link."
    assert "larger than the 5 bytes" in reasons["large.txt"]


async def test_a_file_that_is_not_to_be_taken_any_more_goes(desk):
    desk.shelf.files = {"a.txt": b"few", "b.txt": b"few!"}
    desk.shelf.misses_allowed = 5
    source = await desk.add()
    await desk.run(source)
    desk.house.limits = Limits(file_bytes=5)
    desk.shelf.files = {"a.txt": b"too many"}
    desk.shelf.skip("b.txt", "A link.")
    run = await desk.run(source)
    assert run.counts == {SKIPPED: 2, REMOVED: 2}
    assert await desk.names() == {}


@pytest.mark.parametrize("error", [Unavailable("Away."), NotFound("Gone."), TooLarge("Much.")])
async def test_one_thing_that_cannot_be_opened_ends_no_run(desk, error):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    desk.shelf.broken["a.txt"] = error
    run = await desk.run(await desk.add())
    change = SKIPPED if isinstance(error, TooLarge) else FAILED
    assert (run.status, run.counts) == (RunStatus.COMPLETED, {change: 1, ADDED: 1})
    assert run.notes[0].reason == str(error)


async def test_what_is_unknown_stays(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    del desk.shelf.files["a.txt"]
    desk.shelf.more = [Unknown(key="a.txt", reason="503")]
    run = await desk.run(source)
    assert run.counts == {UNCHANGED: 1, FAILED: 1}
    assert set(await desk.names()) == {"a.txt", "b.txt"}


async def test_an_origin_that_is_not_read_to_its_end_loses_nothing(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {"a.txt": b"changed"}
    desk.shelf.error = Unavailable("The disk is away.")
    run = await desk.run(source)
    assert (run.status, run.error_message) == (RunStatus.FAILED, "The disk is away.")
    assert set(await desk.names()) == {"a.txt", "b.txt"}
    desk.shelf.error, desk.shelf.ends = None, False
    assert REMOVED not in (await desk.run(source)).counts


async def test_where_the_origin_allows_misses_a_thing_goes_with_one_more(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    desk.shelf.misses_allowed = 1
    source = await desk.add()
    await desk.run(source)
    kept = desk.shelf.files.pop("a.txt")
    run = await desk.run(source)
    assert [(n.key, n.change, n.reason) for n in run.notes] == [("a.txt", UNCHANGED, MISSED)]
    desk.shelf.files["a.txt"] = kept  # it was found again, so that misses begin anew
    await desk.run(source)
    del desk.shelf.files["a.txt"]
    assert REMOVED not in (await desk.run(source)).counts
    assert (await desk.run(source)).counts == {UNCHANGED: 1, REMOVED: 1}


async def test_what_is_certainly_gone_is_missed_though_the_end_was_not_reached(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {}
    desk.shelf.more, desk.shelf.ends = [Gone(key="a.txt")], False
    await desk.run(source)
    await desk.run(source)
    assert set(await desk.names()) == {"b.txt"}


async def test_an_origin_that_is_suddenly_empty_is_looked_at_twice(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {}
    assert {n.reason for n in (await desk.run(source)).notes} == {MISSED}
    assert (await desk.run(source)).counts == {REMOVED: 2}


async def test_a_cursor_is_handed_back_until_something_is_missing(desk):
    desk.shelf.files, desk.shelf.cursor = {"a.txt": b"one", "b.txt": b"two"}, "c1"
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files, desk.shelf.more = {}, [WholeUnchanged()]
    desk.shelf.ends = False
    assert (await desk.run(source)).counts == {UNCHANGED: 2}
    ids = await desk.names()
    await desk.house.files.delete(desk.assistant, ids["a.txt"])
    await desk.house.worker().drain()
    desk.shelf.files, desk.shelf.more = {"a.txt": b"one", "b.txt": b"two"}, []
    desk.shelf.ends = True
    run = await desk.run(source)
    assert desk.shelf.cursors == [None, "c1", None]
    assert run.counts[UNCHANGED] == 1
    assert await desk.names() == ids  # it is there again, under its id


async def test_a_run_with_failures_keeps_no_cursor(desk):
    desk.shelf.files, desk.shelf.cursor = {"a.txt": b"one"}, "c1"
    desk.shelf.broken["a.txt"] = Unavailable("Away.")
    source = await desk.add()
    await desk.run(source)
    desk.shelf.broken.clear()
    await desk.run(source)
    await desk.run(source)
    assert desk.shelf.cursors == [None, None, "c1"]


async def test_a_file_that_is_still_being_read_is_left_to_the_next_run(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.runner().drain()  # the upload is accepted, and nobody reads it yet
    desk.shelf.files = {"a.txt": b"two"}
    await desk.sources.run("p", source.id)
    await desk.runner().drain()
    run = await desk.last(source)
    assert (run.counts, run.notes[0].reason) == ({FAILED: 1}, BUSY)
    assert (await desk.run(source)).counts == {FAILED: 1}
    assert (await desk.run(source)).counts == {CHANGED: 1}


async def fail_next(desk, message="Why."):
    claim = await desk.house.log.claim("w", lease=timedelta(minutes=1))
    await desk.house.log.fail(claim, message)


@pytest.mark.parametrize("published", [False, True])
async def test_what_a_server_in_trouble_gave_up_is_uploaded_again(desk, published):
    desk.house.limits = Limits(operation_attempts=1)
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    if published:
        await desk.run(source)
        desk.shelf.files = {"a.txt": b"two"}
        await desk.sources.run("p", source.id)
    await desk.runner().drain()
    await fail_next(desk)
    assert (await desk.run(source)).counts == {CHANGED: 1}
    page = await desk.house.catalog.list_files(desk.assistant.id, limit=10, after=None)
    assert [(f.status, f.upload.size) for f in page.items] == [(FileStatus.AVAILABLE, 3)]
    assert (await desk.run(source)).counts == {UNCHANGED: 1}


async def test_what_the_server_stopped_at_is_uploaded_again_an_hour_later(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.runner().drain()
    deaths, minute = desk.house.limits.operation_deaths, timedelta(minutes=1)
    for _ in range(deaths):
        await desk.house.log.claim("killed", lease=minute)
        desk.house.clock.advance(minute)
    await fail_next(desk, "The server stopped in the middle 2 times.")
    assert (await desk.run(source)).counts == {UNCHANGED: 1}
    desk.house.clock.advance(STOPPED_AGAIN_AFTER)
    assert (await desk.run(source)).counts == {CHANGED: 1}


async def test_what_cannot_be_read_is_not_uploaded_again(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.runner().drain()
    await fail_next(desk, "The file is damaged.")
    assert (await desk.run(source)).counts == {UNCHANGED: 1}
    assert desk.shelf.opened == ["a.txt"]


async def test_as_many_files_as_an_assistant_may_hold(desk):
    desk.house.limits = Limits(files_per_assistant=2)
    desk.shelf.files = {f"{n}.txt": b"%d" % n for n in range(4)}
    run = await desk.run(await desk.add())
    assert run.counts == {ADDED: 2, SKIPPED: 2}


async def test_content_that_cannot_wait_is_read_where_it_is_found(desk):
    desk.shelf.files, desk.shelf.can_wait = {"a.txt": b"one"}, False
    source = await desk.add()
    assert (await desk.run(source)).counts == {ADDED: 1}


async def test_files_that_were_brought_along_are_taken_for_its_own(desk):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {"c.txt": b"one", "b.txt": b"two"}
    await desk.run(source)
    ids = await desk.names()
    # As after an import: the files are there, and nothing is known of the origin.
    await desk.sources.remove("p", source.id, with_files=False)
    again = await desk.add(source_id=source.id)
    before = await desk.operations()
    assert (await desk.run(again)).counts == {ADDED: 2}
    assert await desk.names() == ids
    assert await desk.operations() == before


class Killed(BaseException):
    """What a process that dies does not catch."""


@pytest.mark.parametrize("at", range(1, 12))
async def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(desk, at):
    desk.shelf.files = {"a.txt": b"one", "b.txt": b"two", "c.txt": b"three"}
    source = await desk.add()
    await desk.run(source)
    desk.shelf.files = {"a.txt": b"1", "d/c.txt": b"three", "e.txt": b"four"}
    calls = 0
    store, files = desk.house.sources, desk.house.files

    def dying(work):
        async def call(*args, **named):
            nonlocal calls
            calls += 1
            if calls == at:
                raise Killed
            result = await work(*args, **named)
            calls += 1
            if calls == at:
                raise Killed
            return result

        return call

    for name in ("put_item", "remove_item"):
        setattr(store, name, dying(getattr(store, name)))
    for name in ("upsert", "delete"):
        setattr(files, name, dying(getattr(files, name)))
    from lodgepole.sources.journal import Journal
    from lodgepole.sources.sync import Sync

    await desk.sources.run("p", source.id)
    now, limits = desk.house.clock.now(), desk.house.limits
    claim = await store.claim_source("w", "r", now=now, lease=timedelta(minutes=1))
    sync = Sync(store=store, files=files, catalog=desk.house.catalog, limits=limits)
    try:
        await sync.run(claim, desk.shelf, Journal("r", now))
    except Killed:
        pass
    else:
        assert calls < at
    await desk.house.sources.take_back_sources("w", now)
    await desk.house.worker().drain()
    await desk.run(source)
    await desk.run(source)
    assert set(await desk.names()) == {"a.txt", "d/c.txt", "e.txt"}
    assert (await desk.run(source)).counts == {UNCHANGED: 3}
