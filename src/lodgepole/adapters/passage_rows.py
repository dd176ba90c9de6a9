"""Serialisation of passages with their words, for transfer between processes.

It imports no arrays: a process that reads files has little memory.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from lodgepole.model import Passage

PASSAGES_PER_FRAME = 250
WORDS_PER_FRAME = 50_000
"""Reading one holds the interpreter for about 2 ms: answers of the server wait no longer. A passage
has a hundred words, or of signs that stand for several, such as U+FDFA, ten thousand."""


def written(passages: Sequence[Passage], words: Sequence[Sequence[str]]) -> Iterator[bytes]:
    rows: list[list[Any]] = []
    count = 0
    for passage, said in zip(passages, words, strict=True):
        if rows and (len(rows) == PASSAGES_PER_FRAME or count + len(said) > WORDS_PER_FRAME):
            yield orjson.dumps(rows)
            rows, count = [], 0
        rows.append([*_row(passage), said])
        count += len(said)
    if rows:
        yield orjson.dumps(rows)


def read(part: bytes) -> list[tuple[Passage, tuple[str, ...]]]:
    """Raises ValueError or TypeError on other bytes."""
    # Tuples of texts are nothing to the collector, which would walk lists of millions at once.
    return [(_passage(row), tuple(row[-1])) for row in orjson.loads(part)]


def _row(passage: Passage) -> list[Any]:
    return [
        passage.ordinal,
        passage.start,
        passage.end,
        passage.text,
        passage.page,
        passage.heading_path,
        passage.header,
        passage.tokens,
        passage.gap,
    ]


def _passage(row: list[Any]) -> Passage:
    ordinal, start, end, text, page, heading_path, header, tokens, gap, _ = row
    return Passage(
        ordinal=ordinal,
        start=start,
        end=end,
        text=text,
        page=page,
        heading_path=tuple(heading_path),
        header=header,
        tokens=tokens,
        gap=gap,
    )
