"""What every SourceStore does."""

from datetime import timedelta

import pytest

from lodgepole.errors import ClaimLost, NotFound
from lodgepole.model import OperationType
from lodgepole.ports.source_store import (
    RUNS_KEPT,
    CrawlRules,
    ItemChange,
    RunNote,
    RunStatus,
    Source,
    SourceItem,
    SourceKind,
    SourceRun,
    SourceState,
)

LEASE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def source(stores, id_="s1", **values) -> Source:
    now = stores.clock.now()
    defaults = {
        "assistant_id": "a1",
        "url": "/srv/documents",
        "kind": SourceKind.FOLDER,
        "state": SourceState.ACTIVE,
        "every": HOUR,
        "created_at": now,
        "due_at": now,
    }
    return Source(id=id_, **{**defaults, **values})


def item(key="a.txt", **values) -> SourceItem:
    return SourceItem(**{"key": key, "file_id": "f1", "sha256": "0", "fingerprint": "1", **values})


async def claimed(stores, worker="w", run_id="r1"):
    return await stores.sources.claim_source(worker, run_id, now=stores.clock.now(), lease=LEASE)


async def finish(stores, claim, status=RunStatus.COMPLETED, due_at=None, **values):
    run = SourceRun(
        id=claim.run_id,
        status=status,
        started_at=stores.clock.now(),
        finished_at=stores.clock.now(),
        **values,
    )
    await stores.sources.finish_run(claim, run, due_at=due_at, cursor="c")


async def runs(stores, of):
    page = await stores.sources.runs(of, limit=100, after=None)
    return list(page.items)


async def test_a_source_is_found_in_its_project_as_it_was_added(ready):
    added = source(
        ready,
        include=("*.pdf",),
        exclude=("drafts/",),
        metadata={"year": 2025},
        rules=CrawlRules(crawl=True, pages=5),
        credential="docs",
    )
    await ready.sources.add_source(added)
    assert await ready.sources.find_source("p", "s1") == (added, "a1")
    assert await ready.sources.find_source("q", "s1") is None
    assert await ready.sources.find_source("p", "s2") is None
    assert await ready.sources.count_sources("a1") == 1
    assert await ready.sources.count_sources("a2") == 0


async def test_a_source_is_of_an_assistant_that_is_there(ready):
    with pytest.raises(NotFound):
        await ready.sources.add_source(source(ready, assistant_id="nobody"))
    await ready.sources.add_source(source(ready))
    await ready.intake.append(
        ready.operation("o1", OperationType.DELETE_ASSISTANT, file_id=None, generation=0)
    )
    with pytest.raises(NotFound):
        await ready.sources.add_source(source(ready, "s2"))
    assert await ready.sources.find_source("p", "s1") is None
    assert await claimed(ready) is None
    assert await ready.sources.next_due() is None


async def test_sources_go_with_their_assistant(ready):
    await ready.sources.add_source(source(ready))
    claim = await claimed(ready)
    await ready.sources.put_item(claim, item())
    await ready.intake.append(
        ready.operation("o1", OperationType.DELETE_ASSISTANT, file_id=None, generation=0)
    )
    await ready.queue.complete(await ready.claim())
    assert await ready.sources.count_sources("a1") == 0
    assert await ready.sources.items(claim) == []
    with pytest.raises(ClaimLost):
        await ready.sources.put_item(claim, item())


async def test_lists_are_newest_first_and_in_pages(ready):
    for number in range(3):
        await ready.sources.add_source(
            source(ready, f"s{number}", assistant_id=f"a{number % 2 + 1}")
        )
        ready.clock.advance(timedelta(seconds=1))
    first = await ready.sources.list_sources("p", assistant_id=None, limit=2, after=None)
    assert [(s.id, name) for s, name in first.items] == [("s2", "a1"), ("s1", "a2")]
    rest = await ready.sources.list_sources("p", assistant_id=None, limit=2, after=first.next)
    assert [s.id for s, _ in rest.items] == ["s0"]
    assert rest.next is None
    own = await ready.sources.list_sources("p", assistant_id="a2", limit=2, after=None)
    assert [s.id for s, _ in own.items] == ["s1"]


