"""A table that goes on at the next page takes the names of its columns along."""

import pytest

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.continued_tables import continued
from lodgepole.ingestion.chunking import chunk
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

HEAD = "Shed | Length | Rent"


def rows(first: int, last: int) -> str:
    return "\n".join(f"Alder {n} | {n}.5 | {100 + n}" for n in range(first, last))


def document(*pages: tuple[tuple[BlockKind, str], ...]) -> Document:
    builder = DocumentBuilder("a.pdf", Limits())
    for page in pages:
        builder.begin_page()
        for kind, text in page:
            builder.add(text, kind)
    return builder.build()


FIRST = ((BlockKind.PARAGRAPH, "Sheds to let"), (BlockKind.TABLE, f"{HEAD}\n{rows(1, 20)}"))
FOOT = (BlockKind.RUNNING, "page")


def test_a_table_goes_on_over_running_lines_and_over_several_pages():
    read = document(
        (*FIRST, FOOT),
        (FOOT, (BlockKind.TABLE, rows(20, 40)), FOOT),
        ((BlockKind.TABLE, rows(40, 60)),),
    )

    first, second, third = (block for block in read.blocks if block.kind is BlockKind.TABLE)
    assert continued(read) == {second.start: first, third.start: first}


@pytest.mark.parametrize(
    "second",
    [
        ((BlockKind.TABLE, f"{HEAD}\n{rows(20, 40)}"),),
        ((BlockKind.TABLE, "Boat | Year | Crew\n" + rows(20, 40)),),
        ((BlockKind.PARAGRAPH, "Fees"), (BlockKind.TABLE, rows(20, 40))),
        ((BlockKind.TABLE, "North | 1\nSouth | 2"),),
    ],
    ids=["head repeated", "head of its own", "text between", "other columns"],
)
def test_another_table_does_not_go_on(second: tuple[tuple[BlockKind, str], ...]):
    assert continued(document(FIRST, second)) == {}


def test_passages_of_the_next_page_have_the_names_of_the_columns_in_their_header():
    read = document(FIRST, ((BlockKind.TABLE, rows(20, 60)),))

    passages = chunk(read, file_name="a.pdf", tokenizer=MemoryTokenizer(), target_tokens=40)

    later = [passage for passage in passages if passage.page == 2]
    assert len(later) > 2
    assert all(passage.header.split("\n")[1] == HEAD for passage in later)
