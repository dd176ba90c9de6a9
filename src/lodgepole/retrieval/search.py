"""Search: from a question to the snippets that answer it."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest, LodgepoleError
from lodgepole.metadata_filter import MetadataFilter, select
from lodgepole.model import Assistant, File, FileVersion, Hit, Snippet
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.embedder import Embedder, EmbedderIdentity, Vector
from lodgepole.ports.index import IndexQuery, Rankings, SearchedIndex
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.embedders import Embedders
from lodgepole.retrieval.filename_boost import FileNames
from lodgepole.retrieval.fusion import DEFAULT_WEIGHTS, Weights, fuse
from lodgepole.retrieval.reranking import Reranking
from lodgepole.retrieval.snippet_packing import (
    DEFAULT_GROWTH,
    QUOTED_GROWTH,
    Growth,
    neighbourhood,
    pack,
)
from lodgepole.telemetry.stages import Stages
from lodgepole.text.analyzer import query_words
from lodgepole.text.languages import detect_language

RANKING_LENGTH = 200  # of each ranking; fusion standardises over these
CANDIDATES = 50  # passages at least that snippets are made of
SHELVES = 32  # assistants whose files are kept sorted
CHARS_PER_TOKEN = 40  # of those at most; a word of any length may count as one
QUERY_TOKENS = 256  # of the query that are embedded: more only blurs the vector
_SWITCHES = 3  # of embedders that one query may meet; one is rare
_ENGLISH_MODELS = ("all-minilm-l6-v2", "all-minilm-l12-v2", "bge-small-en", "bge-base-en")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a search is made of; anything but the default is for measuring what a part gives."""

    weights: Weights = DEFAULT_WEIGHTS
    growth: Growth = DEFAULT_GROWTH
    dense: bool = True
    words: bool = True


@dataclass(slots=True)
class _FileSet:
    """The files that a query may search."""

    files: Mapping[FileVersion, File]
    versions: frozenset[FileVersion]
    languages: Mapping[FileVersion, str] | None = None  # once somebody asked the index
    names: FileNames | None = None  # the same

    @classmethod
    def of(cls, files: Iterable[File]) -> "_FileSet":
        by_version = {file.version: file for file in files}
        return cls(by_version, frozenset(by_version))

    def named(self, query: str) -> Mapping[FileVersion, float]:
        if self.names is None:
            names = ((version, file.upload.name) for version, file in self.files.items())
            self.names = FileNames(names)
        return self.names.named(query)


@dataclass(frozen=True, slots=True)
class _Limits:
    """Of the snippets that are wanted."""

    top_k: int
    snippet_tokens: int
    budget_tokens: int | None
    growth: Growth


