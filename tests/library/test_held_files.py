"""Files before an assistant has them: whole or not there, found, taken up, removed everywhere."""

from datetime import timedelta

import pytest
from tests.conftest import chunks

from lodgepole.errors import InvalidRequest, NotFound, RateLimited, TooLarge, Unavailable
from lodgepole.library.blob_keys import held_key
from lodgepole.library.held_files import ARRIVAL, OF_ASSISTANTS
from lodgepole.limits import Limits
from lodgepole.model import FileStatus, RecordKind

HOUR = timedelta(hours=1)


async def accept(house, name="a.txt", data=b"The crane lifts 40 tonnes.", project="p", **options):
    return await house.held_files.accept(
        project, name=name, content=chunks(data), purpose=OF_ASSISTANTS, **options
    )


async def read(house, held) -> bytes:
    return b"".join([chunk async for chunk in house.held_files.content(held)])


async def names(house, project="p", **asked):
    options = {"purpose": None, "limit": 10, "after": None, "newest_first": True, **asked}
    return [held.file.upload.name for held in await house.held_files.list(project, **options)]


async def blobs(house) -> list[str]:
    return [key async for key in house.blobs.keys("")]


async def test_an_accepted_file_is_there_in_its_project_alone(house):
    held = await accept(house, data=b"hello")
    assert held.id.startswith("file-")
    assert (held.file.upload.size, held.purpose, held.expires_at) == (5, OF_ASSISTANTS, None)
    assert await house.held_files.get("p", held.id) == held
    assert await read(house, held) == b"hello"
    with pytest.raises(NotFound):
        await house.held_files.get("q", held.id)
    with pytest.raises(NotFound):
        await house.held_files.get("p", "file-nothing")


async def test_what_is_refused_is_not_there_and_leaves_nothing_for_long(house):
    house.limits = Limits(file_bytes=4)
    with pytest.raises(InvalidRequest):
        await accept(house, "picture.png")
    with pytest.raises(TooLarge):
        await accept(house, data=b"hello")
    assert await names(house) == []
    house.clock.advance(ARRIVAL + HOUR)
    await house.swept()
    assert not house.database.records
    assert await blobs(house) == []


async def test_a_project_holds_no_more_than_it_may(house):
    house.limits = Limits(held_files_per_project=1)
    await accept(house)
    with pytest.raises(RateLimited):
        await accept(house)
    await accept(house, project="q")


async def test_an_upload_that_a_crash_ended_goes_with_its_bytes(house):
    whole = await accept(house)

    async def broken():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await house.held_files.accept("p", name="b.txt", content=broken(), purpose=OF_ASSISTANTS)
    kinds = [record.kind for record in house.database.records.values()]
    assert sorted(kinds) == [RecordKind.FILE, RecordKind.PASSING_FILE]
    house.clock.advance(ARRIVAL + HOUR)
    await house.swept()
    assert [record.id for record in house.database.records.values()] == [whole.id]
    assert await read(house, whole)


async def test_a_file_expires_and_its_bytes_with_it(house):
    held = await accept(house, lasts=2 * HOUR)
    other = await accept(house)
    house.clock.advance(HOUR)
    assert await house.held_files.get("p", held.id) == held
    house.clock.advance(HOUR)
    with pytest.raises(NotFound):
        await house.held_files.get("p", held.id)
    assert await names(house) == ["a.txt"]
    await house.swept()
    assert await blobs(house) == [held_key(other.id)]
    for lasts in (timedelta(minutes=59), timedelta(days=31)):
        with pytest.raises(InvalidRequest):
            await accept(house, lasts=lasts)


async def test_lists_go_either_way_after_an_id_and_by_purpose(house):
    held = [await accept(house, f"{letter}.txt") for letter in "abc"]
    await house.held_files.accept("p", name="d.txt", content=chunks(b"x"), purpose="user_data")
    assert await names(house) == ["d.txt", "c.txt", "b.txt", "a.txt"]
    assert await names(house, newest_first=False, limit=2) == ["a.txt", "b.txt"]
    assert await names(house, after=held[1].id) == ["a.txt"]
    assert await names(house, purpose="user_data") == ["d.txt"]
    with pytest.raises(NotFound):
        await names(house, after="file-nothing")


async def test_an_assistant_takes_a_file_up_under_its_id(house):
    assistant = await house.assistant()
    held = await accept(house, project=assistant.project_id)
    file = await house.held_files.take_up(assistant, held.id, {"year": 2024})
    assert (file.id, file.status) == (held.id, FileStatus.PROCESSING)
    await house.worker().drain()
    file = await house.files.get(assistant, held.id)
    assert file.status is FileStatus.AVAILABLE
    assert file.upload.metadata == {"year": 2024}
    assert await house.held_files.get(assistant.project_id, held.id) == held


async def test_a_file_of_an_assistant_alone_is_found_and_taken_up_by_another(house):
    first, second = await house.assistant(), await house.assistant("more")
    file = await house.ingested(first, "a.txt", b"The crane lifts 40 tonnes.")
    held = await house.held_files.get(first.project_id, file.id)
    assert (held.file, held.purpose) == (file, OF_ASSISTANTS)
    assert await read(house, held) == b"The crane lifts 40 tonnes."
    copy = await house.held_files.take_up(second, file.id, None)
    assert copy.upload.sha256 == file.upload.sha256
    assert await names(house, first.project_id) == []


async def test_a_deletion_removes_it_from_all_assistants(house):
    first, second = await house.assistant(), await house.assistant("more")
    held = await accept(house, project=first.project_id)
    for assistant in (first, second):
        await house.held_files.take_up(assistant, held.id, None)
    await house.held_files.delete(first.project_id, held.id)
    with pytest.raises(NotFound):
        await house.held_files.get(first.project_id, held.id)
    for assistant in (first, second):
        assert (await house.files.get(assistant, held.id)).status is FileStatus.DELETING
    assert held_key(held.id) not in await blobs(house)
    assert not house.database.records


async def test_a_deletion_that_a_crash_ended_is_finished_by_the_sweep(house, monkeypatch):
    held = await accept(house)

    async def dies(prefix):
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(house.blobs, "remove_prefix", dies)
        await house.held_files.delete("p", held.id)
    with pytest.raises(NotFound):
        await house.held_files.get("p", held.id)
    await house.swept()
    assert (await blobs(house), house.database.records) == ([], {})


async def test_damaged_bytes_are_not_taken_for_the_file(house):
    held = await accept(house)
    await house.blobs.put(held_key(held.id), chunks(b"other"))
    with pytest.raises(Unavailable):
        await read(house, held)
