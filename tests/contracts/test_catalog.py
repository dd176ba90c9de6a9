"""What every Catalog does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lodgepole.errors import AlreadyExists, InvalidRequest, NotFound
from lodgepole.model import ApiKey, AssistantStatus, FileStatus, Grant, OperationType, Role

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)


def key(stores, id_, *, project="p", hash_=None):
    return ApiKey(
        id=id_,
        project_id=project,
        name=id_,
        hash=hash_ or id_ * 4,
        role=Role.DATA_READ,
        created_at=stores.clock.now(),
    )


async def publish(stores, op_id, **values):
    operation = await stores.append_content(op_id, **values)
    claim = await stores.log.claim("w", lease=LEASE)
    await stores.log.complete(claim)
    stores.clock.advance(SECOND)
    return operation


async def test_a_key_is_found_by_its_hash_and_gone_once_removed(stores):
    stored = key(stores, "k1")
    await stores.catalog.add_key(stored)
    assert await stores.catalog.find_key(stored.hash) == stored
    assert not await stores.catalog.remove_key("other", "k1")
    assert await stores.catalog.remove_key("p", "k1")
    assert await stores.catalog.find_key(stored.hash) is None
    assert not await stores.catalog.remove_key("p", "k1")


async def test_storing_a_hash_again_changes_nothing(stores):
    first = key(stores, "k1", hash_="same")
    await stores.catalog.add_key(first)
    await stores.catalog.add_key(key(stores, "k2", hash_="same", project="q"))
    assert await stores.catalog.find_key("same") == first
    assert list(await stores.catalog.list_keys("p")) == [first]
    assert list(await stores.catalog.list_keys("q")) == []


async def test_a_key_with_a_grant_is_one_of_the_keys(stores):
    grant = Grant(assistants=frozenset({"a", "b"}), filter={"team": {"$in": ["x", "y"]}})
    granted = replace(key(stores, "k1"), grant=grant)
    stores.clock.advance(SECOND)
    whole = key(stores, "k2")
    for made in (whole, granted, replace(key(stores, "k3"), grant=Grant(filter={"a": 1}))):
        await stores.catalog.add_key(made)
    assert await stores.catalog.find_key(granted.hash) == granted
    assert [found.id for found in await stores.catalog.list_keys("p")] == ["k1", "k2", "k3"]
    assert await stores.catalog.remove_key("p", "k1")
    assert await stores.catalog.find_key(granted.hash) is None


async def test_an_assistant_comes_back_as_it_was_stored(stores):
    assistant = stores.assistant(instructions="Be brief — 短く", metadata={"a": [1, {"b": None}]})
    await stores.catalog.add_assistant(assistant)
    assert await stores.catalog.find_assistant("p", "a1") == assistant
    assert await stores.catalog.find_assistant("q", "a1") is None
    assert await stores.catalog.find_assistant("p", "A1") is None


async def test_a_name_is_taken_within_its_project_only(stores):
    await stores.catalog.add_assistant(stores.assistant("a1", name="docs"))
    await stores.catalog.add_assistant(stores.assistant("a2", name="docs", project="q"))
    with pytest.raises(AlreadyExists):
        await stores.catalog.add_assistant(stores.assistant("a3", name="docs"))
    assert await stores.catalog.count_assistants("p") == 1


async def update(stores, assistant, *, instructions=None, metadata=None, default_model=None):
    return await stores.catalog.update_assistant(
        assistant,
        instructions=instructions,
        metadata=metadata,
        updated_at=stores.clock.now(),
        default_model=default_model,
    )


async def test_an_update_changes_what_it_names_and_the_time_alone(stores):
    assistant = stores.assistant()
    await stores.catalog.add_assistant(assistant)
    stores.clock.advance(SECOND)
    changed = replace(assistant, instructions="x", metadata={"k": 1}, updated_at=stores.clock.now())
    given = replace(assistant, name="ignored")
    assert await update(stores, given, instructions="x", metadata={"k": 1}) == changed
    assert await stores.catalog.find_assistant("p", "a1") == changed
    cleared = await update(stores, assistant, instructions="", metadata={})
    assert (cleared.instructions, cleared.metadata) == (None, None)


async def test_a_default_model_is_stored_changed_and_cleared(stores):
    assistant = stores.assistant(default_model="first")
    await stores.catalog.add_assistant(assistant)
    assert await stores.catalog.find_assistant("p", "a1") == assistant
    changed = await update(stores, assistant, default_model="second")
    assert changed.default_model == "second"
    assert (await update(stores, assistant, instructions="x")).default_model == "second"
    assert (await update(stores, assistant, default_model="")).default_model is None


async def test_updates_at_the_same_time_lose_nothing(stores):
    assistant = stores.assistant()
    await stores.catalog.add_assistant(assistant)
    await update(stores, assistant, instructions="x")
    found = await update(stores, assistant, metadata={"k": 1})  # read before the other was made
    assert (found.instructions, found.metadata) == ("x", {"k": 1})
    assert await stores.catalog.find_assistant("p", "a1") == found


async def test_an_assistant_that_is_gone_or_dying_cannot_be_updated(stores):
    with pytest.raises(NotFound):
        await update(stores, stores.assistant(), instructions="x")
    await stores.catalog.add_assistant(stores.assistant())
    deletion = stores.operation("o1", OperationType.DELETE_ASSISTANT, file_id=None)
    await stores.log.append(deletion)
    with pytest.raises(NotFound):
        await update(stores, stores.assistant(), instructions="x")


async def test_a_dying_assistant_still_has_its_name(stores):
    await stores.catalog.add_assistant(stores.assistant())
    await stores.log.append(stores.operation("o1", OperationType.DELETE_ASSISTANT, file_id=None))
    found = await stores.catalog.find_assistant("p", "a1")
    assert found is not None
    assert found.status is AssistantStatus.TERMINATING
    with pytest.raises(AlreadyExists):
        await stores.catalog.add_assistant(stores.assistant("a2", name="a1"))


async def test_assistants_are_listed_oldest_first_in_pages(stores):
    for number in range(5):
        await stores.catalog.add_assistant(stores.assistant(f"a{9 - number}"))
        stores.clock.advance(SECOND)
    await stores.catalog.add_assistant(stores.assistant("other", project="q"))
    seen, after = [], None
    while True:
        page = await stores.catalog.list_assistants("p", limit=2, after=after)
        seen += [assistant.id for assistant in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["a9", "a8", "a7", "a6", "a5"]


async def test_the_last_page_says_so_even_when_it_is_full(stores):
    for number in range(4):
        await stores.catalog.add_assistant(stores.assistant(f"a{number}"))
    first = await stores.catalog.list_assistants("p", limit=2, after=None)
    second = await stores.catalog.list_assistants("p", limit=2, after=first.next)
    assert [a.id for a in first.items + second.items] == ["a0", "a1", "a2", "a3"]
    assert second.next is None
    nothing = await stores.catalog.list_assistants("q", limit=2, after=None)
    assert (nothing.items, nothing.next) == ((), None)


@pytest.mark.parametrize("token", ["", "nonsense", "////", "MjAyNg==", "2026-03-01 x"])
async def test_a_strange_pagination_token_is_refused(stores, token):
    with pytest.raises(InvalidRequest):
        await stores.catalog.list_assistants("p", limit=2, after=token)


async def test_a_file_comes_back_as_it_was_stored(stores):
    await stores.catalog.add_assistant(stores.assistant())
    upload = stores.upload("résumé.txt", metadata={"tags": ["a", "b"], "n": 1.5, "ok": True})
    operation = await stores.append_content("o1", upload=upload)
    assert await stores.catalog.find_file("a1", "f1") == stores.file(operation)
    assert await stores.catalog.find_file("a1", "f2") is None
    assert await stores.catalog.find_file("a2", "f1") is None
    assert await stores.catalog.count_files("a1") == 1


async def test_files_are_listed_newest_first_in_pages(stores):
    await stores.catalog.add_assistant(stores.assistant())
    for number in range(5):
        await stores.append_content(f"o{number}", file_id=f"f{number}")
        stores.clock.advance(SECOND)
    first = await stores.catalog.list_files("a1", limit=3, after=None)
    second = await stores.catalog.list_files("a1", limit=3, after=first.next)
    assert [file.id for file in first.items] == ["f4", "f3", "f2"]
    assert [file.id for file in second.items] == ["f1", "f0"]
    assert second.next is None


async def test_a_listing_with_a_matcher_fills_its_pages(stores):
    await stores.catalog.add_assistant(stores.assistant())
    for number in range(9):
        upload = stores.upload(metadata={"odd": number % 2 == 1})
        await stores.append_content(f"o{number}", file_id=f"f{number}", upload=upload)
        stores.clock.advance(SECOND)

    def odd(file):
        return file.upload.metadata["odd"]

    first = await stores.catalog.list_files("a1", limit=2, after=None, matching=odd)
    second = await stores.catalog.list_files("a1", limit=2, after=first.next, matching=odd)
    assert [file.id for file in first.items + second.items] == ["f7", "f5", "f3", "f1"]
    assert second.next is None


async def test_available_files_never_miss_a_change(stores):
    await stores.catalog.add_assistant(stores.assistant())

    async def available():
        return {(f.id, f.generation) for f in await stores.catalog.available_files("a1")}

    assert await available() == set()
    await publish(stores, "o1", file_id="f1")
    assert await available() == {("f1", 1)}
    await publish(stores, "o2", file_id="f2")
    assert await available() == {("f1", 1), ("f2", 1)}
    generation = await stores.log.reserve_generation("a1")
    await publish(
        stores, "o3", type_=OperationType.UPSERT_FILE, file_id="f1", generation=generation
    )
    assert await available() == {("f1", generation), ("f2", 1)}
    await stores.log.append(stores.operation("o4", OperationType.DELETE_FILE, file_id="f2"))
    assert await available() == {("f1", generation)}
    await stores.log.append(stores.operation("o5", OperationType.DELETE_ASSISTANT, file_id=None))
    assert await available() == set()


async def test_available_files_forget_a_file_that_was_removed_between_two_looks(stores):
    await stores.catalog.add_assistant(stores.assistant())
    await publish(stores, "o1", file_id="f1")
    await publish(stores, "o2", file_id="f2")
    assert len(await stores.catalog.available_files("a1")) == 2
    await stores.log.append(stores.operation("o3", OperationType.DELETE_FILE, file_id="f1"))
    await stores.log.complete(await stores.log.claim("w", lease=LEASE))
    await publish(stores, "o4", file_id="f3")
    assert {f.id for f in await stores.catalog.available_files("a1")} == {"f2", "f3"}
    await stores.log.append(stores.operation("o5", OperationType.DELETE_ASSISTANT, file_id=None))
    await stores.log.complete(await stores.log.claim("w", lease=LEASE))
    assert list(await stores.catalog.available_files("a1")) == []


async def test_files_of_a_dying_assistant_are_deleting(stores):
    await stores.catalog.add_assistant(stores.assistant())
    await publish(stores, "o1")
    await stores.log.append(stores.operation("o2", OperationType.DELETE_ASSISTANT, file_id=None))
    file = await stores.catalog.find_file("a1", "f1")
    assert file is not None
    assert file.status is FileStatus.DELETING


async def test_files_of_an_id_are_found_in_all_assistants_of_the_project(ready):
    await ready.catalog.add_assistant(ready.assistant("b1", project="q"))
    await ready.publish("o1", file_id="same")
    await ready.append_content("o2", assistant_id="a2", file_id="same")
    await ready.append_content("o3", assistant_id="b1", file_id="same")
    await ready.append_content("o4", assistant_id="a2", file_id="other")
    found = await ready.catalog.files_by_id("p", "same")
    assert [(file.assistant_id, file.status) for file in found] == [
        ("a1", FileStatus.AVAILABLE),
        ("a2", FileStatus.PROCESSING),
    ]
    assert list(await ready.catalog.files_by_id("p", "nothing")) == []


async def test_files_are_counted_by_status_with_their_bytes(ready):
    await ready.publish("o1", file_id="f1", upload=ready.upload(size=5_000_000_000))
    await ready.publish("o2", file_id="f2", upload=ready.upload(size=7))
    await ready.append_content("o3", file_id="f3", upload=ready.upload(size=1))
    assert dict(await ready.catalog.files_by_status("a1")) == {
        FileStatus.AVAILABLE: (2, 5_000_000_007),
        FileStatus.PROCESSING: (1, 1),
    }
    assert dict(await ready.catalog.files_by_status("a2")) == {}
