"""Answers questions about whole documents from what is stored of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from lodgepole.chat.conversation.query_planning import asks_of_another
from lodgepole.chat.quoting.file_excerpts import excerpts_of
from lodgepole.chat.quoting.prepared_answers import PreparedAnswer
from lodgepole.chat.stored_tables.table_answers import table_answer
from lodgepole.chat.stored_tables.table_phrases import table_phrases
from lodgepole.chat.stored_tables.table_questions import asks_table, told_words
from lodgepole.chat.whole_documents.central_sentences import Span, sentences_on
from lodgepole.chat.whole_documents.document_outlines import Section, sections_named, title_of
from lodgepole.chat.whole_documents.document_questions import KINDS, Gist, asked_gist
from lodgepole.chat.whole_documents.files_meant import earlier, named, spelt_out
from lodgepole.chat.whole_documents.overview_phrases import overview_phrases
from lodgepole.chat.whole_documents.overviews import (
    MOST_FILES,
    beginnings_answer,
    names_answer,
    no_section_answer,
    outline_answer,
    pages_answer,
    sections_answer,
    topic_answer,
)
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import (
    Assistant,
    BlockKind,
    Document,
    File,
    FileExcerpt,
    FileKind,
    Message,
    Snippet,
)
from lodgepole.ports.catalog import Catalog
from lodgepole.text.word_lists import folded
from lodgepole.text.words import similar_stems, squeeze, stems_of

MOST_READ = 8  # files that are read to see whether one is meant
MOST_MEANT = 3  # that a name fits equally, and are shown one after the other
MOST_SECTIONS = 3
MOST_GUESSED = 3  # files that are read where a question may well be about something else
NAME_CHARS = 20  # of a usual file's name
LEAD_CHARS = 300  # of a document, in which it says what it is

LONGEST_OF_GIST = 2_000  # characters of a question about a whole document: some ten milliseconds
FIRST_FOUND = 6  # snippets whose files are looked through for tables
MOST_WITH_TABLES = 3  # files of them
LONGEST_OF_TABLES = 400  # characters of a question that may be one about rows
_OF_ROWS = (FileKind.CSV, FileKind.XLSX, FileKind.JSON, FileKind.JSON_LINES)

_LIKE_A_NAME = re.compile(r"\w[_.-]\w")
"""`tickets.csv`, `price_list`"""

Read = tuple[File, Document]
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A turn, as far as it tells which documents are meant.

    Attributes:
        assistant: Whose files may be meant.
        filter: Which of them.
        history: The conversation; its last message is what was said now.
        question: The same as it would be asked alone.
        snippets: What a search for it found, best first.
    """

    assistant: Assistant
    filter: MetadataFilter | None
    history: Sequence[Message]
    question: str
    snippets: Sequence[Snippet]

    @property
    def said(self) -> str:
        """The question without words that were only carried over from the one before."""
        last = squeeze(self.history[-1].content) if self.history else self.question
        return last if self.question.startswith(last) else self.question


