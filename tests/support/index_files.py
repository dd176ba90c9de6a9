"""Files for tests of an index."""

import numpy as np

from lodgepole.model import Passage
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.index import IndexedFile, IndexedPassage

FIRST = EmbedderIdentity(engine="test", model="first", dimension=96)
SECOND = EmbedderIdentity(engine="test", model="second", dimension=40)
THIRD = EmbedderIdentity(engine="test", model="third", dimension=96)


def unit_vectors(count, dimension, seed):
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def file_of(version, *texts, lead="", language="en", embedder=FIRST, seed=0):
    passages = []
    start = 0
    for ordinal, text in enumerate(texts):
        passage = Passage(
            ordinal=ordinal, start=start, end=start + len(text), text=text, page=None, gap="\n"
        )
        passages.append(IndexedPassage(passage=passage, words=text.split()))
        start = passage.end + 1
    return IndexedFile(
        version=version,
        language=language,
        lead_words=lead.split(),
        passages=passages,
        vectors=unit_vectors(len(texts), embedder.dimension, seed),
        embedder=embedder,
    )


def random_file(version, seed, embedder, *, passages=None):
    """Of few words, so that they meet, and sometimes of no passage at all."""
    choose = np.random.default_rng(seed)
    count = int(choose.integers(0, 5)) if passages is None else passages
    texts = [
        " ".join(f"w{word}" for word in choose.integers(0, 12, choose.integers(1, 9)))
        for _ in range(count)
    ]
    lead = " ".join(f"w{word}" for word in choose.integers(0, 12, choose.integers(0, 4)))
    language = ("en", "fr")[seed % 2]
    return file_of(version, *texts, lead=lead, language=language, embedder=embedder, seed=seed)
