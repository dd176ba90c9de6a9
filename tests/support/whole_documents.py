"""Files as they are stored, for tests of answers from whole documents."""

from collections.abc import Mapping
from dataclasses import replace

from tests.support.chat import make_assistant, make_file, make_snippet

from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.citing.citations import Citer
from lodgepole.chat.conversation.query_planning import standalone_question
from lodgepole.chat.quoting.prepared_answers import PreparedAnswer, PreparedModel
from lodgepole.chat.whole_documents.answers import Asked, WholeAnswers
from lodgepole.chat.whole_documents.stored_documents import WholeDocuments
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.documents.stored_documents import as_stored, save_document
from lodgepole.limits import Limits
from lodgepole.model import (
    AnswerCitation,
    AnswerText,
    BlockKind,
    Citation,
    Document,
    File,
    Message,
    ModelEnded,
    ModelRequest,
    ModelText,
    Source,
)
from lodgepole.text.words import squeeze


def document_of(text: str, *, title: str = "", notice: str | None = None) -> Document:
    r"""A document of blocks that blank lines part, of pages where `\f` parts these.

    `# ` begins headings, `- ` items, `~ ` running lines; lines with ` | ` are a table, or records
    where they say `Name: value`.
    """
    builder = DocumentBuilder("file", Limits())
    pages = text.split("\f")
    for page in pages:
        if len(pages) > 1:
            builder.begin_page()
        for block in page.strip().split("\n\n"):
            _add(builder, block.strip())
    return builder.build(title=title, notice=notice)


def _add(builder: DocumentBuilder, block: str) -> None:
    if block.startswith("#"):
        marks, _, heading = block.partition(" ")
        builder.add(heading, BlockKind.HEADING, level=len(marks))
    elif block.startswith("~ "):
        builder.add(block[2:], BlockKind.RUNNING)
    elif block.startswith("- "):
        for line in block.split("\n"):
            builder.add(line, BlockKind.LIST_ITEM, gap="\n")
    elif " | " in block and ": " in block.split(" | ")[0]:
        for number, line in enumerate(block.split("\n"), start=2):
            builder.add(line, BlockKind.RECORD, label=f"row {number}", gap="\n")
    elif " | " in block:
        builder.add(block, BlockKind.TABLE)
    else:
        builder.add(block, BlockKind.PARAGRAPH)


class _Files:
    def __init__(self, files: list[File]) -> None:
        self._files = files

    async def available_files(self, assistant_id: str) -> list[File]:
        return self._files


class Shelf:
    """Files that are asked about. `found` is what a search finds first, by name."""

    def __init__(self, documents: Mapping[str, Document | str], found: tuple[str, ...] = ()):
        self.documents = {
            name: document_of(given) if isinstance(given, str) else given
            for name, given in documents.items()
        }
        self._found = found
        self._files = [
            replace(make_file(name), page_count=len(document.pages) or None)
            for name, document in self.documents.items()
        ]

    async def answers(self) -> WholeAnswers:
        """What answers from these files."""
        blobs = MemoryBlobs()
        for file in self._files:
            stored = as_stored(self.documents[file.upload.name])
            await save_document(blobs, "a1", file.version, stored)
        return WholeAnswers(WholeDocuments(_Files(self._files), blobs))  # pyright: ignore

    async def prepared(self, *said: str) -> PreparedAnswer | None:
        """The answer to the last of these messages, of which the user said every other."""
        roles = ("user", "assistant")
        history = [Message(roles[n % 2], text) for n, text in enumerate(said)]
        snippets = [
            make_snippet(self.documents[name].text[:200], name=name)
            for name in self._found or self.documents
        ]
        asked = Asked(
            assistant=make_assistant(),
            filter=None,
            history=history,
            question=standalone_question(history),
            snippets=snippets,
        )
        return await (await self.answers()).find(asked)

    async def ask(self, *said: str) -> tuple[str, list[Citation]]:
        """The text and the citations, each checked to be word for word; `""` for no answer."""
        answer = await self.prepared(*said)
        if answer is None:
            return "", []
        text, citations = await told(answer, said[-1])
        for citation in citations:
            for reference in citation.references:
                document = self.documents[reference.file.upload.name]
                stretch = document.text[reference.start : reference.end]
                assert reference.highlight == stretch
                assert squeeze(stretch).strip("# ") in squeeze(text)
        return text, citations


async def told(answer: PreparedAnswer, question: str) -> tuple[str, list[Citation]]:
    """An answer as it is read, with its citations; all of its quotes are cited."""
    sources = tuple(
        Source(number=n, snippet=snippet) for n, snippet in enumerate(answer.snippets, start=1)
    )
    request = ModelRequest(model="m", messages=(), question=question, sources=sources)
    citer = Citer(sources, question=question)
    text, citations = "", list[Citation]()
    async for event in PreparedModel(answer, MemoryTokenizer()).stream(request):
        if isinstance(event, ModelText):
            written = [*citer.feed(event.text)]
        else:
            assert isinstance(event, ModelEnded)
            written = [*citer.close()]
        for out in written:
            text += out.text if isinstance(out, AnswerText) else ""
            citations += [out.citation] if isinstance(out, AnswerCitation) else []
    assert len(citations) == len(sources)
    return text, citations
