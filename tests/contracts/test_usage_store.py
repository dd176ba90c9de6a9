"""What every UsageStore does."""

from datetime import date, timedelta

from tests.contracts.test_catalog import publish

from lodgepole.model import DailyUsage, OperationStatus

DAY = date(2026, 3, 1)


def entry(key_id="k", day=DAY, project="p", **counts):
    return DailyUsage(project_id=project, key_id=key_id, day=day, **counts)


async def test_counts_are_added_to_what_is_there(stores):
    usage = stores.usage_store
    await usage.add([entry(requests=1), entry("other", requests=5)])
    await usage.add([entry(requests=2, prompt_tokens=30, completion_tokens=4)])
    await usage.add([])
    assert list(await usage.read("p", since=DAY)) == [
        entry(requests=3, prompt_tokens=30, completion_tokens=4),
        entry("other", requests=5),
    ]


async def test_a_project_reads_its_own_days_in_order(stores):
    usage, tomorrow = stores.usage_store, DAY + timedelta(days=1)
    await usage.add([entry(day=tomorrow, requests=1), entry(requests=2)])
    await usage.add([entry(project="q", requests=9)])
    assert [(e.day, e.requests) for e in await usage.read("p", since=DAY)] == [
        (DAY, 2),
        (tomorrow, 1),
    ]
    assert [e.requests for e in await usage.read("p", since=tomorrow)] == [1]


async def test_earlier_days_are_forgotten_in_every_project(stores):
    usage, tomorrow = stores.usage_store, DAY + timedelta(days=1)
    await usage.add([entry(requests=1), entry(project="q", requests=1)])
    await usage.add([entry(day=tomorrow, requests=1)])
    await usage.forget(tomorrow)
    assert [e.day for e in await usage.read("p", since=DAY)] == [tomorrow]
    assert list(await usage.read("q", since=DAY)) == []


async def test_totals_are_the_projects_alone(stores):
    await stores.catalog.add_assistant(stores.assistant("a1"))
    await stores.catalog.add_assistant(stores.assistant("a2"))
    await stores.catalog.add_assistant(stores.assistant("b1", project="q"))
    await publish(stores, "o1")
    await stores.append_content("o2", assistant_id="a2", upload=stores.upload(size=5_000_000_000))
    await stores.append_content("o3", assistant_id="b1")
    totals = await stores.usage_store.totals("p")
    assert (totals.assistants, totals.files, totals.bytes) == (2, 2, 5_000_000_003)
    assert dict(totals.operations) == {
        OperationStatus.COMPLETED: 1,
        OperationStatus.PROCESSING: 1,
    }
    nothing = await stores.usage_store.totals("nobody")
    assert (nothing.assistants, nothing.files, nothing.bytes) == (0, 0, 0)
    assert dict(nothing.operations) == {}