async def test_one_that_is_held_is_claimed_by_nobody_else_until_its_lease_ends(ready):
    await ready.sources.add_source(source(ready))
    first = await claimed(ready)
    assert (first.source.id, first.assistant.name, first.source.failures) == ("s1", "a1", 1)
    assert await claimed(ready, "other", "r2") is None
    assert await ready.sources.next_due() == ready.clock.now() + LEASE
    ready.clock.advance(LEASE)
    second = await claimed(ready, "other", "r2")
    assert second is not None
    with pytest.raises(ClaimLost):
        await ready.sources.put_item(first, item())
    with pytest.raises(ClaimLost):
        await finish(ready, first)
    assert [(run.id, run.status) for run in await runs(ready, first.source)] == [
        ("r2", RunStatus.RUNNING),
        ("r1", RunStatus.INTERRUPTED),
    ]


async def test_the_one_that_is_due_longest_comes_first_and_none_before_its_time(ready):
    now = ready.clock.now()
    await ready.sources.add_source(source(ready, "late", due_at=now + HOUR))
    await ready.sources.add_source(source(ready, "new", due_at=now))
    await ready.sources.add_source(source(ready, "old", due_at=now - HOUR))
    await ready.sources.add_source(source(ready, "never", due_at=None))
    await ready.sources.add_source(source(ready, "paused", state=SourceState.PAUSED))
    found = [(await claimed(ready, run_id=f"r{n}")).source.id for n in range(2)]
    assert found == ["old", "new"]
    assert await claimed(ready, run_id="r3") is None


async def test_a_heartbeat_keeps_it_and_tells_what_was_done(ready):
    await ready.sources.add_source(source(ready))
    claim = await claimed(ready)
    run = SourceRun(
        id="r1",
        status=RunStatus.RUNNING,
        started_at=ready.clock.now(),
        counts={ItemChange.ADDED: 2},
        notes=(RunNote(key="a.txt", change=ItemChange.ADDED),),
    )
    ready.clock.advance(LEASE / 2)
    await ready.sources.extend_source(claim, run, ready.clock.now() + LEASE)
    ready.clock.advance(LEASE / 2)
    assert await claimed(ready, "other", "r2") is None
    assert [r.counts for r in await runs(ready, claim.source)] == [{ItemChange.ADDED: 2}]


async def test_what_a_killed_worker_held_is_due_at_once(ready):
    await ready.sources.add_source(source(ready))
    await claimed(ready)
    await ready.sources.take_back_sources("somebody else", ready.clock.now())
    assert await claimed(ready, run_id="r2") is None
    await ready.sources.take_back_sources("w", ready.clock.now())
    assert (await claimed(ready, run_id="r2")).source.failures == 2


async def test_a_run_that_completes_is_due_again_as_it_says(ready):
    await ready.sources.add_source(source(ready))
    claim = await claimed(ready)
    due_at = ready.clock.now() + HOUR
    note = RunNote(key="b.png", change=ItemChange.SKIPPED, reason="Not read.")
    await finish(ready, claim, due_at=due_at, counts={ItemChange.SKIPPED: 1}, notes=(note,))
    found, _ = await ready.sources.find_source("p", "s1")
    assert (found.due_at, found.failures, found.running, found.cursor) == (due_at, 0, False, "c")
    assert await ready.sources.next_due() == due_at
    (run,) = await runs(ready, found)
    assert (run.status, run.counts, run.notes) == (
        RunStatus.COMPLETED,
        {ItemChange.SKIPPED: 1},
        (note,),
    )


async def test_failures_are_counted_and_interruptions_are_not(ready):
    await ready.sources.add_source(source(ready))
    for number, (status, failures) in enumerate(
        [
            (RunStatus.FAILED, 1),
            (RunStatus.INTERRUPTED, 1),
            (RunStatus.FAILED, 2),
            (RunStatus.COMPLETED, 0),
        ]
    ):
        claim = await claimed(ready, run_id=f"r{number}")
        await finish(ready, claim, status, due_at=ready.clock.now(), error_message="Why.")
        found, _ = await ready.sources.find_source("p", "s1")
        assert found.failures == failures


async def test_a_run_asked_for_while_one_is_under_way_comes_after_it(ready):
    await ready.sources.add_source(source(ready, every=None))
    claim = await claimed(ready)
    await ready.sources.request_run(claim.source, ready.clock.now())
    assert await claimed(ready, "other", "r2") is None
    await finish(ready, claim)
    again = await claimed(ready, run_id="r3")
    await finish(ready, again)
    assert await claimed(ready, run_id="r4") is None
    await ready.sources.request_run(claim.source, ready.clock.now())
    assert await claimed(ready, run_id="r5") is not None


