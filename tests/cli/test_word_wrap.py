"""Words stay whole at the margin, however the text is cut into pieces."""

import os

import pytest

from lodgepole.cli import word_wrap
from lodgepole.cli.word_wrap import WordWrap, terminal_wrap

TEXT = "A signed link stays valid for one hour.\n\nAfter that  it is refused."


def wrapped(pieces: list[str], width: int, *, indent: str = "") -> str:
    wrap = WordWrap(width, indent=indent)
    return "".join([wrap.feed(piece) for piece in pieces] + [wrap.flush()])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_break_between_words_wherever_the_pieces_end(size: int):
    pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    assert wrapped(pieces, 16).splitlines() == [
        "A signed link",
        "stays valid for",
        "one hour.",
        "",
        "After that  it",
        "is refused.",
    ]


def test_text_that_fits_is_unchanged():
    assert wrapped([TEXT], 80) == TEXT


def test_a_word_wider_than_the_line_is_let_through():
    assert wrapped(["See https://example.org/a/long/path now"], 10) == (
        "See\nhttps://example.org/a/long/path\nnow"
    )


def test_tables_and_code_keep_their_lines():
    table = "| Year | Turnover of the whole group |\n|---|---|"
    assert wrapped([table], 12) == table
    assert wrapped(["```python and more words"], 8) == "```python and more words"


def test_wide_characters_count_two_columns():
    assert wrapped(["東京 大阪 京都"], 9) == "東京 大阪\n京都"


def test_what_a_break_begins_is_indented():
    assert wrapped(["  one two three"], 9, indent="  ") == "  one two\n  three"


def test_spaces_at_the_end_are_kept():
    assert wrapped(["one ", " two "], 80) == "one  two "


def test_only_a_terminal_is_wrapped(monkeypatch: pytest.MonkeyPatch):
    assert terminal_wrap() is None
    monkeypatch.setattr(word_wrap.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(word_wrap.shutil, "get_terminal_size", lambda: os.terminal_size((12, 20)))
    wrap = terminal_wrap()
    assert wrap is not None
    assert wrap.feed("twelve words or so") + wrap.flush() == "twelve words\nor so"
