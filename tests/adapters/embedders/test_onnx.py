"""Embedding with a directory that somebody exported."""

import numpy as np
import pytest
from tests.adapters.conftest import (
    DIMENSION,
    TABLE,
    WORDS,
    write_embedding_model,
)

from lodgepole.adapters.embedders.onnx import OnnxDirectoryEmbedder
from lodgepole.errors import Unavailable


def unit(row):
    return row / np.linalg.norm(row)


def rows_of(*words):
    return TABLE[[WORDS.index(word) for word in ("[CLS]", *words, "[SEP]")]]


@pytest.fixture
def open_embedder(directory):
    made = []

    def open_(**settings):
        embedder = OnnxDirectoryEmbedder(directory, threads=2, **settings)
        made.append(embedder)
        return embedder

    return open_


async def test_pools_by_the_mean_of_all_tokens(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    [vector] = await open_embedder().embed_passages(["pine grows"])

    assert vector == pytest.approx(unit(rows_of("pine", "grows").mean(axis=0)), abs=1e-6)


async def test_pools_by_the_first_token_where_told(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    vector = await open_embedder(pooling="cls").embed_query("pine grows")

    assert vector == pytest.approx(unit(TABLE[1]), abs=1e-6)


@pytest.mark.parametrize("integers", ["int32", "int64"])
@pytest.mark.parametrize("masked", [True, False])
async def test_feeds_the_inputs_that_the_model_has(directory, open_embedder, integers, masked):
    write_embedding_model(directory / "model.onnx", integers=integers, masked=masked)
    vector = await open_embedder().embed_query("fir")

    assert vector == pytest.approx(unit(rows_of("fir").mean(axis=0)), abs=1e-6)


async def test_takes_vectors_that_are_pooled_already(directory, open_embedder):
    write_embedding_model(directory / "onnx" / "model.onnx", pooled=True)
    vector = await open_embedder().embed_query("fir")

    assert vector == pytest.approx(unit(rows_of("fir").sum(axis=0)), abs=1e-6)


async def test_puts_prefixes_before_queries_and_documents(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    embedder = open_embedder(query_prefix="query: ", document_prefix="passage: ")
    query = await embedder.embed_query("pine")
    [passage] = await embedder.embed_passages(["pine"])

    assert query == pytest.approx(unit(rows_of("query", ":", "pine").mean(axis=0)), abs=1e-6)
    assert passage == pytest.approx(unit(rows_of("passage", ":", "pine").mean(axis=0)), abs=1e-6)


async def test_cuts_off_what_is_over_the_limit_and_nothing_before(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    embedder = open_embedder(max_tokens=6)
    vector = await embedder.embed_query("pine fir grows lead pine pine pine")

    assert vector == pytest.approx(unit(rows_of("pine", "fir", "grows", "lead").mean(axis=0)))


async def test_the_identity_names_the_content_and_what_passages_are_made_by(
    directory, open_embedder
):
    write_embedding_model(directory / "model.onnx")
    first = open_embedder().identity
    same = open_embedder(query_prefix="query: ").identity
    prefixed = open_embedder(document_prefix="passage: ").identity
    pooled = open_embedder(pooling="cls").identity
    write_embedding_model(directory / "model.onnx", masked=False)
    other = open_embedder().identity

    assert first.dimension == DIMENSION
    assert first.model.startswith("tiny-model@")
    assert same == first
    assert len({first, prefixed, pooled, other}) == 4


async def test_keeps_order_over_many_texts(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    texts = [" ".join(["pine"] * (i % 5) + ["fir"] * (i % 7)) for i in range(50)]
    embedder = open_embedder()
    together = await embedder.embed_passages(texts)

    for text, row in zip(texts, together, strict=True):
        assert row == pytest.approx(await embedder.embed_query(text), abs=1e-6)
    assert (await embedder.embed_passages([])).shape == (0, DIMENSION)
    await embedder.close()


def test_a_directory_without_a_model_is_named(tmp_path, open_embedder):
    with pytest.raises(Unavailable, match=r"has no model\.onnx"):
        open_embedder()


def test_a_damaged_model_is_told(directory, open_embedder):
    (directory / "model.onnx").write_bytes(b"\x00 not a model")
    with pytest.raises(Unavailable, match="onnxruntime cannot load"):
        open_embedder()


def test_a_damaged_tokenizer_is_told(directory, open_embedder):
    write_embedding_model(directory / "model.onnx")
    (directory / "tokenizer.json").write_text("{}")
    with pytest.raises(Unavailable, match=r"tokenizer\.json cannot be read"):
        open_embedder()


def test_a_model_that_wants_something_else_is_told(directory, open_embedder):
    write_embedding_model(directory / "model.onnx", extra="pixel_values")
    with pytest.raises(Unavailable, match="'pixel_values' is not one of a sentence model"):
        open_embedder()
