"""What every Records does."""

from datetime import timedelta

from tests.contracts.conftest import START

from lodgepole.model import Record, RecordKind

HOUR = timedelta(hours=1)


def record(id_="r1", *, project="p", kind=RecordKind.RESPONSE, hours=0, lasts=None, **body):
    created = START + hours * HOUR
    return Record(
        id=id_,
        project_id=project,
        kind=kind,
        created_at=created,
        expires_at=None if lasts is None else created + lasts * HOUR,
        body=body,
    )


async def test_a_record_is_found_in_its_project_as_it_was_stored(stores):
    stored = record(lasts=2, text="ä", numbers=[1, 2.5, None], nested={"a": True})
    await stores.records.put(stored)
    assert await stores.records.find("p", "r1") == stored
    assert await stores.records.find("q", "r1") is None
    assert await stores.records.find("p", "r2") is None


async def test_putting_an_id_again_replaces_it_and_its_kind(stores):
    await stores.records.put(record(kind=RecordKind.PASSING_FILE, lasts=1))
    later = record(kind=RecordKind.FILE, text="now")
    await stores.records.put(later)
    assert await stores.records.find("p", "r1") == later
    assert await stores.records.count("p", RecordKind.PASSING_FILE) == 0
    assert await stores.records.count("p", RecordKind.FILE) == 1


async def ids(stores, **asked):
    options = {"limit": 10, "after": None, "newest_first": True, **asked}
    found = await stores.records.list("p", RecordKind.RESPONSE, **options)
    return [one.id for one in found]


async def test_lists_are_of_one_project_and_kind_in_either_order(stores):
    for id_, hours in (("b", 1), ("a", 1), ("c", 0)):
        await stores.records.put(record(id_, hours=hours))
    await stores.records.put(record("x", project="q"))
    await stores.records.put(record("y", kind=RecordKind.FILE))
    assert await ids(stores) == ["b", "a", "c"]
    assert await ids(stores, newest_first=False) == ["c", "a", "b"]
    assert await ids(stores, limit=1) == ["b"]
    middle = await stores.records.find("p", "a")
    assert await ids(stores, after=middle) == ["c"]
    assert await ids(stores, after=middle, newest_first=False) == ["b"]
    assert await stores.records.count("p", RecordKind.RESPONSE) == 3


async def test_what_is_removed_is_gone(stores):
    await stores.records.put(record())
    assert not await stores.records.remove("q", "r1")
    assert await stores.records.remove("p", "r1")
    assert not await stores.records.remove("p", "r1")
    assert await stores.records.find("p", "r1") is None


async def test_expired_ones_are_of_all_projects_the_oldest_first(stores):
    await stores.records.put(record("a", lasts=3))
    await stores.records.put(record("b", project="q", lasts=2, kind=RecordKind.PASSING_FILE))
    await stores.records.put(record("c", lasts=5))
    await stores.records.put(record("d"))
    due = await stores.records.expired(START + 3 * HOUR, limit=9)
    assert [one.id for one in due] == ["b", "a"]
    assert [one.id for one in await stores.records.expired(START + 9 * HOUR, limit=1)] == ["b"]


async def test_records_are_listed_and_found_by_how_their_ids_begin(stores):
    for id_, project in (("a_1", "p"), ("a_2", "p"), ("ab1", "p"), ("A_4", "p"), ("a_3", "q")):
        await stores.records.put(record(id_, project=project))
    await stores.records.put(record("a_5", kind=RecordKind.FILE))
    assert await ids(stores, id_prefix="a_") == ["a_2", "a_1"]
    found = await stores.records.with_prefix(RecordKind.RESPONSE, "a_", limit=9)
    assert sorted(one.id for one in found) == ["a_1", "a_2", "a_3"]
    assert len(await stores.records.with_prefix(RecordKind.RESPONSE, "a_", limit=2)) == 2


async def test_several_are_found_at_once(stores):
    for id_ in ("a", "b", "c"):
        await stores.records.put(record(id_))
    found = await stores.records.find_all("p", ["c", "nobody", "a"])
    assert sorted(one.id for one in found) == ["a", "c"]
    assert await stores.records.find_all("q", ["a"]) == []
    assert await stores.records.find_all("p", []) == []


async def test_any_sign_that_json_can_have_is_kept(stores):
    stored = record(text='nul \x00, "quotes", \\ and 😀', keys={"a\x00b": 1})
    await stores.records.put(stored)
    assert await stores.records.find("p", "r1") == stored
