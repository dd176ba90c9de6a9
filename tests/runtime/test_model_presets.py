"""A preset is pulled by its name, and configured by it as its card says."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from lodgepole.errors import InvalidRequest
from lodgepole.runtime import model_presets
from lodgepole.runtime.model_presets import (
    EMBEDDERS,
    RERANKERS,
    is_preset,
    preset_embedder,
    preset_reranker,
    pull_preset,
)
from lodgepole.runtime.retrieval_settings import (
    PresetEmbedderSettings,
    PresetRerankerSettings,
)
from lodgepole.runtime.settings import Settings

ALL = (*EMBEDDERS, *RERANKERS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")


class Fetching:
    """The hub: it has every file, of a few bytes."""

    def __init__(self, url: str) -> None:
        assert url.startswith("https://")

    def fetch(self, repository, file, target, *, told):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{repository}/{file}")
        told(1, 1)
        return target


@pytest.mark.parametrize("preset", ALL, ids=lambda preset: preset.name)
def test_presets_are_open_and_named_once(preset):
    assert [one.name for one in ALL].count(preset.name) == 1
    assert preset.licence in {"Apache-2.0", "MIT"}
    assert preset.repository.count("/") == 1
    assert preset.size < 500_000_000
    assert is_preset(preset.name)


def test_a_pulled_preset_is_configured_as_its_card_says(settings, monkeypatch):
    monkeypatch.setattr(model_presets, "Hub", Fetching)
    told: list[tuple[int, int]] = []
    folder = pull_preset(settings, "multilingual-e5-small", lambda *seen: told.append(seen))
    assert told == [(1, 1)]
    assert sorted(path.name for path in folder.iterdir()) == ["model.onnx", "tokenizer.json"]
    found = preset_embedder(
        settings, PresetEmbedderSettings(kind="preset", name="multilingual-e5-small")
    )
    assert (found.path, found.pooling) == (folder, "mean")
    assert (found.query_prefix, found.document_prefix) == ("query: ", "passage: ")


def test_a_reranker_keeps_what_was_set_beside_its_name(settings, monkeypatch):
    monkeypatch.setattr(model_presets, "Hub", Fetching)
    folder = pull_preset(settings, "ettin-17m", lambda *_: None)
    chosen = PresetRerankerSettings(kind="preset", name="ettin-17m", top_n=20, timeout_seconds=2)
    found = preset_reranker(settings, chosen)
    assert (found.path, found.top_n, found.timeout_seconds) == (folder, 20, 2)


def test_what_was_not_pulled_or_is_unknown_is_told(settings):
    known = PresetEmbedderSettings(kind="preset", name="bge-small")
    with pytest.raises(InvalidRequest, match="models pull bge-small"):
        preset_embedder(settings, known)
    unknown = PresetEmbedderSettings(kind="preset", name="nobody")
    with pytest.raises(InvalidRequest, match="'nobody' is no preset of an embedder; there are arc"):
        preset_embedder(settings, unknown)
    with pytest.raises(InvalidRequest, match="no preset of a reranker"):
        preset_reranker(settings, PresetRerankerSettings(kind="preset", name="bge-small"))
    with pytest.raises(InvalidRequest, match="embedder or a reranker"):
        pull_preset(settings, "nobody", lambda *_: None)


def test_half_a_preset_is_none(settings, monkeypatch):
    monkeypatch.setattr(model_presets, "Hub", Fetching)
    (pull_preset(settings, "bge-small", lambda *_: None) / "tokenizer.json").unlink()
    with pytest.raises(InvalidRequest, match="not here yet"):
        preset_embedder(settings, PresetEmbedderSettings(kind="preset", name="bge-small"))


def test_a_section_of_the_settings_names_a_preset():
    from lodgepole.runtime.retrieval_settings import EmbedderSettings

    found = TypeAdapter(EmbedderSettings).validate_python({"kind": "preset", "name": "bge-small"})
    assert found == PresetEmbedderSettings(kind="preset", name="bge-small")
