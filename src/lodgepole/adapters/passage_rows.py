"""Passages with their words as bytes, between this program's processes, in parts.

It imports no arrays: a process that reads files has little memory.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from lodgepole.model import Passage

PASSAGES_PER_FRAME = 250
"""Reading one holds the interpreter for about 2 ms: answers of the server wait no longer."""


def written(passages: Sequence[Passage], words: Sequence[Sequence[str]]) -> Iterator[bytes]:
    for start in range(0, len(passages), PASSAGES_PER_FRAME):
        part = slice(start, start + PASSAGES_PER_FRAME)
        yield orjson.dumps(
            [
                [*_row(passage), said]
                for passage, said in zip(passages[part], words[part], strict=True)
            ]
        )


def read(part: bytes) -> list[tuple[Passage, list[str]]]:
    """Raises ValueError or TypeError on other bytes."""
    return [(_passage(row), row[-1]) for row in orjson.loads(part)]


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