async def test_a_run_loses_its_claim_to_a_pause_or_a_removal(ready):
    await ready.sources.add_source(source(ready))
    claim = await claimed(ready)
    await ready.sources.set_state(claim.source, SourceState.PAUSED, due_at=None)
    with pytest.raises(ClaimLost):
        await ready.sources.put_item(claim, item())
    assert [run.status for run in await runs(ready, claim.source)] == [RunStatus.INTERRUPTED]
    await ready.sources.request_run(claim.source, ready.clock.now())  # nobody runs what is paused
    assert await claimed(ready, run_id="r2") is None
    await ready.sources.set_state(claim.source, SourceState.ACTIVE, due_at=ready.clock.now())
    second = await claimed(ready, run_id="r3")
    await ready.sources.remove_source("a1", "s1")
    await ready.sources.remove_source("a1", "s1")
    with pytest.raises(ClaimLost):
        await finish(ready, second)
    assert await ready.sources.find_source("p", "s1") is None


async def test_what_is_being_deleted_stays_so_and_is_still_claimed(ready):
    await ready.sources.add_source(source(ready))
    found, _ = await ready.sources.find_source("p", "s1")
    await ready.sources.set_state(found, SourceState.DELETING, due_at=ready.clock.now())
    await ready.sources.set_state(found, SourceState.ACTIVE, due_at=None)
    claim = await claimed(ready)
    assert claim.source.state is SourceState.DELETING


async def test_items_are_kept_replaced_moved_and_removed(ready):
    await ready.sources.add_source(source(ready))
    await ready.sources.add_source(source(ready, "s2", assistant_id="a2"))
    claim, other = await claimed(ready), await claimed(ready, run_id="r2")
    long = "https://example.org/" + "ä" * 5_000
    await ready.sources.put_item(claim, item(long))
    await ready.sources.put_item(claim, item("b", file_id="f2"))
    await ready.sources.put_item(other, item(long, file_id="f3"))
    await ready.sources.put_item(claim, item(long, fingerprint="2", misses=1))
    await ready.sources.put_item(claim, item("c", file_id="f2"), instead_of="b")
    found = {i.key: i for i in await ready.sources.items(claim)}
    assert found == {long: item(long, fingerprint="2", misses=1), "c": item("c", file_id="f2")}
    await ready.sources.remove_item(claim, long)
    await ready.sources.remove_item(claim, "was never there")
    assert [i.key for i in await ready.sources.items(claim)] == ["c"]
    assert [i.file_id for i in await ready.sources.items(other)] == ["f3"]


async def test_the_last_runs_are_kept(ready):
    await ready.sources.add_source(source(ready))
    for number in range(RUNS_KEPT + 2):
        claim = await claimed(ready, run_id=f"r{number:03d}")
        await finish(ready, claim, due_at=ready.clock.now())
        ready.clock.advance(timedelta(seconds=1))
    found = await runs(ready, claim.source)
    assert len(found) == RUNS_KEPT
    assert (found[0].id, found[-1].id) == ("r051", "r002")


async def test_a_clock_that_was_set_back_holds_no_source_for_long(ready):
    await ready.sources.add_source(source(ready))
    claim = await claimed(ready)
    run = SourceRun(id="r1", status=RunStatus.RUNNING, started_at=ready.clock.now())
    far = ready.clock.now() + 100 * LEASE
    await ready.sources.extend_source(claim, run, far)
    assert (await claimed(ready, "other", "r2")) is not None


async def test_the_oldest_success_is_that_of_the_source_that_waits_longest(ready):
    began = ready.clock.now()
    assert await ready.sources.oldest_success() is None
    for id_, every in (("s1", HOUR), ("s2", HOUR), ("by hand", None)):
        await ready.sources.add_source(source(ready, id_, every=every))
    assert await ready.sources.oldest_success() == began
    for status in (RunStatus.COMPLETED, RunStatus.FAILED):
        ready.clock.advance(HOUR)
        for number in range(3):
            claim = await claimed(ready, run_id=f"{status}{number}")
            await finish(ready, claim, status, due_at=ready.clock.now() + HOUR)
        assert await ready.sources.oldest_success() == began + HOUR
    for id_ in ("s1", "s2"):
        found, _ = await ready.sources.find_source("p", id_)
        await ready.sources.set_state(found, SourceState.PAUSED, due_at=None)
    assert await ready.sources.oldest_success() is None


async def test_scheduled_sources_are_those_of_a_kind_that_run_by_themselves(ready):
    for id_, values in (
        ("s1", {}),
        ("by hand", {"every": None}),
        ("paused", {"state": SourceState.PAUSED}),
        ("web", {"kind": SourceKind.WEB}),
    ):
        await ready.sources.add_source(source(ready, id_, **values))
    found = await ready.sources.scheduled_sources(SourceKind.FOLDER)
    assert [one.id for one in found] == ["s1"]
