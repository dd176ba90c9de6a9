"""Checks a Git pack before it is unpacked: number of objects, and the size of each.

A pack of a few kilobytes may hold gigabytes. Whatever is larger than allowed is found by inflating
it piece by piece, with nothing kept. The format: https://git-scm.com/docs/pack-format
"""

import zlib
from typing import IO

from lodgepole.errors import TooLarge, Unavailable

OBJECTS_MOST = 1_000_000
OBJECT_BYTES = 200 * 1024 * 1024
INFLATED_MOST = 4 * 1024 * 1024 * 1024
"""Of all objects together."""
PIECE_BYTES = 64 * 1024
_OFFSET_DELTA, _REF_DELTA = 6, 7
DAMAGED = "The repository's answer is no pack."


def check_pack(file: IO[bytes]) -> None:
    """Look through a pack from the file's beginning.

    Raises:
        TooLarge: It holds more, or something larger, than allowed.
        Unavailable: It is damaged.
    """
    file.seek(0)
    head = file.read(12)
    if len(head) != 12 or head[:4] != b"PACK":
        raise Unavailable(DAMAGED)
    count = int.from_bytes(head[8:])
    if count > OBJECTS_MOST:
        raise TooLarge(f"The repository holds more than the {OBJECTS_MOST} objects allowed.")
    source, total = _Source(file), 0
    for _ in range(count):
        total += _check_object(source)
        if total > INFLATED_MOST:
            raise TooLarge(f"The repository is larger than the {INFLATED_MOST} bytes allowed.")


def _check_object(source: "_Source") -> int:
    byte = source.byte()
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 0x80:
        byte = source.byte()
        size |= (byte & 0x7F) << shift
        shift += 7
    if kind == _OFFSET_DELTA:
        while source.byte() & 0x80:
            pass
    elif kind == _REF_DELTA:
        for _ in range(20):
            source.byte()
    _check_size(size)
    head = source.inflate(size)
    if kind in (_OFFSET_DELTA, _REF_DELTA):
        _, at = _varint(head, 0)
        becomes, _ = _varint(head, at)
        _check_size(becomes)
        return size + becomes
    return size


def _check_size(size: int) -> None:
    if size > OBJECT_BYTES:
        raise TooLarge(f"The repository holds a file larger than {OBJECT_BYTES} bytes.")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
    raise Unavailable(DAMAGED)


class _Source:
    """The bytes of a file from where it stands, some of them packed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = b""

    def byte(self) -> int:
        if not self._left:
            self._left = self._file.read(PIECE_BYTES)
            if not self._left:
                raise Unavailable(DAMAGED)
        first, self._left = self._left[0], self._left[1:]
        return first

    def inflate(self, size: int) -> bytes:
        """Pass over what is packed here and has `size` bytes; the first ones."""
        unpack = zlib.decompressobj()
        head, count = b"", 0
        try:
            while not unpack.eof:
                given = unpack.unconsumed_tail or self._left or self._file.read(PIECE_BYTES)
                self._left = b""
                if not given:
                    raise Unavailable(DAMAGED)
                made = unpack.decompress(given, PIECE_BYTES)
                count += len(made)
                if count > size:
                    raise Unavailable(DAMAGED)
                head = head or made[:64]
        except zlib.error as error:
            raise Unavailable(DAMAGED) from error
        if count != size:
            raise Unavailable(DAMAGED)
        self._left = unpack.unused_data
        return head
