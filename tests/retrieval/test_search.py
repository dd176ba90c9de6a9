from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.retrieval import ASSISTANT, file_named, passages_of

from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.errors import InvalidRequest
from lodgepole.metadata_filter import parse_filter
from lodgepole.model import File, FileVersion
from lodgepole.ports.index import IndexedFile, IndexedPassage
from lodgepole.retrieval.reranking import Reranking
from lodgepole.retrieval.search import Search, embedder_languages
from lodgepole.text.analyzer import file_words, passage_words
from lodgepole.text.languages import detect_language

PARKS = "Lodgepole pines grow in the high valleys. Bears sleep through the winter. " * 3
TAXES = "The filing deadline is April 15. Penalties accrue at 0.5% monthly. " * 3


class Shelf:
    """Files as a catalog lists them, and what an index holds of them."""

    def __init__(self) -> None:
        self.files: list[File] = []
        self.index = MemoryIndex()
        self.embedder = MemoryEmbedder()

    async def available_files(self, assistant_id: str) -> list[File]:
        return [file for file in self.files if file.assistant_id == assistant_id]

    async def put(self, file: File, text: str) -> None:
        self.files = [other for other in self.files if other.id != file.id] + [file]
        await self.store(file.version, text)

    async def store(self, version: FileVersion, text: str) -> None:
        passages = passages_of(text, 8)
        language = detect_language(text)
        vectors = await self.embedder.embed_passages([passage.text for passage in passages])
        indexed = [
            IndexedPassage(passage=passage, words=passage_words(passage.text, "", language))
            for passage in passages
        ]
        await self.index.add(
            ASSISTANT.id,
            IndexedFile(
                version=version, language=language,
                lead_words=file_words(version.file_id, text, language), passages=indexed,
                vectors=vectors, embedder=self.embedder.identity,
            ),
        )  # fmt: skip

    def search(self, reranking: Reranking | None = None) -> Search:
        return Search(self.index, self.embedder, MemoryTokenizer(), self, reranking=reranking)  # type: ignore[arg-type]


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await shelf.put(file_named("parks", {"kind": "nature"}), PARKS)
    await shelf.put(file_named("taxes", {"kind": "money"}), TAXES)
    return shelf


async def test_the_passage_that_answers_comes_first(shelf: Shelf) -> None:
    found = await shelf.search().find(ASSISTANT, "When is the filing deadline?")
    assert found[0].file.id == "taxes"
    assert "April 15" in found[0].text
    assert found[0].text == TAXES[found[0].start : found[0].end]


async def test_hits_that_one_snippet_holds_do_not_use_up_the_snippets(shelf: Shelf) -> None:
    deadlines = " ".join("The filing deadline is in April." for _ in range(5))
    others = " ".join("Bears sleep in the snow all day." for _ in range(40))
    await shelf.put(file_named("calendar"), f"{deadlines} {others} A deadline for a bear.")
    found = await shelf.search().find(ASSISTANT, "filing deadline April", top_k=2)
    assert len(found) == 2


async def test_of_files_that_say_the_same_the_one_that_is_named_comes_first() -> None:
    shelf = Shelf()
    for year in range(2015, 2024):
        await shelf.put(file_named(f"Lumen_{year}"), "The capital spending grew again. " * 5)
    for year in (2016, 2021):
        found = await shelf.search().find(ASSISTANT, f"Capital spending of Lumen in {year}?")
        assert found[0].file.upload.name == f"Lumen_{year}.txt"


async def test_a_filter_limits_the_files_before_anything_is_ranked(shelf: Shelf) -> None:
    found = await shelf.search().find(
        ASSISTANT, "filing deadline", filter=parse_filter({"kind": "nature"})
    )
    assert {snippet.file.id for snippet in found} == {"parks"}


async def test_a_filter_that_matches_nothing_finds_nothing(shelf: Shelf) -> None:
    assert await shelf.search().find(ASSISTANT, "x", filter=parse_filter({"kind": "none"})) == []


async def test_an_assistant_without_available_files_says_so(shelf: Shelf) -> None:
    empty = replace(ASSISTANT, id="other", name="empty")
    with pytest.raises(InvalidRequest, match='"empty" has no available files'):
        await shelf.search().find(empty, "anything")


async def test_only_the_published_generation_is_searched(shelf: Shelf) -> None:
    await shelf.store(FileVersion("taxes", 2), "The filing deadline moved to October. " * 3)
    search = shelf.search()
    assert "October" not in (await search.find(ASSISTANT, "filing deadline"))[0].text
    shelf.files[1] = replace(shelf.files[1], generation=2)
    assert "October" in (await search.find(ASSISTANT, "filing deadline"))[0].text


async def test_a_question_of_blanks_finds_nothing(shelf: Shelf) -> None:
    assert await shelf.search().find(ASSISTANT, "  \n") == []


async def test_a_conversation_of_thousands_of_words_is_a_query_too(shelf: Shelf) -> None:
    talk = "user: hello there\nassistant: what can I do for you\n" * 2000
    found = await shelf.search().find(ASSISTANT, talk + "user: when do penalties accrue?")
    assert found[0].file.id == "taxes"


async def test_top_k_size_and_budget_are_kept(shelf: Shelf) -> None:
    found = await shelf.search().find(
        ASSISTANT, "winter", top_k=1, snippet_tokens=512, budget_tokens=8
    )
    assert len(found) == 1
    assert found[0].tokens <= 8


async def test_a_reranker_has_the_last_word(shelf: Shelf) -> None:
    class Bears:
        async def rerank(self, query: str, texts: list[str]) -> list[float]:
            return [float(text.count("Bears")) for text in texts]

    reranking = Reranking(Bears(), MemoryClock())
    found = await shelf.search(reranking).find(ASSISTANT, "filing deadline")
    assert found[0].file.id == "parks"


def test_what_an_embedder_understands_is_known_by_its_model() -> None:
    assert embedder_languages("sentence-transformers/all-MiniLM-L6-v2") == {"en"}
    assert embedder_languages("some-multilingual-model") is None


async def test_the_edition_changes_with_the_files_that_may_be_searched(shelf: Shelf):
    search = shelf.search()
    editions = [await search.corpus_fingerprint(ASSISTANT)]
    first, *rest = shelf.files
    later = replace(first, updated_at=first.updated_at + timedelta(days=9))
    for files in ([later, *rest], [replace(later, generation=later.generation + 1), *rest], rest):
        shelf.files = files
        editions.append(await search.corpus_fingerprint(ASSISTANT))
    assert len({*editions}) == len(editions)
    assert await search.corpus_fingerprint(ASSISTANT) == editions[-1]


async def test_what_is_quoted_is_not_cut_within_a_sentence(shelf: Shelf) -> None:
    pines = "Pines grow in high valleys and they also like it wet and cold. "
    await shelf.put(file_named("wood"), pines * 20)
    found = await shelf.search().find(ASSISTANT, "wet pines", top_k=8)
    quoted = await shelf.search().find(ASSISTANT, "wet pines", top_k=8, quoted=True)
    assert len(quoted) <= len(found)
    assert max(s.tokens for s in quoted) >= max(s.tokens for s in found)
