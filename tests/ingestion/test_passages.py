import pytest

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.documents.builder import DocumentBuilder
from lodgepole.errors import UnreadableFile
from lodgepole.ingestion.passages import cut
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

TEXT = "Der Hafen ist nicht groß, und die Stadt ist mit dem Schiff zu erreichen. " * 30


def document() -> Document:
    builder = DocumentBuilder("a.txt", Limits())
    builder.add(TEXT, BlockKind.PARAGRAPH)
    return builder.build()


def test_passages_come_with_their_words_in_the_language_of_the_document():
    made = cut(document(), name="Stadt.txt", tokenizer=MemoryTokenizer(), limits=Limits())
    assert made.language == "de"
    assert len(made.passages) == len(made.words) > 1
    assert all("haf" in words for words in made.words), "stemmed"
    assert "stadt" in made.lead_words


def test_more_passages_than_are_allowed_are_refused():
    with pytest.raises(UnreadableFile, match="at most 1 are allowed"):
        cut(
            document(),
            name="a.txt",
            tokenizer=MemoryTokenizer(),
            limits=Limits(passages_per_file=1),
        )
