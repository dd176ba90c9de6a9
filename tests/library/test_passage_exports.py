"""Passages with vectors are handed out a part at a time, in order, whole."""

import pytest

from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.library import passage_exports
from lodgepole.library.passage_exports import read_passages

TEXT = "\n\n".join(f"Paragraph {n} says that the number is {n}. " * 12 for n in range(40)).encode()


@pytest.fixture
async def file(house):
    return await house.ingested(await house.assistant(), "a.txt", TEXT)


async def test_parts_follow_each_other_until_there_is_no_more(house, file, monkeypatch) -> None:
    whole = await read_passages(house.index, file, first=0)
    assert whole.more is False
    assert len(whole.passages) > 4

    monkeypatch.setattr(passage_exports, "PASSAGES", 2)
    seen, vectors, first = [], [], 0
    while True:
        part = await read_passages(house.index, file, first=first)
        seen += part.passages
        vectors += [list(row) for row in part.vectors]
        first += len(part.passages)
        assert len(part.passages) <= 2
        if not part.more:
            break
    assert seen == list(whole.passages)
    assert vectors == [list(row) for row in whole.vectors]
    assert whole.embedder == house.embedder.identity


async def test_behind_the_last_there_is_nothing(house, file) -> None:
    part = await read_passages(house.index, file, first=10_000)
    assert (part.passages, len(part.vectors), part.more) == ((), 0, False)


async def test_ordinals_count_from_0(house, file) -> None:
    with pytest.raises(InvalidRequest, match="count from 0"):
        await read_passages(house.index, file, first=-1)


async def test_a_file_that_is_not_available_has_none(house) -> None:
    waiting = await house.upload(await house.assistant(), "a.txt", TEXT)
    with pytest.raises(NotFound, match="Processing"):
        await read_passages(house.index, waiting, first=0)
