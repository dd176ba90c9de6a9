"""Names as people say them lead to files."""

import pytest
from tests.support.chat import make_file

from lodgepole.chat.whole_documents.files_meant import earlier, named, spelt_out
from lodgepole.model import Message
from lodgepole.text.words import stems_of

FILES = [
    make_file(name)
    for name in (
        "employee_handbook.pdf", "garden-rules.md", "PriceList2024.csv", "PriceList2025.csv",
        "minutes 2024-05-03.docx", "prices-of-old.csv", "就業規則.docx",
    )
]  # fmt: skip


def meant(question: str) -> list[str]:
    return [file.upload.name for file in named(stems_of(question), FILES)[0]]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("the handbook", ["employee_handbook.pdf"]),
        ("employee handbooks", ["employee_handbook.pdf"]),
        ("the rules of the garden", ["garden-rules.md"]),
        ("price list of 2025", ["PriceList2025.csv"]),
        ("price list", ["PriceList2024.csv", "PriceList2025.csv"]),
        ("employe handbok", ["employee_handbook.pdf"]),
        ("minutes", ["minutes 2024-05-03.docx"]),
        ("the weather", []),
        ("", []),
    ],
)
def test_words_of_a_name(question: str, names: list[str]) -> None:
    assert meant(question) == names


def test_the_words_that_name_a_file_are_told() -> None:
    _, told = named({"garden", "hedg"}, FILES)
    assert told == {"garden"}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is in garden-rules.md?", ["garden-rules.md"]),
        ("page 2 of EMPLOYEE_HANDBOOK", ["employee_handbook.pdf"]),
        ("就業規則の2ページ", ["就業規則.docx"]),
        ("the gardens", []),
    ],
)
def test_names_that_are_spelt_out(question: str, names: list[str]) -> None:
    assert [file.upload.name for file in spelt_out(question, FILES)] == names


def test_of_a_name_within_another_the_longer_is_meant() -> None:
    both = [make_file("plan.pdf"), make_file("plan.pdf.old.txt")]
    assert spelt_out("What is in plan.pdf.old.txt?", both) == [both[1]]


def test_the_conversation_tells_which_file_it_was_about_last() -> None:
    talk = [
        Message("user", "What does the handbook say on leave?"),
        Message("assistant", "From your documents:\n\nemployee_handbook.pdf:\n27 days."),
        Message("user", "And the hedges?"),
        Message("assistant", "garden-rules.md › Hedges:\nTwo metres."),
        Message("user", "Summarise it"),
    ]
    assert [file.upload.name for file in earlier(talk, FILES)] == ["garden-rules.md"]
    assert [file.upload.name for file in earlier(talk[:3], FILES)] == ["employee_handbook.pdf"]
    assert earlier(talk[-1:], FILES) == []


def test_many_files_are_no_trouble() -> None:
    many = [make_file(f"report-{n}.pdf") for n in range(3_000)]
    assert [f.upload.name for f in named({"report", "77"}, many)[0]] == ["report-77.pdf"]
    assert named({"report"}, many)[0] == []
