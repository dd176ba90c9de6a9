"""Files made up for the suites of indexes."""

import numpy as np

from lodgepole.model import FileVersion, Passage
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import Index, IndexedFile, IndexedPassage, IndexQuery

DIMENSION = 96
IDENTITY = EmbedderIdentity(engine="test", model="random", dimension=DIMENSION)
ONE, TWO, THREE = (FileVersion(name, 1) for name in ("one", "two", "three"))


def vectors_of(*seeds: int) -> np.ndarray:
    rows = [np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(-1, DIMENSION)


def file_of(
    version: FileVersion,
    *texts: str,
    seed: int = 0,
    lead: str = "",
    language: str = "en",
    embedder: EmbedderIdentity = IDENTITY,
) -> IndexedFile:
    passages: list[IndexedPassage] = []
    start = 0
    for ordinal, text in enumerate(texts):
        passage = Passage(
            ordinal=ordinal,
            start=start,
            end=start + len(text),
            text=text,
            page=ordinal + 1,
            heading_path=("Top", f"Part {ordinal}"),
            header="a header",
            tokens=len(text.split()),
            gap="\n",
        )
        passages.append(IndexedPassage(passage=passage, words=text.split()))
        start = passage.end + 1
    return IndexedFile(
        version=version,
        language=language,
        lead_words=lead.split(),
        passages=passages,
        vectors=vectors_of(*range(seed, seed + len(texts))),
        embedder=embedder,
    )


def query(*versions: FileVersion, words: str = "", seed: int | None = None, limit: int = 200):
    return IndexQuery(
        versions=frozenset(versions),
        vector=None if seed is None else vectors_of(seed)[0],
        words=words.split(),
        limit=limit,
    )


async def files_with(
    index: Index, word: str, assistant_id: str, *versions: FileVersion
) -> list[FileVersion]:
    """The files of the passages that have the word, best first."""
    rankings = await index.search(assistant_id, query(*versions, words=word))
    return [hit.key.version for hit in rankings.words]
