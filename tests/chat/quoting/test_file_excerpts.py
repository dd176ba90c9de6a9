"""What a file says of a name is found wherever it stands, and bounded."""

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.file_excerpts import (
    AROUND_CHARS,
    LONGEST_QUESTION,
    MOST_PLACES,
    OPENING_CHARS,
    excerpt_of,
    excerpts_of,
)
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.model import Document, File


def document(text: str) -> Document:
    return Document(text=text, blocks=(), pages=(), title="Rules")


def test_the_opening_and_the_places_of_a_word() -> None:
    text = f"The firm.{' x' * 2000} Here Oona LIND spoke.{' y' * 2000}"
    told = excerpt_of(document(text), ["Lind", "of"])
    assert told.opening.startswith("Rules\nThe firm.")
    assert "Oona LIND spoke" in told.around
    assert len(told.around) <= 2 * AROUND_CHARS + 4
    assert len(told.opening) <= OPENING_CHARS + len("Rules\n")


def test_a_word_that_stands_everywhere_is_shown_a_few_times() -> None:
    told = excerpt_of(document("Oona. " * 10_000), ["Oona"])
    assert told.around.count("\n") == MOST_PLACES - 1


class Stored(WholeDocuments):
    """One document for every file."""

    def __init__(self) -> None:
        self.read = 0

    async def document(self, file: File) -> Document | None:
        self.read += 1
        return document(f"About Tallgrass and {file.upload.name}")


@pytest.mark.parametrize(
    ("question", "reads"),
    [
        ("Who leads Tallgrass?", 1),
        ("who leads it?", 0),
        (f"Who leads Tallgrass{'?' * LONGEST_QUESTION}", 0),
    ],
)
async def test_files_are_read_once_and_only_for_names(question: str, reads: int) -> None:
    stored = Stored()
    snippets = [make_snippet("It is led."), make_snippet("It is not led.")]
    found = await excerpts_of(question, snippets, stored)
    assert (stored.read, len(found)) == (reads, reads)
    assert all("Tallgrass" in excerpt.around for excerpt in found.values())
