"""Files: what is accepted, what is stored, what is refused and leaves nothing behind."""

import asyncio
import base64
import hashlib
from datetime import timedelta

import google_crc32c
import pytest
from tests.wire.requirements import requirement

from lodgepole.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    TooLarge,
    Unavailable,
)
from lodgepole.library.blob_keys import original_key
from lodgepole.library.supplied_passages import WAITING_FOR, WAITING_MOST
from lodgepole.limits import Limits
from lodgepole.metadata_filter import parse_filter
from lodgepole.model import FileKind, FileStatus, FileVersion, OperationStatus, OperationType


async def keys(house):
    return [key async for key in house.blobs.keys("")]


async def never(_house=None):
    raise AssertionError("the content must not be read")
    yield b""


# --- uploading --------------------------------------------------------------------------------


async def test_an_upload_is_stored_and_recorded_before_it_is_accepted(house):
    assistant = await house.assistant()
    data = b"Hello, world. " * 100
    file = await house.upload(assistant, "greeting.TXT", data, metadata={"n": 1})
    assert file.status is FileStatus.PROCESSING
    assert file.upload.kind is FileKind.TEXT
    assert file.upload.size == len(data)
    assert file.upload.sha256 == hashlib.sha256(data).hexdigest()
    expected = base64.b64encode(google_crc32c.Checksum(data).digest()).decode()
    assert file.upload.crc32c == expected
    assert await house.files.get(assistant, file.id) == file
    assert await house.blobs.get(original_key(assistant.id, file.version)) == data
    page = await house.operations.list(assistant, types=(), statuses=(), limit=5, after=None)
    (operation,) = page.items
    assert (operation.type, operation.file_id) == (OperationType.UPLOAD_FILE, file.id)


async def test_the_same_name_may_be_uploaded_twice(house):
    assistant = await house.assistant()
    first = await house.upload(assistant, "a.txt", b"x")
    second = await house.upload(assistant, "a.txt", b"x")
    assert first.id != second.id


@pytest.mark.parametrize("name", ["", "a\n.txt", "\0.txt", "x" * 1021 + ".txt"])
async def test_names_that_are_refused(house, name):
    assistant = await house.assistant()
    with pytest.raises(InvalidRequest, match="Invalid file name"):
        await house.upload(assistant, name, b"")


async def test_an_upload_over_its_limit_is_stopped_and_leaves_nothing(make_house):
    house = make_house(limits=Limits(file_bytes=100))
    assistant = await house.assistant()
    await house.upload(assistant, "fits.txt", b"x" * 100)
    taken = 0

    async def endless():
        nonlocal taken
        while True:
            taken += 10
            yield b"x" * 10

    with pytest.raises(TooLarge, match="larger than the 100 bytes"):
        await house.files.upload(
            assistant, name="big.txt", content=endless(), metadata=None, multimodal=False
        )
    assert taken == 110
    assert len(await keys(house)) == 1
    assert await house.catalog.count_files(assistant.id) == 1


async def test_multimodal_is_for_pdfs(house):
    assistant = await house.assistant()
    with pytest.raises(InvalidRequest, match="Multimodal is for PDF"):
        await house.upload(assistant, "a.txt", b"", multimodal=True)
    assert (await house.upload(assistant, "a.pdf", b"x", multimodal=True)).upload.multimodal


async def test_what_is_refused_is_refused_before_the_content_is_read(house):
    assistant = await house.assistant()
    for name, metadata in (("a.exe", None), ("a.txt", {"$x": 1})):
        with pytest.raises(InvalidRequest):
            await house.files.upload(
                assistant, name=name, content=never(), metadata=metadata, multimodal=False
            )


async def test_an_assistant_holds_so_many_files_and_no_more(make_house):
    house = make_house(limits=Limits(files_per_assistant=1))
    assistant = await house.assistant()
    await house.upload(assistant, "a.txt", b"x")
    with pytest.raises(RateLimited):
        await house.upload(assistant, "b.txt", b"x")
    with pytest.raises(RateLimited):
        await house.upsert(assistant, "new", "b.txt", b"x")


