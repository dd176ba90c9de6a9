"""From a question to the snippets that answer it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lodgepole.errors import InvalidRequest
from lodgepole.metadata_filter import MetadataFilter
from lodgepole.model import Assistant, File, FileVersion, Hit, Passage, PassageKey, Snippet
from lodgepole.ports import Catalog, Embedder, Index, IndexQuery, Rankings, Reranker, Tokenizer
from lodgepole.retrieval.fusion import DEFAULT_WEIGHTS, Weights, fuse
from lodgepole.retrieval.packing import DEFAULT_GROWTH, Growth, neighbourhood, pack
from lodgepole.retrieval.terms import detect_language, query_words

RANKING_LENGTH = 200  # of each ranking; fusion standardises over these
RERANKED = 50  # passages that a reranker reads
SHELVES = 32  # assistants whose files are kept sorted
QUERY_TOKENS = 256  # of the query that are embedded: more only blurs the vector
_ENGLISH_MODELS = ("all-minilm-l6-v2", "all-minilm-l12-v2", "bge-small-en", "bge-base-en")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a search is made of; anything but the default is for measuring what a part gives."""

    weights: Weights = DEFAULT_WEIGHTS
    growth: Growth = DEFAULT_GROWTH
    dense: bool = True
    words: bool = True


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The files that a query may search."""

    files: Mapping[FileVersion, File]
    versions: frozenset[FileVersion]

    @classmethod
    def of(cls, files: Iterable[File]) -> "_Shelf":
        by_version = {file.version: file for file in files}
        return cls(by_version, frozenset(by_version))


class Search:
    """Finds snippets in the Available files of an assistant."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        tokenizer: Tokenizer,
        catalog: Catalog,
        reranker: Reranker | None = None,
        *,
        recipe: Recipe | None = None,
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._tokenizer = tokenizer
        self._catalog = catalog
        self._reranker = reranker
        self._recipe = recipe or Recipe()
        self._shelves: dict[str, tuple[Sequence[File], _Shelf]] = {}  # last used last
        self._languages = embedder_languages(embedder.identity.model)

    async def find(
        self,
        assistant: Assistant,
        query: str,
        *,
        filter: MetadataFilter | None = None,
        top_k: int = 16,
        snippet_tokens: int = 2048,
        budget_tokens: int | None = None,
    ) -> list[Snippet]:
        """At most `top_k` snippets, best first; none when no file matches `filter`.

        Args:
            assistant: Whose files are searched.
            query: A question, keywords, or a whole conversation.
            filter: Which files may be searched, by their metadata.
            top_k: The most snippets.
            snippet_tokens: The most tokens of one snippet.
            budget_tokens: The most tokens of all snippets together.

        Raises:
            InvalidRequest: The assistant has no Available file.
        """
        available = await self._catalog.available_files(assistant.id)
        if not available:
            raise InvalidRequest(
                f'Assistant "{assistant.name}" has no available files to search. Upload a file '
                "and wait until its status is Available."
            )
        if filter is None:
            shelf = self._shelf(assistant.id, available)
        else:
            shelf = _Shelf.of(file for file in available if filter.matches(file.upload.metadata))
        files = shelf.files
        if not files or not query.strip():
            return []
        rankings = await self._rankings(assistant.id, query, shelf.versions)
        hits = fuse(
            rankings,
            foreign=self._is_foreign(query),
            several_files=len(files) > 1,
            weights=self._recipe.weights,
        )
        # Hits that lie within an earlier snippet add none, so more than `top_k` are needed.
        hits = hits[: max(4 * top_k, RERANKED)]
        growth = self._recipe.growth
        passages = await self._index.passages(assistant.id, neighbourhood(hits, growth))
        return pack(
            await self._reranked(query, hits, passages),
            passages,
            files,
            self._tokenizer,
            top_k=top_k,
            snippet_tokens=snippet_tokens,
            budget_tokens=budget_tokens,
            growth=growth,
        )

    def _shelf(self, assistant_id: str, available: Sequence[File]) -> "_Shelf":
        """All files, as of the last query where they are the same: 10,000 take 10 ms to sort."""
        known = self._shelves.pop(assistant_id, None)
        if known is None or known[0] != available:
            known = (available, _Shelf.of(available))
        self._shelves[assistant_id] = known
        if len(self._shelves) > SHELVES:
            del self._shelves[next(iter(self._shelves))]
        return known[1]

    async def _rankings(
        self, assistant_id: str, query: str, versions: Collection[FileVersion]
    ) -> Rankings:
        """Dense and word rankings, made at the same time."""
        by_vector, by_words = await asyncio.gather(
            self._by_vector(assistant_id, query, versions),
            self._by_words(assistant_id, query, versions),
        )
        return Rankings(
            dense=by_vector.dense,
            words=by_words.words,
            file_body=by_words.file_body,
            file_lead=by_words.file_lead,
        )

    async def _by_vector(
        self, assistant_id: str, query: str, versions: Collection[FileVersion]
    ) -> Rankings:
        if not self._recipe.dense:
            return Rankings()
        vector = await self._embedder.embed_query(self._embeddable(query))
        return await self._index.search(
            assistant_id,
            IndexQuery(versions=versions, vector=vector, words=(), limit=RANKING_LENGTH),
        )

    async def _by_words(
        self, assistant_id: str, query: str, versions: Collection[FileVersion]
    ) -> Rankings:
        if not self._recipe.words:
            return Rankings()
        words = query_words(query, await self._index.languages(assistant_id))
        return await self._index.search(
            assistant_id,
            IndexQuery(versions=versions, vector=None, words=words, limit=RANKING_LENGTH),
        )

    def _embeddable(self, query: str) -> str:
        """The query, or of a long one its end: the last question of a conversation is there."""
        if len(query) <= QUERY_TOKENS:
            return query
        spans = self._tokenizer.spans(query)
        return query if len(spans) <= QUERY_TOKENS else query[spans[-QUERY_TOKENS][0] :]

    def _is_foreign(self, query: str) -> bool:
        """Whether the query is evidently in a language that the embedder does not know."""
        if self._languages is None:
            return False
        return detect_language(query) not in {*self._languages, "und"}

    async def _reranked(
        self, query: str, hits: Sequence[Hit], passages: Mapping[PassageKey, Passage]
    ) -> Sequence[Hit]:
        if self._reranker is None:
            return hits
        head = [hit for hit in hits if hit.key in passages][:RERANKED]
        texts = [passages[hit.key].text for hit in head]
        return reranked(head, await self._reranker.rerank(query, texts))


def reranked(hits: Sequence[Hit], scores: Sequence[float]) -> list[Hit]:
    """The hits in the order of `scores`, and with them; equal ones keep their order."""
    order = sorted(range(len(hits)), key=lambda i: (-scores[i], i))
    return [Hit(hits[i].key, float(scores[i])) for i in order]


def embedder_languages(model: str) -> frozenset[str] | None:
    """The languages that a model was trained on, or None when it is not known to be limited."""
    name = model.lower()
    return frozenset({"en"}) if any(known in name for known in _ENGLISH_MODELS) else None