class WholeAnswers:
    """Answers for the model that quotes."""

    def __init__(self, documents: WholeDocuments) -> None:
        self._documents = documents

    def over(self, catalog: Catalog) -> "WholeAnswers":
        """The same from the files of another catalog."""
        return WholeAnswers(self._documents.over(catalog))

    async def find(self, asked: Asked) -> PreparedAnswer | None:
        """The answer from whole documents; None where the question is not about these."""
        said = asked.said
        gist = asked_gist(said) if len(said) <= LONGEST_OF_GIST else None
        if gist is not None:
            files = await self._documents.files(asked.assistant, asked.filter)
            answer = await _Reading(self._documents, asked, gist, files).answer() if files else None
            if answer is not None:
                return answer
        return await self._from_tables(asked)

    async def names(
        self, assistant: Assistant, filter: MetadataFilter | None, history: Sequence[Message]
    ) -> Sequence[str]:
        """The names of the files, where a message points to the other one of them."""
        if not asks_of_another(history):
            return ()
        return [file.upload.name for file in await self._documents.files(assistant, filter)]

    async def excerpts(
        self, question: str, snippets: Sequence[Snippet]
    ) -> Mapping[str, FileExcerpt]:
        """What the files of these snippets say elsewhere of the names in the question."""
        return await excerpts_of(question, snippets, self._documents)

    async def _from_tables(self, asked: Asked) -> PreparedAnswer | None:
        """The answer from the tables of files that are named or that a search found first."""
        question = asked.question
        if len(question) > LONGEST_OF_TABLES or not asks_table(question):
            return None
        likely = _with_rows(asked.snippets[:FIRST_FOUND], told_words(question))
        spelt: list[File] = []
        if _LIKE_A_NAME.search(question):  # of thousands of files this takes a while
            files = await self._documents.files(asked.assistant, asked.filter)
            spelt = await read_apart(NAME_CHARS * len(files), spelt_out, question, files)
        mine = {file.id: file for file in (*spelt, *likely)}
        read = [
            (file, document)
            for file in [*mine.values()][:MOST_WITH_TABLES]
            if (document := await self._documents.document(file)) is not None
        ]
        more = overview_phrases(question).more
        return await _written(read, table_answer, question, table_phrases(question), more)


class _Reading:
    """One question being answered; documents are read once."""

    def __init__(
        self, documents: WholeDocuments, asked: Asked, gist: Gist, files: Sequence[File]
    ) -> None:
        self._documents = documents
        self._asked = asked
        self._gist = gist
        self._files = files
        self._read: dict[str, Document | None] = {}
        self._ours = overview_phrases(asked.said)

    async def answer(self) -> PreparedAnswer | None:
        """The answer, or None where nothing tells what is meant."""
        kind = self._gist.kind
        spelt, meant, left = await read_apart(NAME_CHARS * len(self._files), self._meant)
        said = self._asked.said
        for file in spelt:  # a name is in no language
            said = re.sub(re.escape(file.upload.name.rpartition(".")[0]), " ", said, flags=re.I)
        self._ours = overview_phrases(said)
        if kind == "files":
            return names_answer(self._files, self._ours)
        if kind == "everything":
            return await self._everything()
        if kind == "page":
            return await self._pages(meant, left)
        if kind == "section":
            return await self._section(meant, left)
        return await self._outline(meant, left)

    def _meant(self) -> tuple[list[File], list[File], frozenset[str]]:
        """The files that are spelt out, those that are meant, and words that name none of them."""
        rest = self._gist.rest
        spelt = spelt_out(self._asked.said, self._files)
        if spelt:
            names = " ".join(file.upload.name for file in spelt)
            told = {*stems_of(names), *stems_of(names.replace("_", " "))}
            return spelt, spelt, rest - told - KINDS
        meant, told = named(rest, self._files)
        if meant:
            return [], meant, rest - told
        if self._gist.points or rest <= KINDS:
            meant = [*self._files] if len(self._files) == 1 else []
            meant = meant or earlier(self._asked.history, self._files)
            if meant or not rest:
                return [], meant, frozenset()
        return [], [], rest

    # --- one page or section ----------------------------------------------------------------

    async def _pages(self, meant: Sequence[File], left: frozenset[str]) -> PreparedAnswer | None:
        read = await self._all((meant or ([] if left else self._likely()))[:MOST_READ])
        if not read or not all(_tells(document, left) for _, document in read):
            return None
        if not meant:
            most = max(self._gist.pages)
            read = [pair for pair in read if len(pair[1].pages) >= most] or read[:1]
        return await _written(read[:MOST_MEANT], pages_answer, self._gist.pages, self._ours)

    async def _section(self, meant: Sequence[File], left: frozenset[str]) -> PreparedAnswer | None:
        gist = self._gist
        read = await self._all((meant or self._likely())[:MOST_READ])
        if left and not (meant and all(_tells(document, left) for _, document in read)):
            return None
        found = await _written(read, _sections, gist.number, gist.title)
        if found:
            return sections_answer(found[:MOST_SECTIONS], self._ours)
        if len(meant) == 1 and read and gist.number:
            return no_section_answer(*read[0], self._ours)
        return None

    # --- the gist -----------------------------------------------------------------------------

    async def _outline(self, meant: Sequence[File], left: frozenset[str]) -> PreparedAnswer | None:
        if not meant and not left:
            return await self._everything()
        likely = self._likely()[: MOST_READ if self._gist.sure else MOST_GUESSED]
        read = await self._all((meant or likely)[:MOST_READ])
        titled = [pair for pair in read if _tells(pair[1], left)]
        if not meant and not self._gist.sure:
            titled = [pair for pair in titled if _among(title_of(pair[1]), left)]
        if titled:
            return await _written(titled[:MOST_MEANT], outline_answer, self._ours)
        found = await _written(read if meant else await self._all(likely), _sections, "", left)
        if found:
            return sections_answer(found[:MOST_SECTIONS], self._ours)
        if not meant or not left or not self._gist.sure:
            return None
        on_it = await _written(read[:MOST_MEANT], _on_topic, left)
        return topic_answer(on_it, self._ours) if on_it else None

    async def _everything(self) -> PreparedAnswer | None:
        read = await self._all(self._files[:MOST_FILES])
        if len(self._files) == 1 and read:
            return await _written(read, outline_answer, self._ours)
        left_out = len(self._files) - len(read)
        return await _written(read, beginnings_answer, left_out, self._ours)

    # --- reading --------------------------------------------------------------------------------

    def _likely(self) -> list[File]:
        """Files that may be meant, those first that a search found."""
        mine = {file.id: file for file in self._files}
        order = dict.fromkeys((*(s.file.id for s in self._asked.snippets), *mine))
        return [mine[i] for i in order if i in mine][:MOST_READ]

    async def _all(self, files: Sequence[File]) -> list[Read]:
        """What was read from these files, without those that are gone or too large."""
        for file in files:
            if file.id not in self._read:
                self._read[file.id] = await self._documents.document(file)
        return [(file, read) for file in files if (read := self._read[file.id]) is not None]


