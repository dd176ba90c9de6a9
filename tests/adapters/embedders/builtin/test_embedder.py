import asyncio

import numpy as np
import pytest

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder
from lodgepole.adapters.embedders.builtin.conversion import converted_model, write_converted
from lodgepole.adapters.embedders.builtin.graph import bert_graph
from lodgepole.adapters.embedders.builtin.weights import open_weights
from lodgepole.errors import Unavailable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


async def test_a_query_does_not_wait_for_the_passages_before_it(cache_dir):
    real = OnnxRuntimeEmbedder(cache_dir, threads=1)
    passages = asyncio.create_task(real.embed_passages(["lodgepole pine " * 60] * 64))
    await asyncio.sleep(0)

    await real.embed_query("how tall is a pine")

    assert not passages.done()
    assert (await passages).shape == (64, 384)
    await real.close()


async def test_cancelling_stops_after_the_steps_under_way(cache_dir):
    real = OnnxRuntimeEmbedder(cache_dir, threads=1)
    passages = asyncio.create_task(real.embed_passages(["lodgepole pine " * 60] * 100_000))
    await real.embed_query("let it begin")

    passages.cancel()
    with pytest.raises(asyncio.CancelledError):
        await passages

    await asyncio.wait_for(real.close(), timeout=5)


@pytest.fixture(scope="module")
def wrong_model(model_files):
    """A network of the right shape whose vocabulary is shifted by one."""
    with open_weights(model_files.weights) as weights:
        name = "embeddings.word_embeddings.weight"
        return bert_graph({**weights, name: np.roll(weights[name], 1, axis=0)}, "int8")


def replace_converted(cache_dir, form, model):
    right = converted_model(cache_dir, form)
    right.unlink()
    write_converted(right.parent, right.stem.rpartition("-")[0], model)


async def test_where_int8_computes_nonsense_f32_takes_over_and_is_recorded(tmp_path, wrong_model):
    replace_converted(tmp_path, "int8", wrong_model)

    real = OnnxRuntimeEmbedder(tmp_path)

    assert real.identity.engine == "onnxruntime-f32"
    await real.close()


def test_a_machine_that_computes_nonsense_is_told_so(tmp_path, wrong_model):
    replace_converted(tmp_path, "f32", wrong_model)

    with pytest.raises(Unavailable, match="Configure an embedding endpoint"):
        OnnxRuntimeEmbedder(tmp_path, form="f32")


async def test_texts_that_the_tokenizer_drops_or_cannot_read_have_vectors(cache_dir):
    real = OnnxRuntimeEmbedder(cache_dir)
    vectors = await real.embed_passages(["\x00\u200b", "x" * 1_000_000, "[SEP] [MASK]", "\ufffd"])

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    await real.close()