class Search:
    """Finds snippets in the Available files of an assistant."""

    def __init__(
        self,
        index: SearchedIndex,
        embedder: Embedder,
        tokenizer: Tokenizer,
        catalog: Catalog,
        *,
        reranking: Reranking | None = None,
        embedders: Embedders | None = None,
        recipe: Recipe | None = None,
        stages: Stages | None = None,
    ) -> None:
        """`embedders` finds former ones too, for while the embedder is being changed."""
        self._index = index
        self._embedders = embedders or Embedders(embedder)
        self._of_old: dict[str, EmbedderIdentity] = {}  # assistants not yet re-embedded
        self._tokenizer = tokenizer
        self._catalog = catalog
        self._reranking = reranking
        self._recipe = recipe or Recipe()
        self._stages = stages or Stages()
        self._file_sets: dict[str, tuple[Sequence[File], _FileSet]] = {}  # last used last

    def over(self, catalog: Catalog) -> "Search":
        """The same search in the files of another catalog, such as those that a grant shows."""
        made = copy(self)
        made._catalog, made._file_sets = catalog, {}
        return made

    async def find(
        self,
        assistant: Assistant,
        query: str,
        *,
        filter: MetadataFilter | None = None,
        top_k: int = 16,
        snippet_tokens: int = 2048,
        budget_tokens: int | None = None,
        quoted: bool = False,
    ) -> list[Snippet]:
        """At most `top_k` snippets, best first; none when no file matches `filter`.

        Args:
            assistant: Whose files are searched.
            query: A question, keywords, or a whole conversation.
            filter: Which files may be searched, by their metadata.
            top_k: The most snippets.
            snippet_tokens: The most tokens of one snippet.
            budget_tokens: The most tokens of all snippets together.
            quoted: Whether sentences of them are shown, so that none may be cut.

        Raises:
            InvalidRequest: The assistant has no Available file.
        """
        available = await self._catalog.available_files(assistant.id)
        if not available:
            raise InvalidRequest(
                f'Assistant "{assistant.name}" has no available files to search. Upload a file '
                "and wait until its status is Available."
            )
        everything = shelf = self._file_set(assistant.id, available)
        if filter is not None:
            shelf = _FileSet.of(
                await select(available, lambda file: filter.matches(file.upload.metadata))
            )
        files = shelf.files
        if not files or not query.strip():
            return []
        with self._stages.stage("search"):
            rankings = await self._rankings(assistant.id, query, shelf.versions, everything)
        # Hits that lie within an earlier snippet add none, so more than `top_k` are needed.
        most = max(4 * top_k, CANDIDATES)
        hits = fuse(
            rankings,
            foreign=_is_foreign(query, rankings.embedder),
            several_files=len(files) > 1,
            named=everything.named(query) if len(files) > 1 else None,
            weights=self._recipe.weights,
            limit=most,
        )
        growth = QUOTED_GROWTH if quoted else self._recipe.growth
        limits = _Limits(top_k, snippet_tokens, budget_tokens, growth)
        if self._reranking is None and budget_tokens is None and len(hits) > 2 * top_k:
            # So many are nearly always enough, and every passage that is read costs time.
            some = hits[: 2 * top_k]
            snippets = await self._packed(assistant.id, query, some, files, limits)
            if len(snippets) == top_k:
                return snippets
        return await self._packed(assistant.id, query, hits, files, limits)

    async def _packed(
        self,
        assistant_id: str,
        query: str,
        hits: Sequence[Hit],
        files: Mapping[FileVersion, File],
        limits: _Limits,
    ) -> list[Snippet]:
        growth = limits.growth
        passages = await self._index.passages(assistant_id, neighbourhood(hits, growth))
        if self._reranking is not None:
            with self._stages.stage("rerank"):
                hits = await self._reranking.ordered(query, hits, passages)
        with self._stages.stage("pack"):
            return pack(
                hits,
                passages,
                files,
                self._tokenizer,
                top_k=limits.top_k,
                snippet_tokens=limits.snippet_tokens,
                budget_tokens=limits.budget_tokens,
                growth=growth,
            )

    async def corpus_fingerprint(self, assistant: Assistant) -> str:
        """Another word whenever another set of files, contents or metadata may be searched."""
        available = await self._catalog.available_files(assistant.id)
        newest = max((file.updated_at for file in available), default=None)
        return f"{len(available)} {sum(file.generation for file in available)} {newest}"

    def _file_set(self, assistant_id: str, available: Sequence[File]) -> "_FileSet":
        """All files, as of the last query where they are the same: 10,000 take 10 ms to sort."""
        known = self._file_sets.pop(assistant_id, None)
        if known is None or known[0] != available:
            known = (available, _FileSet.of(available))
        self._file_sets[assistant_id] = known
        if len(self._file_sets) > SHELVES:
            del self._file_sets[next(iter(self._file_sets))]
        return known[1]

    async def _rankings(
        self,
        assistant_id: str,
        query: str,
        versions: Collection[FileVersion],
        everything: _FileSet,
    ) -> Rankings:
        """Dense and word rankings, with the embedder that the assistant's vectors are of.

        Both are one call: handing work to a thread costs as much as a ranking.
        """
        words = await self._words(assistant_id, query, everything)
        if not self._recipe.dense:
            return await self._ranked(assistant_id, versions, words=words)
        configured = self._embedders.configured.identity
        text = self._embeddable(query)
        by_words: Rankings | None = None
        for _ in range(_SWITCHES):
            identity = self._of_old.get(assistant_id, configured)
            # Without a vector words find what vectors cannot, until they are made anew.
            vector = await self._query_vector(identity, text)
            rankings = await self._ranked(
                assistant_id,
                versions,
                words=words if by_words is None else (),
                vector=vector,
                embedder=identity,
            )
            by_words = by_words or rankings
            if rankings.embedder is None or rankings.embedder == identity:
                return replace(by_words, dense=rankings.dense, embedder=rankings.embedder)
            # It changes once when it is first met, and once at the switch.
            if rankings.embedder == configured:
                self._of_old.pop(assistant_id, None)
            else:
                self._of_old[assistant_id] = rankings.embedder
        return replace(by_words or Rankings(), dense=(), embedder=None)

    async def _ranked(
        self,
        assistant_id: str,
        versions: Collection[FileVersion],
        *,
        words: Sequence[str],
        vector: Vector | None = None,
        embedder: EmbedderIdentity | None = None,
    ) -> Rankings:
        return await self._index.search(
            assistant_id,
            IndexQuery(
                versions=versions,
                vector=vector,
                words=words,
                limit=RANKING_LENGTH,
                embedder=embedder,
            ),
        )

    async def _query_vector(self, identity: EmbedderIdentity, text: str) -> Vector | None:
        """None when a former embedder cannot be had; errors of the configured one are raised."""
        embedder = await self._embedders.of(identity)
        if embedder is None:
            return None
        try:
            with self._stages.stage("embed_query"):
                return await embedder.embed_query(text)
        except LodgepoleError as error:
            if embedder is self._embedders.configured:
                raise
            log.warning("The former embedder does not answer, words alone are searched: %s", error)
            return None

    async def _words(self, assistant_id: str, query: str, everything: _FileSet) -> Sequence[str]:
        """The query's words as the languages of the assistant's files have them."""
        if not self._recipe.words:
            return ()
        if everything.languages is None:
            everything.languages = await self._index.languages(assistant_id)
        languages = {*everything.languages.values()}
        return await read_apart(len(query), query_words, query, languages)

    def _embeddable(self, query: str) -> str:
        """The query, or of a long one its end: the last question of a conversation is there."""
        if len(query) <= QUERY_TOKENS:
            return query
        query = query[-QUERY_TOKENS * CHARS_PER_TOKEN :]
        spans = self._tokenizer.spans(query)
        return query if len(spans) <= QUERY_TOKENS else query[spans[-QUERY_TOKENS][0] :]


def _is_foreign(query: str, embedder: EmbedderIdentity | None) -> bool:
    """Whether the query is evidently in a language that the embedder does not know."""
    languages = None if embedder is None else embedder_languages(embedder.model)
    return languages is not None and detect_language(query) not in {*languages, "und"}


def embedder_languages(model: str) -> frozenset[str] | None:
    """The languages that a model was trained on, or None when it is not known to be limited."""
    name = model.lower()
    return frozenset({"en"}) if any(known in name for known in _ENGLISH_MODELS) else None
