"""What every Embedder does."""

import httpx2
import numpy as np
import orjson
import pytest

from lodgepole.adapters.embedders.builtin import OnnxRuntimeEmbedder, find_model
from lodgepole.adapters.embedders.builtin.conversion import converted_model
from lodgepole.adapters.embedders.onnx import OnnxDirectoryEmbedder
from lodgepole.adapters.embedders.openai import EmbeddingEndpoint, OpenAIEmbedder
from lodgepole.adapters.memory.embedder import MemoryEmbedder

TEXTS = [
    "The lodgepole pine grows from Alaska to California.",
    "",
    "Revenue rose by 4.2 % in fiscal 2018.",
    "Zażółć gęślą jaźń — 日本語の文章 🌲",
    "pine " * 600,
]


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


class Endpoint(httpx2.AsyncBaseTransport):
    """An embedding endpoint that computes what the in-memory embedder does."""

    async def handle_async_request(self, request):
        texts = orjson.loads(await request.aread())["input"]
        rows = (await MemoryEmbedder().embed_passages(texts)).tolist()
        data = [{"index": index, "embedding": row} for index, row in enumerate(rows)]
        return httpx2.Response(200, json={"data": data})


def exported(directory, cache_dir):
    """The built-in model as somebody might export it."""
    directory.mkdir()
    tokenizer = find_model(cache_dir).tokenizer
    (directory / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    (directory / "model.onnx").write_bytes(converted_model(cache_dir, "f32").read_bytes())
    return directory


OF_THE_MODEL = ("onnxruntime-int8", "onnxruntime-f32", "onnx-directory")


@pytest.fixture(
    params=[
        *("memory", "openai"),
        *(pytest.param(name, marks=pytest.mark.slow) for name in OF_THE_MODEL),
    ]
)
async def embedder(request, cache_dir, tmp_path):
    if request.param == "memory":
        yield MemoryEmbedder()
        return
    if request.param == "openai":
        endpoint = EmbeddingEndpoint(base_url="http://embedder.test/v1", model="m", batch_texts=2)
        remote = await OpenAIEmbedder.connect(endpoint, transport=Endpoint())
        yield remote
        await remote.close()
        return
    if request.param == "onnx-directory":
        local = OnnxDirectoryEmbedder(exported(tmp_path / "m", cache_dir), max_tokens=256)
        yield local
        await local.close()
        return
    form = request.param.removeprefix("onnxruntime-")
    real = OnnxRuntimeEmbedder(cache_dir, threads=2, form=form)
    yield real
    await real.close()


async def test_gives_one_unit_row_per_text_in_the_identitys_dimension(embedder):
    vectors = await embedder.embed_passages(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.identity.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


async def test_gives_no_rows_for_no_texts(embedder):
    vectors = await embedder.embed_passages([])

    assert vectors.shape == (0, embedder.identity.dimension)


async def test_keeps_the_order_of_the_texts(embedder):
    forward = await embedder.embed_passages(TEXTS)
    backward = await embedder.embed_passages(TEXTS[::-1])

    assert (forward * backward[::-1]).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


async def test_a_text_has_the_same_vector_alone_in_company_and_as_a_query(embedder):
    together = await embedder.embed_passages(TEXTS)
    alone = np.concatenate([await embedder.embed_passages([text]) for text in TEXTS])
    asked = np.stack([await embedder.embed_query(text) for text in TEXTS])

    assert (together * alone).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    assert (together * asked).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


async def test_a_question_is_nearest_to_the_passage_that_shares_its_words(embedder):
    passages = await embedder.embed_passages([TEXTS[0], TEXTS[2], "Bake the bread for an hour."])
    query = await embedder.embed_query("where does the lodgepole pine grow")

    assert int(np.argmax(passages @ query)) == 0
