"""Chunking: nothing lost, nothing invented, budgets held, words whole, pages respected."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.documents.builder import DocumentBuilder, check_document
from lodgepole.ingestion.chunking import CHARS_PER_TOKEN, WHOLE_TOKENS, chunk
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document, Passage


class SyllableTokenizer(MemoryTokenizer):
    """Several tokens a word, as word pieces are."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w{1,3}|[^\w\s]", text)]

    def count(self, text: str) -> int:
        return len(self.spans(text))


TOKENIZER = SyllableTokenizer()
WORD = re.compile(r"\w")


def build(*blocks: tuple[BlockKind, str] | None, estimated: bool = False) -> Document:
    """Blocks in order; None begins a page."""
    builder = DocumentBuilder("test", Limits())
    for block in blocks:
        if block is None:
            builder.begin_page()
        else:
            kind, text = block
            builder.add(text, kind, level=int(kind is BlockKind.HEADING))
    return builder.build(pages_estimated=estimated)


def passages_of(document: Document, target: int = 32) -> list[Passage]:
    return chunk(document, file_name="a file.pdf", tokenizer=TOKENIZER, target_tokens=target)


def squeezed(text: str) -> str:
    return "".join(text.split())


words = st.text(st.sampled_from("abcdefgéß.,;:!?'-"), min_size=1, max_size=12)
cjk = st.text(st.sampled_from("漢字仮名交じり文。、！"), min_size=1, max_size=30)
lines = st.lists(st.one_of(words, words, words, cjk), min_size=1, max_size=40).map(" ".join)
texts = st.lists(lines, min_size=1, max_size=4).map("\n".join)
kinds = st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.HEADING])
blocks = st.one_of(
    st.none(),
    st.tuples(kinds, texts),
    st.tuples(st.just(BlockKind.HEADING), words),
)
documents = (
    st.tuples(st.booleans(), st.lists(blocks, max_size=12), st.tuples(kinds, texts))
    .map(
        lambda parts: [
            *([None] if parts[0] else []),
            *(block for block in parts[1] if parts[0] or block is not None),
            parts[2],
        ]
    )
    .map(lambda given: build(*given))
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(documents, st.sampled_from([8, 32, 128]))
def test_no_text_is_lost_or_invented_and_every_bound_holds(document: Document, target: int) -> None:
    check_document(document)
    passages = passages_of(document, target)

    joined = "".join(passage.text + passage.gap for passage in passages)
    assert document.text[: passages[0].start] + joined == document.text
    text_in_passages = "".join(passage.text for passage in passages)
    running = [
        (block.start, document.text[block.start : block.end])
        for block in document.blocks
        if block.kind is BlockKind.RUNNING
    ]
    assert all(squeezed(text) in squeezed(text_in_passages) for _, text in running)
    position = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert position <= passage.start < passage.end
        between = [text for start, text in running if position <= start < passage.start]
        assert squeezed(document.text[position : passage.start]) == squeezed("".join(between))
        assert passage.text == document.text[passage.start : passage.end] == passage.text.strip()
        assert passage.tokens == TOKENIZER.count(passage.text)
        assert passage.tokens <= max(target, WHOLE_TOKENS)
        position = passage.end
        if document.pages:
            page = document.pages[passage.page - 1]
            assert page.start <= passage.start
            assert passage.end <= page.end
        else:
            assert passage.page is None
    assert passages_of(document, target) == passages


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(texts, min_size=1, max_size=6), st.sampled_from([16, 32]))
def test_prose_keeps_the_budget_and_words_are_never_cut(prose: list[str], target: int) -> None:
    document = build(*((BlockKind.PARAGRAPH, text) for text in prose))

    for passage in passages_of(document, target):
        assert passage.tokens <= target
        before = document.text[passage.start - 1 : passage.start]
        first = passage.text[0]
        if WORD.match(before) and WORD.match(first):
            assert ord(before) > 0x2E80 or ord(first) > 0x2E80, (before, passage.text)


def test_sentences_stay_whole_where_they_fit() -> None:
    sentences = [f"Sentence number {number} says a little." for number in range(20)]
    passages = passages_of(build((BlockKind.PARAGRAPH, " ".join(sentences))), 40)

    assert len(passages) > 2
    assert all(passage.text.endswith("little.") for passage in passages)


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    first = "Dr. Smith paid 3.5 kr. to Mr. Jones, i.e. the baker."
    document = build((BlockKind.PARAGRAPH, f"{first} He was glad."))

    passages = passages_of(document, TOKENIZER.count(first))

    assert [passage.text for passage in passages] == [first, "He was glad."]


def test_no_is_a_word_unless_a_number_follows() -> None:
    first, second = "So the answer is still No.", "It stands in Art. 12 and in No. 5 of it."
    document = build((BlockKind.PARAGRAPH, f"{first} {second}"))

    passages = passages_of(document, TOKENIZER.count(second))

    assert [passage.text for passage in passages] == [first, second]


