import pytest

from lodgepole.cli.answers import QUOTE_CHARS, describe_reference, quoted, write_answer


def reference(name: str, pages: list[int], words: str | None = None) -> dict[str, object]:
    highlight = None if words is None else {"type": "text", "content": words}
    return {"file": {"id": name, "name": name}, "pages": pages, "highlight": highlight}


def text(content: str) -> dict[str, object]:
    return {"type": "content_chunk", "delta": {"content": content}}


def citation(*references: dict[str, object]) -> dict[str, object]:
    return {"type": "citation", "citation": {"position": 0, "references": list(references)}}


def test_citations_are_numbered_where_they_stand_and_listed_below(
    capsys: pytest.CaptureFixture[str],
):
    first = reference("a.pdf", [4], "An hour.")
    second = reference("b.md", [], "Never.")
    answer = write_answer(
        [
            {"type": "message_start"},
            text("It is "),
            text("an hour."),
            citation(first),
            text(" Not more."),
            citation(second, first),
            {"type": "message_end"},
        ]
    )
    assert answer.text == "It is an hour. Not more."
    assert capsys.readouterr().out.splitlines() == [
        "It is an hour. [1] Not more. [2] [1]",
        "  [1] a.pdf, page 4",
        "      “An hour.”",
        "  [2] b.md",
        "      “Never.”",
    ]


def test_text_that_looks_like_markup_is_written_as_it_is(capsys: pytest.CaptureFixture[str]):
    write_answer([text("[bold]x[/bold] :smile: 12")])
    assert capsys.readouterr().out == "[bold]x[/bold] :smile: 12\n"


@pytest.mark.parametrize(
    ("pages", "shown"),
    [
        ([], "a.pdf"),
        ([3], "a.pdf, page 3"),
        ([3, 4, 5], "a.pdf, pages 3-5"),
        ([3, 5], "a.pdf, pages 3, 5"),
    ],
)
def test_pages_are_described(pages: list[int], shown: str):
    assert describe_reference(reference("a.pdf", pages)) == shown


def test_a_quote_is_one_line_of_bounded_length():
    assert quoted(reference("a", [], "two\n  words")) == "two words"
    assert quoted(reference("a", [])) == ""
    assert len(quoted(reference("a", [], "long " * 1000))) <= QUOTE_CHARS
