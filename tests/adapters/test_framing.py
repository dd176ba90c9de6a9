"""Frames between processes."""

import asyncio
import io

import pytest

from lodgepole.adapters.framing import read_frame, read_frame_blocking, write_frame_blocking


def written(*frames: tuple[bytes, bytes]) -> bytes:
    stream = io.BytesIO()
    for kind, payload in frames:
        write_frame_blocking(stream, kind, payload)
    return stream.getvalue()


def reader_of(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_both_ways_of_reading_give_what_was_written():
    frames = [(b"A", b"one"), (b"B", b"")]
    stream, reader = io.BytesIO(written(*frames)), reader_of(written(*frames))
    assert [read_frame_blocking(stream) for _ in range(3)] == [*frames, None]
    assert [await read_frame(reader) for _ in range(3)] == [*frames, None]


async def test_a_frame_that_is_cut_off_is_none():
    data = written((b"A", b"one"))
    for end in range(len(data)):
        assert read_frame_blocking(io.BytesIO(data[:end])) is None
        assert await read_frame(reader_of(data[:end])) is None


async def test_a_frame_that_is_too_large_is_not_read():
    with pytest.raises(ValueError, match="3 bytes"):
        await read_frame(reader_of(written((b"A", b"one"))), most=2)
