"""Frame protocol between processes of this program: length, type letter, payload.

The length is four bytes, big-endian, and counts the payload alone. Both ends are of one release.
"""

import asyncio
import struct
from typing import BinaryIO

PAYLOAD_MOST = 2**32 - 1
_HEAD = struct.Struct(">Ic")

Frame = tuple[bytes, bytes]
"""The letter and the payload."""


async def read_frame(reader: asyncio.StreamReader, *, most: int = PAYLOAD_MOST) -> Frame | None:
    """The next frame, or None at the connection's end. Raises ValueError on more than `most`."""
    try:
        length, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if length > most:
            raise ValueError(f"a frame of {length:,} bytes, where {most:,} are the most")
        return kind, await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def write_frame(writer: asyncio.StreamWriter, kind: bytes, payload: bytes = b"") -> None:
    """Raises ConnectionError when nobody reads any more."""
    writer.write(_HEAD.pack(len(payload), kind))
    writer.write(payload)
    await writer.drain()


def read_frame_blocking(stream: BinaryIO) -> Frame | None:
    """The next frame, or None at the stream's end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length, kind = _HEAD.unpack(head)
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None


def write_frame_blocking(stream: BinaryIO, kind: bytes, payload: bytes = b"") -> None:
    stream.write(_HEAD.pack(len(payload), kind))
    stream.write(payload)
    stream.flush()
