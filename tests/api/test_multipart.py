import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from tests.wire.requirements import requirement

from lodgepole.api.multipart import FormLimits, UploadSpool, read_upload
from lodgepole.errors import InvalidRequest, RateLimited, TooLarge, Unavailable

BOUNDARY = "b0undary"
FILE_LIMIT = 100_000
OVERHEAD = 4_000


def part(headers: str, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\n{headers}\r\n\r\n".encode()
    return head + content + b"\r\n"


def file_part(content: bytes = b"hello", disposition: str = 'filename="a.txt"') -> bytes:
    return part(f'Content-Disposition: form-data; name="file"; {disposition}', content)


def field_part(content: bytes, name: str = "metadata") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', content)


def blob_part(content: bytes) -> bytes:
    return part(
        'Content-Disposition: form-data; name="metadata"; filename="blob"\r\n'
        "Content-Type: application/json",
        content,
    )


END = f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes, *, chunk: int = 65_536, content_type: str | None = None) -> Request:
    pieces = [body[i : i + chunk] for i in range(0, len(body), chunk)] or [b""]

    async def receive() -> dict:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    kind = content_type or f"multipart/form-data; boundary={BOUNDARY}"
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


LIMITS = FormLimits(file_bytes=lambda name: FILE_LIMIT, overhead_bytes=OVERHEAD)


async def read(body: bytes, **options) -> tuple[str, bytes, object]:
    async with read_upload(request(body, **options), LIMITS, UploadSpool(None, most=1)) as form:
        return form.name, await drain(form.content), form.metadata


async def drain(content: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in content])


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 65_536])
@pytest.mark.parametrize(
    "parts",
    [
        (file_part(), field_part(b'{"a": 1}')),
        (field_part(b'{"a": 1}'), file_part()),
        (blob_part(b'{"a": 1}'), file_part()),
        (file_part(), blob_part(b'{"a": 1}')),
        (field_part(b"x", "other"), file_part(), field_part(b'{"a": 1}')),
    ],
)
@requirement("form.metadata-part", "form.chunked")
async def test_parts_come_in_any_order_as_field_or_file_and_in_any_chunks(
    parts: tuple[bytes, ...], chunk: int
):
    assert await read(b"".join(parts) + END, chunk=chunk) == ("a.txt", b"hello", {"a": 1})


@pytest.mark.parametrize("chunk", [1, 5, 64, 65_536])
@pytest.mark.parametrize("preamble", [b"\r\n", b"For mail readers.\r\n", b"--b0un\r\n\r\n--b0\r\n"])
async def test_what_stands_before_the_first_boundary_is_passed_over(preamble: bytes, chunk: int):
    assert await read(preamble + file_part() + END, chunk=chunk) == ("a.txt", b"hello", None)
    with pytest.raises(TooLarge):
        await read(b"x" * (OVERHEAD + 1) + file_part() + END, chunk=chunk)


async def test_content_may_look_like_a_boundary():
    content = b"\r\n--b0undar\r\n--b0undaryx\r\n\r\n--"
    assert (await read(file_part(content) + END, chunk=5))[1] == content


@pytest.mark.parametrize("text", [b"", b"  ", b"null"])
async def test_empty_metadata_is_none(text: bytes):
    assert (await read(file_part() + field_part(text) + END))[2] is None


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="bericht ü.pdf"', "bericht ü.pdf"),
        ("filename*=UTF-8''bericht%20%C3%BC.pdf", "bericht ü.pdf"),
        ("filename=\"x.txt\"; filename*=utf-8'de'%e2%82%ac.pdf", "€.pdf"),
        ("filename*=iso-8859-1''%fc.txt", "ü.txt"),
        ('filename="../../etc/passwd.txt"', "passwd.txt"),
        ('filename="C:\\\\dir\\\\x.txt"', "x.txt"),
        ('filename="a%22b.txt"', 'a"b.txt'),
        ("filename=plain.txt", "plain.txt"),
        ("filename*0*=utf-8''bericht%20%C3; filename*1*=%BC.pdf", "bericht ü.pdf"),
        ('filename*0="a b"; filename*1="c.txt"', "a bc.txt"),
        ('filename="=?utf-8?B?YmVyaWNodCDDvC5wZGY=?="', "bericht ü.pdf"),
        ('filename="=?iso-8859-1?Q?bericht_=FC?= =?utf-8?Q?=2Epdf?="', "bericht ü.pdf"),
        ('filename="=?nobody?B?eA==?=.txt"', "=?nobody?B?eA==?=.txt"),
        ('filename="a=?utf-8?Q?b?=.txt"', "a=?utf-8?Q?b?=.txt"),
    ],
)
async def test_file_names_are_decoded_and_lose_their_path(disposition: str, name: str):
    assert (await read(file_part(disposition=disposition) + END))[0] == name


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (field_part(b"{}") + END, "no part named `file`"),
        (file_part() + file_part() + END, "more than one part named `file`"),
        (file_part() + field_part(b"{}") * 2 + END, "more than one part named `metadata`"),
        (file_part() + field_part(b"{") + END, "`metadata` is not valid JSON"),
        (file_part() + field_part(b"\xff") + END, "`metadata` is not UTF-8"),
        (file_part(), "ends before its closing boundary"),
        (b"nonsense" + END, "ends before"),
        (b"", "ends before"),
        (field_part(b"hello", "file") + END, "no filename"),
        (file_part(disposition='filename="dir/"') + END, "empty filename"),
        (file_part(disposition="filename*=nope''a.txt") + END, "character set"),
        (file_part(disposition="filename*=undefined''a.txt") + END, "character set"),
    ],
)
@requirement("form.broken")
async def test_broken_forms_are_refused_in_words(body: bytes, words: str):
    with pytest.raises(InvalidRequest, match=words):
        await read(body)


