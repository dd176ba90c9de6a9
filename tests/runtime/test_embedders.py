"""Which embedder and reranker run, for what operators set."""

import re
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from lodgepole.adapters.embedders.builtin import find_model
from lodgepole.adapters.embedders.builtin.conversion import converted_model
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import InvalidRequest, Unavailable
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.runtime.embedders import (
    judging_embedder,
    open_embedders,
    open_reranking,
)
from lodgepole.runtime.settings import Settings

pytestmark = pytest.mark.slow

NOBODY = "http://127.0.0.1:9/v1"  # the discard port: refused at once


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path, model_cache):
    monkeypatch.chdir(tmp_path)
    for variable in ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LODGEPOLE_CACHE_DIR", str(model_cache))
    monkeypatch.setenv("LODGEPOLE_DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


@pytest.fixture
async def stack():
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def exported(tmp_path, model_cache):
    """The built-in model as a directory that somebody exported."""
    directory = tmp_path / "exported"
    directory.mkdir()
    tokenizer = find_model(model_cache).tokenizer
    (directory / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    (directory / "model.onnx").write_bytes(converted_model(model_cache, "f32").read_bytes())
    return directory


async def test_without_settings_the_built_in_embedder_runs_and_no_reranker(stack):
    embedders = await open_embedders(Settings(), stack)
    assert embedders.configured.identity.model == "all-MiniLM-L6-v2"
    assert await open_reranking(Settings(), MemoryClock(), stack) is None


async def test_an_onnx_directory_set_in_the_environment(environment, exported, stack):
    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "onnx")
    environment.setenv("LODGEPOLE_EMBEDDER__PATH", str(exported))
    environment.setenv("LODGEPOLE_EMBEDDER__MAX_TOKENS", "256")
    embedder = (await open_embedders(Settings(), stack)).configured
    assert embedder.identity.engine == "onnx-directory"
    assert embedder.identity.dimension == 384
    query = await embedder.embed_query("Where do pines grow?")
    rows = await embedder.embed_passages(["Pines grow in the mountains.", "Bake for an hour."])
    assert (rows @ query).argmax() == 0


async def test_an_endpoint_set_in_the_file_and_the_former_one(tmp_path, stack):
    (tmp_path / "lodgepole.toml").write_text(
        f"""
        [embedder]
        kind = "openai"
        base_url = "{NOBODY}"
        model = "embed-large"
        dimensions = 1024
        query_prefix = "query: "

        [former_embedder]
        kind = "openai"
        base_url = "{NOBODY}"
        model = "embed-small"
        dimensions = 256
        """
    )
    embedders = await open_embedders(Settings(), stack)
    assert embedders.configured.identity == EmbedderIdentity("openai", "embed-large", 1024)
    small = EmbedderIdentity("openai", "embed-small", 256)
    former = await embedders.of(small)
    assert former is not None
    assert former.identity == small
    assert await embedders.of(replace(small, dimension=512)) is None


@pytest.mark.parametrize("engine", ["onnxruntime-int8", "onnxruntime-f32"])
async def test_the_built_in_embedder_is_known_as_a_former_one_in_either_form(
    environment, stack, engine
):
    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "openai")
    environment.setenv("LODGEPOLE_EMBEDDER__MODEL", "m")
    environment.setenv("LODGEPOLE_EMBEDDER__DIMENSIONS", "8")
    environment.setenv("LODGEPOLE_EMBEDDER__BASE_URL", NOBODY)
    embedders = await open_embedders(Settings(), stack)
    former = await embedders.of(EmbedderIdentity(engine, "all-MiniLM-L6-v2", 384))
    assert former is not None
    assert former.identity.engine == engine


async def test_sentences_are_compared_by_the_built_in_embedder_whatever_embeds_passages(
    environment, stack
):
    embedders = await open_embedders(Settings(), stack)
    assert judging_embedder(Settings(), embedders) is embedders.configured

    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "openai")
    environment.setenv("LODGEPOLE_EMBEDDER__MODEL", "m")
    environment.setenv("LODGEPOLE_EMBEDDER__DIMENSIONS", "8")
    environment.setenv("LODGEPOLE_EMBEDDER__BASE_URL", NOBODY)
    judge = judging_embedder(Settings(), await open_embedders(Settings(), stack))
    expected = await embedders.configured.embed_query("Pines grow slowly.")
    assert judge.identity.model == embedders.configured.identity.model
    assert (await judge.embed_query("Pines grow slowly.")) @ expected > 0.99
    assert (await judge.embed_passages(["Pines grow slowly."]))[0] @ expected > 0.99


async def test_an_endpoint_that_does_not_answer_stops_the_start_where_its_dimension_is_unknown(
    environment, stack
):
    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "openai")
    environment.setenv("LODGEPOLE_EMBEDDER__MODEL", "m")
    environment.setenv("LODGEPOLE_EMBEDDER__BASE_URL", NOBODY)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await open_embedders(Settings(), stack)


async def test_openais_own_endpoint_needs_a_key(environment, stack):
    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "openai")
    environment.setenv("LODGEPOLE_EMBEDDER__MODEL", "text-embedding-3-small")
    with pytest.raises(InvalidRequest, match="set OPENAI_API_KEY"):
        await open_embedders(Settings(), stack)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KIND": "word2vec"}, "'builtin', 'openai', 'onnx'"),
        ({"KIND": "openai"}, "model"),
        ({"KIND": "onnx"}, "path"),
        ({"KIND": "builtin", "MODEL": "m"}, "model"),
        ({"KIND": "onnx", "PATH": "/x", "POOLING": "max"}, "pooling"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(environment, settings, said):
    for name, value in settings.items():
        environment.setenv(f"LODGEPOLE_EMBEDDER__{name}", value)
    with pytest.raises(ValidationError, match=said):
        Settings()


def test_keys_are_not_shown(environment):
    environment.setenv("LODGEPOLE_EMBEDDER__KIND", "openai")
    environment.setenv("LODGEPOLE_EMBEDDER__MODEL", "m")
    environment.setenv("LODGEPOLE_EMBEDDER__API_KEY", "sk-hush")
    environment.setenv("LODGEPOLE_RERANKER__KIND", "endpoint")
    environment.setenv("LODGEPOLE_RERANKER__BASE_URL", NOBODY)
    environment.setenv("LODGEPOLE_RERANKER__API_KEY", "rk-hush")
    assert "hush" not in repr(Settings())


async def test_a_rerank_endpoint_and_a_directory(environment, exported, stack):
    environment.setenv("LODGEPOLE_RERANKER__KIND", "endpoint")
    environment.setenv("LODGEPOLE_RERANKER__BASE_URL", NOBODY)
    assert await open_reranking(Settings(), MemoryClock(), stack) is not None
    environment.delenv("LODGEPOLE_RERANKER__BASE_URL")
    environment.setenv("LODGEPOLE_RERANKER__KIND", "onnx")
    environment.setenv("LODGEPOLE_RERANKER__PATH", str(exported))
    with pytest.raises(Unavailable, match="not a score for a pair"):
        await open_reranking(Settings(), MemoryClock(), stack)


def test_the_settings_in_the_guide_are_accepted(tmp_path):
    guide = Path(__file__).parents[2] / "docs" / "guides" / "models-and-embedders.md"
    blocks = re.findall(r"```toml\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        (tmp_path / "lodgepole.toml").write_text(block, encoding="utf-8")
        settings = Settings()
        kinds = (settings.embedder.kind, settings.reranker.kind)
        assert kinds != ("builtin", "none")
