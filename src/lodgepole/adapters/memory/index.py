"""The Index port in memory: brute force, the reference that the real one is compared with."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from lodgepole.model import FileVersion, Hit, Passage, PassageKey
from lodgepole.ports.embedder import EmbedderIdentity, Vectors
from lodgepole.ports.index import IndexedFile, IndexQuery, Rankings

Key = TypeVar("Key", PassageKey, FileVersion)


class MemoryIndex:
    """Everything in dictionaries; searches look at every passage."""

    def __init__(self, *, k1: float = 1.2, b: float = 0.75) -> None:
        """`k1` and `b` are BM25's; the defaults are those of the index on disk."""
        self._k1, self._b = k1, b
        self._files: dict[str, dict[FileVersion, IndexedFile]] = {}
        self._embedders: dict[str, EmbedderIdentity] = {}  # whose vectors are searched
        self._vectors: dict[str, dict[tuple[EmbedderIdentity, FileVersion], Vectors]] = {}

    async def add(self, assistant_id: str, file: IndexedFile) -> None:
        files = self._files.setdefault(assistant_id, {})
        if not files:
            self._embedders[assistant_id] = file.embedder
            self._vectors[assistant_id] = {}
        self._forget_vectors(assistant_id, file.version)
        files[file.version] = file
        kept = {embedder for embedder, _ in self._vectors[assistant_id]}
        kept.add(self._embedders[assistant_id])
        if file.embedder in kept or len(kept) < 2:
            self._vectors[assistant_id][file.embedder, file.version] = file.vectors

    async def remove(self, assistant_id: str, versions: Iterable[FileVersion]) -> None:
        for version in versions:
            self._files.get(assistant_id, {}).pop(version, None)
            self._forget_vectors(assistant_id, version)

    async def drop(self, assistant_id: str) -> None:
        self._files.pop(assistant_id, None)

    def _forget_vectors(self, assistant_id: str, version: FileVersion) -> None:
        vectors = self._vectors.get(assistant_id, {})
        for key in [key for key in vectors if key[1] == version]:
            del vectors[key]

    async def search(self, assistant_id: str, query: IndexQuery) -> Rankings:
        stored = self._files.get(assistant_id, {})
        allowed = set(query.versions)
        passages = {
            PassageKey(version, indexed.passage.ordinal): indexed.words
            for version, file in stored.items()
            for indexed in file.passages
        }
        bodies = {
            version: [word for indexed in file.passages for word in indexed.words]
            for version, file in stored.items()
        }
        leads = {version: file.lead_words for version, file in stored.items()}
        words, limit = query.words, query.limit
        embedder = self._embedders[assistant_id] if stored else None
        comparable = query.vector is not None and query.embedder in (None, embedder)
        return Rankings(
            embedder=embedder,
            dense=self._dense(assistant_id, query) if comparable else (),
            words=[
                Hit(key, score)
                for key, score in self._bm25(passages, words, lambda k: k.version in allowed, limit)
            ],
            file_body=self._bm25(bodies, words, allowed.__contains__, limit),
            file_lead=self._bm25(leads, words, allowed.__contains__, limit),
        )

    def _dense(self, assistant_id: str, query: IndexQuery) -> list[Hit]:
        assert query.vector is not None
        hits: list[Hit] = []
        files = self._files.get(assistant_id, {})
        for version in set(query.versions) & files.keys():
            vectors = self._vectors[assistant_id].get((self._embedders[assistant_id], version))
            if vectors is None:
                continue
            scores = vectors.astype(np.float16).astype(np.float32) @ query.vector
            hits += [
                Hit(PassageKey(version, indexed.passage.ordinal), float(score))
                for indexed, score in zip(files[version].passages, scores, strict=True)
            ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[: query.limit]

    def _bm25(
        self,
        texts: Mapping[Key, Sequence[str]],
        words: Sequence[str],
        allowed: Callable[[Key], bool],
        limit: int,
    ) -> list[tuple[Key, float]]:
        """BM25 as Lucene and tantivy have it; statistics of all texts, scores of allowed ones."""
        if not texts or not words:
            return []
        wanted = Counter(words)
        counts = {
            key: Counter(word for word in text if word in wanted) for key, text in texts.items()
        }
        average = sum(map(len, texts.values())) / len(texts) or 1.0
        found_in = Counter(word for found in counts.values() for word in found)
        idf = _idf(found_in, len(texts))
        scores: list[tuple[Key, float]] = []
        for key, found in counts.items():
            if not found or not allowed(key):
                continue
            norm = self._k1 * (1 - self._b + self._b * len(texts[key]) / average)
            score = sum(
                wanted[word] * idf[word] * (self._k1 + 1) * count / (count + norm)
                for word, count in found.items()
            )
            scores.append((key, score))
        return sorted(scores, key=lambda item: (-item[1], item[0]))[:limit]

    async def passages(
        self, assistant_id: str, keys: Collection[PassageKey]
    ) -> dict[PassageKey, Passage]:
        found: dict[PassageKey, Passage] = {}
        stored = self._files.get(assistant_id, {})
        for key in keys:
            file = stored.get(key.version)
            if file is not None and 0 <= key.ordinal < len(file.passages):
                found[key] = file.passages[key.ordinal].passage
        return found

    async def vectors(
        self, assistant_id: str, version: FileVersion, *, first: int, count: int
    ) -> Vectors:
        identity = self._embedders.get(assistant_id)
        found = self._vectors.get(assistant_id, {})
        none = np.empty((0, 0), np.float32)
        stored = none if identity is None else found.get((identity, version), none)
        return stored[first : first + count].astype(np.float16).astype(np.float32)

    async def versions(self, assistant_id: str) -> Collection[FileVersion]:
        return set(self._files.get(assistant_id, {}))

    async def assistants(self) -> Collection[str]:
        return {assistant_id for assistant_id, files in self._files.items() if files}

    async def languages(self, assistant_id: str) -> Mapping[FileVersion, str]:
        files = self._files.get(assistant_id, {})
        return {version: file.language for version, file in files.items()}

    async def embedder(self, assistant_id: str) -> EmbedderIdentity | None:
        return self._embedders[assistant_id] if self._files.get(assistant_id) else None

    async def unlike(self, embedder: EmbedderIdentity) -> Collection[str]:
        return {
            assistant_id
            for assistant_id, files in self._files.items()
            if (files and self._embedders[assistant_id] != embedder)
            or files.keys() != {version for _, version in self._vectors[assistant_id]}
            or any(other != embedder for other, _ in self._vectors[assistant_id])
        }

    async def lacking(
        self, assistant_id: str, embedder: EmbedderIdentity
    ) -> Mapping[FileVersion, int]:
        vectors = self._vectors.get(assistant_id, {})
        return {
            version: len(file.passages)
            for version, file in self._files.get(assistant_id, {}).items()
            if (embedder, version) not in vectors
        }

    async def set_aside(
        self, assistant_id: str, version: FileVersion, embedder: EmbedderIdentity, vectors: Vectors
    ) -> None:
        file = self._files.get(assistant_id, {}).get(version)
        if file is None or len(file.passages) != len(vectors):
            return
        kept = self._vectors[assistant_id]
        for key in [key for key in kept if key[0] not in (embedder, self._embedders[assistant_id])]:
            del kept[key]
        kept[embedder, version] = vectors

    async def switch(self, assistant_id: str, embedder: EmbedderIdentity) -> bool:
        if await self.lacking(assistant_id, embedder):
            return False
        self._embedders[assistant_id] = embedder
        kept = self._vectors.get(assistant_id, {})
        for key in [key for key in kept if key[0] != embedder]:
            del kept[key]
        return True

    async def close(self) -> None:
        self._files.clear()


def _idf(found_in: Mapping[str, int], texts: int) -> dict[str, float]:
    return {
        word: math.log(1 + (texts - count + 0.5) / (count + 0.5))
        for word, count in found_in.items()
    }
