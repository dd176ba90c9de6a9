"""Fetching the embedding model, and counting what each model has embedded."""

from types import SimpleNamespace

import pytest

from lodgepole.adapters.embedders.builtin.weights import ModelMissing
from lodgepole.adapters.indexes.tantivy.state import EmbeddingState
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.runtime import embedding_models
from lodgepole.runtime.embedding_models import EmbeddingProgress, embedding_progress, pull_model
from lodgepole.runtime.retrieval_settings import OpenAIEmbedderSettings
from lodgepole.runtime.settings import Settings

OLD = EmbedderIdentity(engine="onnxruntime-int8", model="b-model", dimension=4)
NEW = EmbedderIdentity(engine="openai", model="a-model", dimension=8)


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")


def test_without_an_index_nothing_is_counted(settings):
    assert embedding_progress(settings) == []


def test_what_is_searched_and_what_is_prepared_are_summed_by_embedder(settings, monkeypatch):
    asked = []

    def states(index):
        asked.append(index)
        yield EmbeddingState(
            assistant_id="one",
            searched=OLD,
            aside=NEW,
            passages=10,
            without_searched=2,
            passages_aside=3,
            leftover=False,
        )
        yield EmbeddingState(
            assistant_id="two",
            searched=OLD,
            aside=None,
            passages=5,
            without_searched=0,
            passages_aside=0,
            leftover=False,
        )

    monkeypatch.setattr(embedding_models, "embedding_states", states)
    assert embedding_progress(settings) == [
        EmbeddingProgress(embedder=NEW, assistants=0, searched=0, prepared=3, total=10),
        EmbeddingProgress(embedder=OLD, assistants=2, searched=13, prepared=0, total=0),
    ]
    assert asked == [settings.data_dir / "index"]


class Pulling:
    def pull(self, cache):
        return SimpleNamespace(weights=cache / "weights")

    def pull_tokenizer(self, cache):
        return cache / "tokenizer"


def missing(_):
    raise ModelMissing("Not here.")


def test_nothing_is_fetched_of_a_model_that_is_here(settings, monkeypatch, tmp_path):
    weights = tmp_path / "model.safetensors"
    found = SimpleNamespace(weights=weights)
    monkeypatch.setattr(embedding_models, "Puller", lambda: pytest.fail("fetched"))
    monkeypatch.setattr(embedding_models, "find_model", lambda _: found)
    monkeypatch.setattr(embedding_models, "verify", lambda path, _: None)
    assert pull_model(settings) == weights


def test_a_damaged_model_is_fetched_anew(settings, monkeypatch, tmp_path):
    damaged = tmp_path / "model.safetensors"
    damaged.write_bytes(b"not it")
    monkeypatch.setattr(embedding_models, "Puller", Pulling)
    monkeypatch.setattr(embedding_models, "find_model", lambda _: SimpleNamespace(weights=damaged))
    assert pull_model(settings) == tmp_path / "cache" / "weights"


def test_another_embedder_needs_the_tokenizer_alone(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(embedding_models, "find_model", missing)
    monkeypatch.setattr(embedding_models, "find_tokenizer", missing)
    monkeypatch.setattr(embedding_models, "Puller", Pulling)
    assert pull_model(settings) == tmp_path / "cache" / "weights"
    remote = settings.model_copy(
        update={"embedder": OpenAIEmbedderSettings(kind="openai", model="m")}
    )
    assert pull_model(remote) == tmp_path / "cache" / "tokenizer"