async def test_other_content_types_are_refused():
    with pytest.raises(InvalidRequest, match="multipart/form-data"):
        await read(b"{}", content_type="application/json")


async def test_a_file_at_its_limit_is_read_and_one_byte_more_is_not():
    assert len((await read(file_part(b"x" * FILE_LIMIT) + END))[1]) == FILE_LIMIT
    with pytest.raises(TooLarge, match="larger than the 100000 bytes"):
        await read(file_part(b"x" * (FILE_LIMIT + 1)) + END)


async def test_what_is_beside_the_file_is_limited():
    with pytest.raises(TooLarge, match="beside the file"):
        await read(field_part(b"x" * OVERHEAD, "other") + file_part() + END, chunk=100)


async def test_reading_stops_at_the_limit():
    pulled = 0

    async def receive() -> dict:
        nonlocal pulled
        pulled += 1
        body = file_part(b"")[:-2] if pulled == 1 else b"x" * 10_000
        return {"type": "http.request", "body": body, "more_body": True}

    kind = f"multipart/form-data; boundary={BOUNDARY}".encode()
    endless = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}, receive
    )
    with pytest.raises(TooLarge):
        async with read_upload(endless, LIMITS, UploadSpool(None, most=1)):
            pass
    assert pulled < 15


async def test_uploads_over_their_number_at_once_are_told_to_wait(tmp_path):
    spool = UploadSpool(tmp_path, most=1)
    body = file_part(b"x") + END
    async with read_upload(request(body), LIMITS, spool):
        with pytest.raises(RateLimited) as refused:
            async with read_upload(request(body), LIMITS, spool):
                pass
        assert refused.value.retry_after > 0
    async with read_upload(request(body), LIMITS, spool) as form:
        assert await drain(form.content) == b"x"


def test_an_upload_for_which_the_disk_has_no_room_may_be_sent_again(tmp_path):
    room = UploadSpool(tmp_path, most=1)
    with (
        Path("/dev/full").open("wb") as full,  # which has no room for a single byte
        pytest.raises(Unavailable, match="No space left"),
        room.file() as file,
    ):
        os.dup2(full.fileno(), file.fileno())
        file.write(b"x")
    with room.file() as file:  # the place is free again
        file.write(b"x")


def test_one_project_does_not_take_all_places_for_uploads(tmp_path):
    room = UploadSpool(tmp_path, most=3, most_of_one=2)
    with room.file("a"), room.file("a"):
        with pytest.raises(RateLimited, match="2 uploads of yours"), room.file("a"):
            pass
        with (
            room.file("b"),
            pytest.raises(RateLimited, match="3 uploads are under way"),
            room.file("c"),
        ):
            pass
    with room.file("a"):
        pass


def test_an_upload_that_the_disk_will_not_hold_is_refused_before_its_bytes(tmp_path):
    room = UploadSpool(tmp_path, most=1, reserve_bytes=100, free_bytes=lambda _: 120)
    with room.file(size=10):
        pass
    with pytest.raises(Unavailable, match="120 bytes left"), room.file(size=11):
        pass


async def test_an_upload_of_unknown_size_ends_where_the_disk_is_full(tmp_path):
    free = iter([5_000_000, 5_000_000, 900_000])
    room = UploadSpool(tmp_path, most=1, free_bytes=lambda _: next(free))
    large = FormLimits(file_bytes=lambda name: 10_000_000, overhead_bytes=OVERHEAD)
    with pytest.raises(Unavailable, match="900,000 bytes left"):
        async with read_upload(request(file_part(b"x" * 4_000_000) + END), large, room):
            pass


async def test_an_upload_has_so_much_time_and_no_more(tmp_path):
    async def receive() -> dict:
        await asyncio.Event().wait()
        return {}

    silent = request(b"")
    silent._receive = receive
    with pytest.raises(InvalidRequest, match="longer than"):
        async with read_upload(silent, LIMITS, UploadSpool(tmp_path, most=1, seconds=0)):
            pass


def test_a_folder_for_uploads_that_is_gone_is_unavailable(tmp_path):
    with pytest.raises(Unavailable), UploadSpool(tmp_path / "gone", most=1).file():
        pass


async def test_fields_that_are_asked_for_are_read_and_others_are_not():
    wanted = FormLimits(
        file_bytes=lambda name: FILE_LIMIT, overhead_bytes=OVERHEAD, texts=("purpose", "absent")
    )
    body = field_part("für alle".encode(), "purpose") + file_part() + field_part(b"x", "other")
    async with read_upload(request(body + END, chunk=3), wanted, UploadSpool(None, most=1)) as form:
        assert form.texts == {"purpose": "für alle"}
        assert await drain(form.content) == b"hello"
    broken = field_part(b"\xff", "purpose") + file_part() + END
    with pytest.raises(InvalidRequest):
        async with read_upload(request(broken), wanted, UploadSpool(None, most=1)):
            pass
