from datetime import timedelta

import pytest

from lodgepole.errors import AlreadyExists, Conflict, InvalidRequest, NotFound, RateLimited
from lodgepole.limits import Limits
from lodgepole.ports.source_store import CrawlRules, SourceState


async def test_a_source_is_added_and_due_at_once(desk):
    source = await desk.add(every=timedelta(hours=6), include=["*.pdf"], metadata={"a": 1})
    assert source.due_at == source.created_at
    assert await desk.sources.get("p", source.id) == (source, "docs")
    with pytest.raises(NotFound):
        await desk.sources.get("q", source.id)


async def test_one_that_is_added_paused_waits(desk):
    source = await desk.add(paused=True)
    assert (source.state, source.due_at) == (SourceState.PAUSED, None)


@pytest.mark.parametrize(
    "values",
    [
        {"url": "/refused"},
        {"url": "https://example.org/"},  # of a kind that this server does not read
        {"every": timedelta(seconds=59)},
        {"every": timedelta(days=31)},
        {"include": ["/"]},
        {"exclude": ["x"] * 101},
        {"metadata": {"$a": 1}},
        {"rules": CrawlRules(depth=-1)},
        {"rules": CrawlRules(pages=10_001)},
        {"rules": CrawlRules(requests_per_second=float("nan"))},
        {"rules": CrawlRules(requests_per_second=0)},
    ],
)
async def test_what_cannot_be_run_is_refused(desk, values):
    with pytest.raises(InvalidRequest):
        await desk.add(**values)


async def test_an_assistant_has_so_many_sources(desk):
    desk.house.limits = Limits(sources_per_assistant=1)
    await desk.add()
    with pytest.raises(RateLimited):
        await desk.add()


async def test_pausing_and_resuming(desk):
    source = await desk.add()
    paused, _ = await desk.sources.pause("p", source.id)
    assert (paused.state, paused.due_at) == (SourceState.PAUSED, None)
    assert (await desk.sources.pause("p", source.id))[0] == paused
    with pytest.raises(Conflict):
        await desk.sources.run("p", source.id)
    resumed, _ = await desk.sources.resume("p", source.id)
    assert resumed.state is SourceState.ACTIVE
    assert resumed.due_at is not None


async def test_removing_leaves_the_files_unless_told_otherwise(desk):
    desk.shelf.files = {"a.txt": b"one"}
    source = await desk.add()
    await desk.run(source)
    await desk.sources.remove("p", source.id, with_files=False)
    with pytest.raises(NotFound):
        await desk.sources.get("p", source.id)
    assert set(await desk.names()) == {"a.txt"}


async def test_one_that_is_being_deleted_is_not_changed(desk):
    source = await desk.add()
    await desk.sources.remove("p", source.id, with_files=True)
    for change in (desk.sources.pause, desk.sources.resume, desk.sources.run):
        with pytest.raises(Conflict):
            await change("p", source.id)


async def test_an_id_is_brought_along_once(desk):
    source = await desk.add(source_id="s-1")
    assert source.id == "s-1"
    with pytest.raises(AlreadyExists):
        await desk.add(source_id="s-1")
    for source_id in ("a b", "x" * 65):
        with pytest.raises(InvalidRequest):
            await desk.add(source_id=source_id)