def test_chinese_sentences_end_without_a_space() -> None:
    text = "松鼠住在树上。它们喜欢松果！冬天很长。"

    passages = chunk(
        build((BlockKind.PARAGRAPH, text)),
        file_name="a.txt",
        tokenizer=ByCharacter(),
        target_tokens=8,
    )

    assert [passage.text for passage in passages] == [
        "松鼠住在树上。",
        "它们喜欢松果！",
        "冬天很长。",
    ]


class ByCharacter(MemoryTokenizer):
    def spans(self, text: str) -> list[tuple[int, int]]:
        return [(index, index + 1) for index in range(len(text))]


def test_a_heading_goes_with_the_text_after_it() -> None:
    filler = "Some words about nothing in particular. " * 3
    document = build(
        (BlockKind.PARAGRAPH, filler),
        (BlockKind.HEADING, "Fees"),
        (BlockKind.PARAGRAPH, "The fee is nine kroner. " * 3),
    )

    passages = passages_of(document, 48)

    [holding] = [passage for passage in passages if "Fees" in passage.text]
    assert holding.text.startswith("Fees\n\nThe fee is nine kroner.")
    assert holding.heading_path == ("Fees",)
    assert passages[0].heading_path == ()


def test_the_heading_path_follows_levels_and_drops_markup() -> None:
    builder = DocumentBuilder("test", Limits())
    builder.add("# Guide", BlockKind.HEADING, level=1)
    builder.add("## Install ##", BlockKind.HEADING, level=2)
    builder.add("Run it. " * 6, BlockKind.PARAGRAPH)
    builder.add("## Remove", BlockKind.HEADING, level=2)
    builder.add("Delete it. " * 6, BlockKind.PARAGRAPH)

    passages = passages_of(builder.build(), 24)

    paths = {passage.text.split("\n")[-1].split()[0]: passage.heading_path for passage in passages}
    assert paths["Run"] == ("Guide", "Install")
    assert paths["Delete"] == ("Guide", "Remove")


def test_a_table_is_cut_between_rows_only() -> None:
    rows = [f"Row {number} | {number * 7} | blue green" for number in range(30)]
    passages = passages_of(build((BlockKind.TABLE, "\n".join(rows))), 40)

    assert [row for passage in passages for row in passage.text.split("\n")] == rows


def test_the_rows_that_name_the_columns_are_in_the_header_of_every_passage_below() -> None:
    rows = ["Year ended", "Region | 2023 | 2022", *(f"Row {n} | {n * 7} | 1" for n in range(30))]
    first, *others = passages_of(build((BlockKind.TABLE, "\n".join(rows))), 40)

    assert "Year ended" not in first.header
    assert others
    assert all("Year ended\nRegion | 2023 | 2022" in passage.header for passage in others)


def test_a_record_is_kept_whole_beyond_the_target() -> None:
    record = "name: Ada\n" + "\n".join(f"field{number}: {number}" for number in range(30))
    document = build((BlockKind.RECORD, record), (BlockKind.RECORD, "name: Bo"))

    passages = passages_of(document, 32)

    assert [passage.text for passage in passages] == [record, "name: Bo"]


def test_pages_are_not_mixed_and_their_first_lines_are_in_the_header() -> None:
    document = build(
        None,
        (BlockKind.RUNNING, "Annual report"),
        (BlockKind.PARAGRAPH, "Revenue by region"),
        (BlockKind.PARAGRAPH, "North and south"),
        (BlockKind.PARAGRAPH, "It rose."),
        None,
        None,
        (BlockKind.PARAGRAPH, "The last page."),
    )

    first, last = passages_of(document, 128)

    assert (first.page, last.page) == (1, 3)
    assert first.header == "a file.pdf\nRevenue by region\nNorth and south"
    assert last.header == "a file.pdf\nThe last page."


def handbook(*pages: tuple[str, str, str]) -> Document:
    """Pages with a line above, text and a line below, where not empty."""
    builder = DocumentBuilder("test", Limits())
    for above, text, below in pages:
        builder.begin_page()
        builder.add(above, BlockKind.RUNNING)
        builder.add(text, BlockKind.PARAGRAPH)
        builder.add(below, BlockKind.RUNNING)
    return builder.build()


def test_a_running_line_is_in_one_passage_and_else_between_them() -> None:
    document = handbook(
        *(
            ("Operator Handbook", f"It is about {word}.", f"Page {number} of 4")
            for number, word in enumerate(["keys", "files", "limits", "backups"], 1)
        )
    )

    passages = passages_of(document)

    assert [passage.text for passage in passages] == [
        "Operator Handbook\n\nIt is about keys.\n\nPage 1 of 4",
        "It is about files.",
        "It is about limits.",
        "It is about backups.",
    ]
    assert passages[1].gap == "\n\nPage 2 of 4\n\nOperator Handbook\n\n"
    assert passages[3].gap == "\n\nPage 4 of 4"


