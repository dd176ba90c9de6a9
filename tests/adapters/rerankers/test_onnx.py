"""Reranking with a cross-encoder that somebody exported."""

import pytest
from tests.adapters.conftest import write_embedding_model, write_scoring_model

from lodgepole.adapters.rerankers.onnx import OnnxDirectoryReranker
from lodgepole.errors import Unavailable

TEXTS = ["fir", "pine pine", "a pine grows", "nothing", "pine pine pine"]


@pytest.mark.parametrize("classes", [1, 2])
async def test_scores_each_text_in_order(directory, classes):
    write_scoring_model(directory / "model.onnx", classes=classes)
    reranker = OnnxDirectoryReranker(directory, threads=2)

    assert list(await reranker.rerank("pine pine", TEXTS)) == [0, 2, 1, 0, 3]
    assert list(await reranker.rerank("pine", [])) == []
    await reranker.close()


async def test_a_long_text_is_cut_and_a_long_query_leaves_it_half_of_the_room(directory):
    write_scoring_model(directory / "model.onnx")
    reranker = OnnxDirectoryReranker(directory, max_tokens=23)
    [score] = await reranker.rerank("fir " * 500, ["pine " * 500])

    assert score == 23 - 3 - 11  # less special tokens, less the query's half
    await reranker.close()


def test_a_model_that_gives_no_scores_is_refused_at_the_start(directory):
    write_embedding_model(directory / "model.onnx")
    with pytest.raises(Unavailable, match="not a score for a pair"):
        OnnxDirectoryReranker(directory)
