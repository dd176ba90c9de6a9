"""Searches the rest of each found file for the names in a question."""

import re
from collections.abc import Mapping, Sequence

from lodgepole.chat.quoting.question_names import anchors
from lodgepole.chat.whole_documents.document_outlines import title_of
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.model import Document, FileExcerpt, Snippet
from lodgepole.text.words import WORD

MOST_FILES = 3  # those that were found first
MOST_BYTES = 4_000_000  # of a file; a larger one takes a tenth of a second to go through
OPENING_CHARS = 600  # of a document, in which it says whose it is
AROUND_CHARS = 120  # on either side of a word
MOST_PLACES = 6  # of each word
LEAST_LETTERS = 3  # of a word that is looked for
LONGEST_QUESTION = 2_000  # characters


async def excerpts_of(
    question: str, snippets: Sequence[Snippet], documents: WholeDocuments
) -> Mapping[str, FileExcerpt]:
    """Excerpts by the file's id, where the question names something."""
    names = [] if len(question) > LONGEST_QUESTION else anchors(question)
    found: dict[str, FileExcerpt] = {}
    if not names:
        return found
    wanted = sorted({word for name in names for word in WORD.findall(name.text)})
    files = [*{s.file.id: s.file for s in snippets}.values()][:MOST_FILES]
    for file in files:
        if file.upload.size > MOST_BYTES:
            continue
        document = await documents.document(file)
        if document is not None:
            found[file.id] = await read_apart(len(document.text), excerpt_of, document, wanted)
    return found


def excerpt_of(document: Document, wanted: Sequence[str]) -> FileExcerpt:
    """The excerpt of a document for these words."""
    text = document.text
    around: list[str] = []
    for word in wanted:
        if len(word) < LEAST_LETTERS:
            continue
        places = re.finditer(re.escape(word), text, re.IGNORECASE)
        for _, place in zip(range(MOST_PLACES), places, strict=False):
            around.append(text[max(0, place.start() - AROUND_CHARS) : place.end() + AROUND_CHARS])
    opening = text[:OPENING_CHARS]
    return FileExcerpt(f"{title_of(document)}\n{opening}", "\n".join(around))