def test_a_running_line_that_says_something_new_stays_in_a_passage() -> None:
    chapters = [(3, 1), (3, 2), (4, 3), (4, 4)]
    document = handbook(*((f"Chapter {chapter}", "Text.", f"{page}") for chapter, page in chapters))

    shown = [passage.text for passage in passages_of(document)]

    assert shown == ["Chapter 3\n\nText.\n\n1", "Text.", "Chapter 4\n\nText.", "Text."]


def test_roman_numbers_of_pages_say_nothing_new() -> None:
    document = handbook(*(("", "Text.", number) for number in ["iii", "iv", "v", "vi"]))

    shown = [passage.text for passage in passages_of(document)]

    assert shown == ["Text.\n\niii", "Text.", "Text.", "Text."]


@pytest.mark.parametrize("numbers", [["10001", "10002", "10003"], ["007", "008", "009"]])
def test_numbers_that_are_not_of_pages_stay_in_passages(numbers: list[str]) -> None:
    document = handbook(*((f"Invoice {number}", "Text.", "") for number in numbers))

    assert [passage.text for passage in passages_of(document)] == [
        f"Invoice {number}\n\nText." for number in numbers
    ]


@pytest.mark.parametrize("line", ["The mark is zq{}.", "Serial no. ABC{}", "Item en{}v2"])
def test_numbers_in_a_name_are_not_those_of_pages(line: str) -> None:
    document = handbook(*(("", "Text.", line.format(number)) for number in range(1, 14)))

    assert [passage.text for passage in passages_of(document)] == [
        f"Text.\n\n{line.format(number)}" for number in range(1, 14)
    ]


def test_a_running_line_may_hold_any_sign() -> None:
    document = handbook(*(("", "Text.", line) for line in ["#", "1", "# 3", "3 #"]))

    assert [passage.text for passage in passages_of(document)] == [
        f"Text.\n\n{line}" for line in ["#", "1", "# 3", "3 #"]
    ]


def test_a_page_with_running_lines_only_has_no_passage() -> None:
    document = handbook(
        *(("Handbook", text, str(number)) for number, text in enumerate(["", "Text.", ""], 1))
    )

    [passage] = passages_of(document)

    assert (passage.page, passage.text) == (2, "Handbook\n\nText.\n\n2")
    assert document.text[: passage.start] == "Handbook\n\n1\n\n"


def test_a_document_of_running_lines_only_has_a_passage() -> None:
    document = handbook(("Letterhead", "", "1"), ("Letterhead", "", "2"))

    assert [passage.text for passage in passages_of(document)] == ["Letterhead\n\n1"]


def test_a_running_line_is_no_passage_by_itself_where_the_text_fills_one() -> None:
    text = " ".join(["word"] * 15) + "."
    document = handbook(("Handbook", text, "Page 1"), ("Handbook", text, "Page 2"))
    [first, second] = passages_of(document, TOKENIZER.count(text))

    assert first.text == f"Handbook\n\n{text}\n\nPage 1"
    assert second.text == text


def test_estimated_pages_give_no_lead_lines() -> None:
    document = build(None, (BlockKind.PARAGRAPH, "A beginning."), estimated=True)

    assert passages_of(document)[0].header == "a file.pdf"


def test_a_records_path_is_in_the_header() -> None:
    builder = DocumentBuilder("test", Limits())
    builder.add("name: Ada", BlockKind.RECORD, label="$.people[3]")

    assert passages_of(builder.build())[0].header == "a file.pdf\n$.people[3]"


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_word_longer_than_any_budget_is_cut_by_length(size: int) -> None:
    document = build((BlockKind.PARAGRAPH, "start " + "x" * size + " end"))

    passages = chunk(document, file_name="a", tokenizer=MemoryTokenizer(), target_tokens=16)

    assert squeezed("".join(passage.text for passage in passages)) == squeezed(document.text)
    assert all(len(passage.text) <= 16 * CHARS_PER_TOKEN for passage in passages)


def test_a_long_line_without_spaces_is_cut_after_its_commas() -> None:
    line = ",".join(f"value{number}" for number in range(500))

    passages = passages_of(build((BlockKind.PARAGRAPH, line)), 32)

    assert all(passage.text.endswith(",") for passage in passages[:-1])


def test_a_megabyte_in_one_line_is_cut_at_its_spaces() -> None:
    document = build((BlockKind.PARAGRAPH, "all work and no play " * 50_000))

    passages = chunk(document, file_name="a", tokenizer=MemoryTokenizer())

    assert squeezed("".join(passage.text for passage in passages)) == squeezed(document.text)
    assert max(passage.tokens for passage in passages) == 128