async def test_of_uploads_at_once_one_takes_the_last_place(make_house):
    house = make_house(limits=Limits(files_per_assistant=2))
    assistant = await house.assistant()
    await house.upload(assistant, "a.txt", b"x")
    files = house.files
    checked = asyncio.Barrier(5)

    async def slow():
        await checked.wait()  # all have passed the look before the upload
        yield b"x"

    ended = await asyncio.gather(
        *(
            files.upload(assistant, name="b.txt", content=slow(), metadata=None, multimodal=False)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    refused = [end for end in ended if isinstance(end, RateLimited)]
    assert len(refused) == 4
    assert refused[0].retry_after
    assert len(await keys(house)) == 2


async def test_passages_wait_for_so_many_ids_without_a_file(house):
    assistant = await house.assistant()
    files = house.files

    async def lines():
        yield b"{}\n"

    for number in range(WAITING_MOST):
        await files.give_passages(assistant, f"f{number}", lines())
    await files.give_passages(assistant, "f0", lines())
    with pytest.raises(RateLimited):
        await files.give_passages(assistant, "another", lines())
    await files.upsert(
        assistant, "f1", name="a.txt", content=lines(), metadata=None, multimodal=False
    )
    await files.give_passages(assistant, "another", lines())
    house.clock.advance(WAITING_FOR)
    await files.give_passages(assistant, "later", lines())


async def test_an_upload_to_a_dying_assistant_leaves_nothing(house):
    assistant = await house.assistant()
    await house.assistants.delete("p", "docs")
    with pytest.raises(NotFound):
        await house.upload(assistant, "a.txt", b"x")
    assert await keys(house) == []


async def test_bytes_stay_when_it_is_not_known_whether_their_upload_was_accepted(house):
    assistant = await house.assistant()
    append = house.log.append

    async def accept_and_lose_the_answer(operation, *, file=None, **limits):
        await append(operation, file=file, **limits)
        raise Unavailable("The database does not answer.")

    house.log.append = accept_and_lose_the_answer
    with pytest.raises(Unavailable):
        await house.upload(assistant, "a.txt", b"x")
    assert len(await keys(house)) == 1


# --- upserting --------------------------------------------------------------------------------


async def test_an_upsert_creates_a_file_under_its_own_id(house):
    assistant = await house.assistant()
    operation = await house.upsert(assistant, "my-file_1", "a.txt", b"One fact.")
    assert (operation.type, operation.file_id) == (OperationType.UPSERT_FILE, "my-file_1")
    await house.worker().drain()
    file = await house.files.get(assistant, "my-file_1")
    assert file.status is FileStatus.AVAILABLE


@pytest.mark.parametrize("file_id", ["", "a b", "a/b", "..", "x" * 129, "é"])
async def test_an_id_that_is_none_is_refused(house, file_id):
    assistant = await house.assistant()
    with pytest.raises(InvalidRequest, match="Invalid file id"):
        await house.upsert(assistant, file_id, "a.txt", b"x")


async def test_a_second_operation_on_a_busy_file_is_refused_before_its_content_is_read(house):
    assistant = await house.assistant()
    file = await house.upload(assistant, "a.txt", b"x")
    with pytest.raises(Conflict, match="under way"):
        await house.files.upsert(
            assistant, file.id, name="a.txt", content=never(), metadata=None, multimodal=False
        )


async def test_of_two_upserts_at_a_time_one_is_accepted_with_its_own_bytes(house):
    assistant = await house.assistant()

    async def slow():
        yield b"first "
        await house.upsert(assistant, "f", "a.txt", b"second")
        yield b"still first"

    with pytest.raises(Conflict):
        await house.files.upsert(
            assistant, "f", name="a.txt", content=slow(), metadata=None, multimodal=False
        )
    (key,) = await keys(house)
    assert await house.blobs.get(key) == b"second"
    await house.worker().drain()
    file = await house.files.get(assistant, "f")
    assert (file.status, file.upload.size) == (FileStatus.AVAILABLE, 6)


@requirement("file.upsert-atomic")
async def test_readers_see_the_old_content_until_the_new_one_is_published(house):
    assistant = await house.assistant()
    before = await house.ingested(assistant, "a.txt", b"Old text.")
    operation = await house.upsert(assistant, before.id, "b.txt", b"New text.", metadata={"v": 2})
    assert await house.files.get(assistant, before.id) == before
    await house.worker().drain()
    after = await house.files.get(assistant, before.id)
    assert (after.upload.name, after.upload.metadata) == ("b.txt", {"v": 2})
    assert after.generation == operation.generation > before.generation
    assert len(await house.index.versions(assistant.id)) == 1


async def test_unchanged_bytes_keep_what_was_made_of_them(house):
    assistant = await house.assistant()
    before = await house.ingested(assistant, "a.txt", b"Same text.", metadata={"v": 1})
    stored = await keys(house)
    operation = await house.upsert(assistant, before.id, "a.txt", b"Same text.", metadata={"v": 2})
    await house.worker().drain()
    after = await house.files.get(assistant, before.id)
    assert (after.generation, after.upload.metadata) == (before.generation, {"v": 2})
    assert after.status is FileStatus.AVAILABLE
    assert await keys(house) == stored
    finished = await house.operations.get(assistant, operation.id)
    assert (finished.status, finished.ingestion_units) == (OperationStatus.COMPLETED, 0)


async def test_the_same_bytes_under_another_name_are_read_again(house):
    assistant = await house.assistant()
    before = await house.ingested(assistant, "a.txt", b"Same text.")
    await house.upsert(assistant, before.id, "b.md", b"Same text.")
    await house.worker().drain()
    assert (await house.files.get(assistant, before.id)).generation > before.generation


# --- reading and deleting ---------------------------------------------------------------------


async def test_an_unknown_file_is_not_found_in_the_words_of_the_api(house):
    assistant = await house.assistant()
    with pytest.raises(NotFound) as refused:
        await house.files.get(assistant, "x")
    assert str(refused.value) == "File with id x  not found in provided assistant"
    with pytest.raises(NotFound):
        await house.files.delete(assistant, "x")


async def test_files_of_another_assistant_are_not_found(house):
    one, two = await house.assistant("one"), await house.assistant("two")
    file = await house.upload(one, "a.txt", b"x")
    with pytest.raises(NotFound):
        await house.files.get(two, file.id)


async def test_files_are_listed_by_filter(house):
    assistant = await house.assistant()
    for number in range(4):
        await house.upload(assistant, f"{number}.txt", b"x", metadata={"n": number})
    page = await house.files.list(
        assistant, filter=parse_filter({"n": {"$gte": 2}}), limit=10, after=None
    )
    assert [file.upload.name for file in page.items] == ["3.txt", "2.txt"]
    everything = await house.files.list(assistant, filter=None, limit=3, after=None)
    assert len(everything.items) == 3
    assert everything.next is not None


async def test_a_deleted_file_is_deleting_then_gone_with_all_that_was_stored_of_it(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"Some text.")
    operation = await house.files.delete(assistant, file.id)
    assert operation.type is OperationType.DELETE_FILE
    assert (await house.files.get(assistant, file.id)).status is FileStatus.DELETING
    assert list(await house.catalog.available_files(assistant.id)) == []
    assert await house.files.delete(assistant, file.id) == operation
    await house.worker().drain()
    with pytest.raises(NotFound):
        await house.files.get(assistant, file.id)
    assert await keys(house) == []
    assert list(await house.index.versions(assistant.id)) == []


async def test_a_file_can_be_deleted_while_it_is_processing(house):
    assistant = await house.assistant()
    file, upload = await house.files.upload(
        assistant, name="a.txt", content=_once(b"x"), metadata=None, multimodal=False
    )
    await house.files.delete(assistant, file.id)
    await house.worker().drain()
    cancelled = await house.operations.get(assistant, upload.id)
    assert cancelled.status is OperationStatus.FAILED
    assert await keys(house) == []


async def test_an_upsert_beside_the_end_of_a_deletion_is_refused_or_whole(house):
    assistant = await house.assistant()
    for accepted_first in (True, False):
        await house.files.upsert(
            assistant, "f", name="a.txt", content=_once(b"old"), metadata=None, multimodal=False
        )
        await house.worker().drain()
        house.clock.advance(timedelta(seconds=2))

        async def deleting(first=accepted_first):
            """The new bytes, between the first and the last of which the file is deleted."""
            yield b"new "
            await house.files.delete(assistant, "f")
            house.clock.advance(timedelta(seconds=2))
            if first:
                await house.worker().drain()
            yield b"text"

        with pytest.raises(Conflict):
            await house.files.upsert(
                assistant, "f", name="a.txt", content=deleting(), metadata=None, multimodal=False
            )
        await house.worker().drain()
        assert await keys(house) == []


async def test_what_an_upsert_stores_during_a_deletion_is_not_removed_with_the_file(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"old")
    await house.files.delete(assistant, file.id)
    later = FileVersion(file.id, await house.log.reserve_generation(assistant.id))
    await house.blobs.put(original_key(assistant.id, later), _once(b"new"))
    await house.worker().drain()
    assert await keys(house) == [original_key(assistant.id, later)]


async def _once(data):
    yield data


# --- links ------------------------------------------------------------------------------------


async def test_a_link_opens_the_file_without_a_key_for_an_hour(house):
    assistant = await house.assistant()
    file = await house.upload(assistant, "a.txt", b"content")
    token = house.files.content_token(file)
    found, content = await house.files.open_content(token)
    assert found == file
    assert b"".join([chunk async for chunk in content]) == b"content"
    house.clock.advance(timedelta(hours=1, seconds=1))
    with pytest.raises(PermissionDenied, match="expired"):
        await house.files.open_content(token)


@pytest.mark.parametrize("token", ["", ".", "x.y", "WyJhIiwiZiIsMV0.x", "é.é", "a" * 10_000])
async def test_a_forged_link_opens_nothing(house, token):
    with pytest.raises(PermissionDenied):
        await house.files.open_content(token)


async def test_a_link_to_a_deleted_file_opens_nothing(house):
    assistant = await house.assistant()
    file = await house.upload(assistant, "a.txt", b"content")
    token = house.files.content_token(file)
    await house.files.delete(assistant, file.id)
    with pytest.raises(NotFound):
        await house.files.open_content(token)


# --- metadata alone ---------------------------------------------------------------------------


async def test_metadata_are_replaced_and_the_content_stays(house):
    assistant = await house.assistant()
    file = await house.ingested(assistant, "a.txt", b"Forty tonnes.", metadata={"n": 1, "m": "x"})
    operation = await house.files.update_metadata(assistant, file.id, {"n": 2})
    assert operation.type is OperationType.UPDATE_FILE_METADATA
    await house.worker().drain()
    changed = await house.files.get(assistant, file.id)
    assert (changed.upload.metadata, changed.version) == ({"n": 2}, file.version)
    assert changed.status is FileStatus.AVAILABLE
    await house.files.update_metadata(assistant, file.id, {})
    await house.worker().drain()
    assert (await house.files.get(assistant, file.id)).upload.metadata is None


async def test_metadata_of_what_has_no_content_or_is_busy_are_not_changed(house):
    assistant = await house.assistant()
    busy = await house.upload(assistant, "a.txt", b"Forty tonnes.")
    with pytest.raises(Conflict):
        await house.files.update_metadata(assistant, busy.id, {"n": 1})
    await house.worker().drain()
    with pytest.raises(InvalidRequest):
        await house.files.update_metadata(assistant, busy.id, {"$n": 1})
    with pytest.raises(NotFound):
        await house.files.update_metadata(assistant, "nothing", {"n": 1})
    await house.files.delete(assistant, busy.id)
    with pytest.raises(Conflict):
        await house.files.update_metadata(assistant, busy.id, {"n": 1})
