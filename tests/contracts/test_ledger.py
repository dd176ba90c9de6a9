"""What every Ledger does."""

from datetime import date, timedelta

from tests.contracts.test_catalog import publish

from lodgepole.model import LedgerEntry, OperationStatus

DAY = date(2026, 3, 1)


def entry(key_id="k", day=DAY, project="p", **counts):
    return LedgerEntry(project_id=project, key_id=key_id, day=day, **counts)


async def test_counts_are_added_to_what_is_there(stores):
    ledger = stores.ledger
    await ledger.add([entry(requests=1), entry("other", requests=5)])
    await ledger.add([entry(requests=2, prompt_tokens=30, completion_tokens=4)])
    await ledger.add([])
    assert list(await ledger.read("p", since=DAY)) == [
        entry(requests=3, prompt_tokens=30, completion_tokens=4),
        entry("other", requests=5),
    ]


async def test_a_project_reads_its_own_days_in_order(stores):
    ledger, tomorrow = stores.ledger, DAY + timedelta(days=1)
    await ledger.add([entry(day=tomorrow, requests=1), entry(requests=2)])
    await ledger.add([entry(project="q", requests=9)])
    assert [(e.day, e.requests) for e in await ledger.read("p", since=DAY)] == [
        (DAY, 2),
        (tomorrow, 1),
    ]
    assert [e.requests for e in await ledger.read("p", since=tomorrow)] == [1]


async def test_earlier_days_are_forgotten_in_every_project(stores):
    ledger, tomorrow = stores.ledger, DAY + timedelta(days=1)
    await ledger.add([entry(requests=1), entry(project="q", requests=1)])
    await ledger.add([entry(day=tomorrow, requests=1)])
    await ledger.forget(tomorrow)
    assert [e.day for e in await ledger.read("p", since=DAY)] == [tomorrow]
    assert list(await ledger.read("q", since=DAY)) == []


async def test_holdings_are_the_projects_alone(stores):
    await stores.catalog.add_assistant(stores.assistant("a1"))
    await stores.catalog.add_assistant(stores.assistant("a2"))
    await stores.catalog.add_assistant(stores.assistant("b1", project="q"))
    await publish(stores, "o1")
    await stores.append_content("o2", assistant_id="a2", upload=stores.upload(size=5_000_000_000))
    await stores.append_content("o3", assistant_id="b1")
    holdings = await stores.ledger.holdings("p")
    assert (holdings.assistants, holdings.files, holdings.bytes) == (2, 2, 5_000_000_003)
    assert dict(holdings.operations) == {
        OperationStatus.COMPLETED: 1,
        OperationStatus.PROCESSING: 1,
    }
    nothing = await stores.ledger.holdings("nobody")
    assert (nothing.assistants, nothing.files, nothing.bytes) == (0, 0, 0)
    assert dict(nothing.operations) == {}