async def _written(
    read: Sequence[Read],
    write: Callable[Concatenate[Sequence[Read], _Given], _Made],
    *given: _Given.args,
    **more: _Given.kwargs,
) -> _Made:
    """What is made of documents, beside the event loop where they are long."""
    chars = sum(len(document.text) for _, document in read)
    return await read_apart(chars, write, read, *given, **more)


def _sections(
    read: Sequence[Read], number: str, stems: frozenset[str]
) -> list[tuple[File, Document, Section]]:
    return [
        (file, document, section)
        for file, document in read
        for section in sections_named(document, number, stems)
    ]


def _on_topic(
    read: Sequence[Read], stems: frozenset[str]
) -> list[tuple[File, Document, Sequence[Span], int]]:
    """The files that say something of this, each with its sentences on it."""
    told = [(file, document, *sentences_on(document, stems)) for file, document in read]
    return [each for each in told if each[2]]


def _tells(document: Document, stems: frozenset[str]) -> bool:
    """Whether a document says all of these words of itself, where it begins."""
    if not stems:
        return True
    first = next((b for b in document.blocks if b.kind is BlockKind.PARAGRAPH), None)
    lead = document.text[first.start : first.end][:LEAD_CHARS] if first else ""
    return _among(f"{title_of(document)} {lead}", stems)


def _with_rows(snippets: Sequence[Snippet], told: frozenset[str]) -> list[File]:
    """Files of which rows were found, and all of these words; to read others would be in vain."""
    said: dict[str, list[str]] = {}
    files = {s.file.id: s.file for s in snippets}
    rows = {s.file.id for s in snippets if s.file.upload.kind in _OF_ROWS or "|" in s.text}
    for s in snippets:
        said.setdefault(s.file.id, [s.file.upload.name]).extend(
            (s.text, s.table_head, *s.heading_path)
        )
    texts = {file: folded(" ".join(said[file])) for file in files if file in rows}
    return [files[i] for i, text in texts.items() if all(word in text for word in told)]


def _among(text: str, stems: frozenset[str]) -> bool:
    told = stems_of(text)
    return all(any(similar_stems(s, t) for t in told) for s in stems)
