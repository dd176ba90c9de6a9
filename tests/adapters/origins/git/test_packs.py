import io
import zlib

import pytest

from lodgepole.adapters.origins.git import packs
from lodgepole.adapters.origins.git.packs import OBJECT_BYTES, OBJECTS_MOST, check_pack
from lodgepole.errors import TooLarge, Unavailable

BLOB, OFFSET_DELTA, REF_DELTA = 3, 6, 7


def entry(kind: int, size: int, data: bytes, between: bytes = b"") -> bytes:
    head, size = [kind << 4 | size & 15], size >> 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + between + zlib.compress(data)


def number(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def pack(*entries: bytes, count: int | None = None) -> io.BytesIO:
    head = b"PACK" + (2).to_bytes(4) + (len(entries) if count is None else count).to_bytes(4)
    return io.BytesIO(head + b"".join(entries) + b"\0" * 20)


def test_what_is_as_it_says_is_fine():
    delta = number(3) + number(3) + b"\x03abc"
    check_pack(
        pack(
            entry(BLOB, 100_000, b"x" * 100_000),
            entry(BLOB, 0, b""),
            entry(OFFSET_DELTA, len(delta), delta, between=b"\x81\x01"),
            entry(REF_DELTA, len(delta), delta, between=b"r" * 20),
        )
    )


def test_something_that_says_it_is_too_large():
    with pytest.raises(TooLarge):
        check_pack(pack(entry(BLOB, OBJECT_BYTES + 1, b"x")))


def test_a_change_that_makes_something_too_large():
    delta = number(3) + number(OBJECT_BYTES + 1) + b"\x03abc"
    with pytest.raises(TooLarge):
        check_pack(pack(entry(REF_DELTA, len(delta), delta, between=b"r" * 20)))


def test_all_together_too_large(monkeypatch):
    monkeypatch.setattr(packs, "INFLATED_MOST", 1000)
    with pytest.raises(TooLarge):
        check_pack(pack(*[entry(BLOB, 400, b"x" * 400)] * 3))


def test_more_things_than_allowed():
    with pytest.raises(TooLarge):
        check_pack(pack(count=OBJECTS_MOST + 1))


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b""),
        io.BytesIO(b"PACK"),
        io.BytesIO(b"HTTP/1.1 200 OK"),
        pack(count=3),
        pack(entry(BLOB, 10, b"x" * 1_000_000)),  # larger than it says
        pack(entry(BLOB, 10, b"x")),
        pack(bytes([BLOB << 4 | 1]) + b"not packed"),
        pack(entry(OFFSET_DELTA, 1, b"\x80", between=b"\x01")),
    ],
)
def test_damage(file):
    with pytest.raises(Unavailable):
        check_pack(file)
