"""Markdown: the source is the text, and every line of it has a place."""

import base64
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodgepole.adapters.parsers.markdown import LINE_STEPS, STEPS, parse
from lodgepole.documents.builder import check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

SOURCE = """---
title: Trees
---

# The *pine* tree

It grows. See [more].

[more]: https://example.com

Second title
------------

- one
- two

  continued
    1. deep

| a | b |
|---|---|
| 1 | 2 |

```python
def f():

    return 1
```

> quoted
> text

<div>
html
</div>
"""


def read(tmp_path: Path, source: str) -> Document:
    file = tmp_path / "a"
    file.write_text(source, encoding="utf-8")
    document = parse(file, "a.md", Limits())
    check_document(document)
    return document


def test_the_text_is_the_source_and_blocks_have_their_kinds(tmp_path: Path) -> None:
    document = read(tmp_path, SOURCE)

    assert document.text == SOURCE
    assert document.title == "The pine tree"
    shown = [
        (block.kind, block.level, SOURCE[block.start : block.end].split("\n")[0])
        for block in document.blocks
    ]
    assert shown == [
        (BlockKind.RECORD, 0, "---"),
        (BlockKind.HEADING, 1, "# The *pine* tree"),
        (BlockKind.PARAGRAPH, 0, "It grows. See [more]."),
        (BlockKind.PARAGRAPH, 0, "[more]: https://example.com"),
        (BlockKind.HEADING, 2, "Second title"),
        (BlockKind.LIST_ITEM, 0, "- one"),
        (BlockKind.LIST_ITEM, 0, "- two"),
        (BlockKind.LIST_ITEM, 0, "continued"),
        (BlockKind.LIST_ITEM, 0, "1. deep"),
        (BlockKind.TABLE, 0, "| a | b |"),
        (BlockKind.CODE, 0, "```python"),
        (BlockKind.PARAGRAPH, 0, "> quoted"),
        (BlockKind.PARAGRAPH, 0, "<div>"),
    ]


def test_a_fence_is_one_block_whatever_is_in_it(tmp_path: Path) -> None:
    document = read(tmp_path, "```\n# no heading\n\n- no list\n```\n")

    assert [block.kind for block in document.blocks] == [BlockKind.CODE]


@pytest.mark.parametrize("source", ["---\nnever closed", "+++\na = 1\n+++", "---\n---\n", "# "])
def test_odd_beginnings_are_read(tmp_path: Path, source: str) -> None:
    assert read(tmp_path, source).text == source


def test_deep_nesting_loses_no_text(tmp_path: Path) -> None:
    source = "\n".join(">" * depth + f" level {depth}" for depth in range(1, 120))

    assert "level 119" in read(tmp_path, source).text


marks = st.sampled_from(
    ["# ", "- ", "1. ", "> ", "```", "~~~", "---", "|a|b|", "|-|-|", "    ", "\n", "\n\n", "text",
     "<b>", "[x]: y", "===", "\t", "* * *", "é"]
)  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(marks, min_size=1, max_size=25).map("".join))
def test_every_line_of_any_source_has_a_place(tmp_path: Path, source: str) -> None:
    if source.strip():
        assert read(tmp_path, source).text == source


def test_a_file_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="holds no text"):
        read(tmp_path, "\n\n")


def test_data_in_a_text_is_no_text_and_that_is_said(tmp_path: Path) -> None:
    data = base64.b64encode(random.Random(7).randbytes(3000)).decode()  # noqa: S311  any bytes do
    path = tmp_path / "a"
    path.write_text(f"# Plan\n\n![The pier](data:image/png;base64,{data})\n\nThe pier is green.\n")

    document = parse(path, "a.md", Limits())

    check_document(document)
    assert document.text == (
        "# Plan\n\n![The pier](data:image/png;base64,…)\n\nThe pier is green.\n"
    )
    assert document.notice == (
        "3,999 characters of encoded data or packed code are left out of the text."
    )


@pytest.mark.parametrize("beginning", [">" * 100 + " a\n", "- > " * 20 + "a\n", ""])
def test_what_would_take_minutes_to_parse_is_read_without_structure(
    tmp_path: Path, beginning: str
) -> None:
    path = tmp_path / "a.md"
    deep = beginning.count(">")
    path.write_text(f"{beginning}b\n# c\n" + "b\n" * (STEPS // (LINE_STEPS + deep) + 1))
    document = parse(path, "a.md", Limits())
    check_document(document)
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}
