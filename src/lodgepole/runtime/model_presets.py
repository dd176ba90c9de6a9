"""Embedders and rerankers worth having, with the settings that their cards give.

`lodgepole models pull NAME` fetches one; `kind = "preset"` with its name uses it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lodgepole.adapters.model_hub import Hub
from lodgepole.errors import InvalidRequest
from lodgepole.runtime.retrieval_settings import (
    OnnxEmbedderSettings,
    OnnxRerankerSettings,
    Pooling,
    PresetEmbedderSettings,
    PresetRerankerSettings,
)
from lodgepole.runtime.settings import Settings

NETWORK, TOKENIZER = "onnx/model.onnx", "tokenizer.json"  # of each repository
PASSAGES_FOR = "Represent this sentence for searching relevant passages: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """An embedder or a reranker on the hub.

    Attributes:
        name: As it is pulled and configured.
        size: Of its network, in bytes; about.
        pooling, max_tokens, query_prefix, document_prefix: As it was trained; a reranker has
            `max_tokens` alone.
    """

    name: str
    repository: str
    licence: str
    size: int
    about: str
    pooling: Pooling = "mean"
    max_tokens: int = 512
    query_prefix: str = ""
    document_prefix: str = ""


EMBEDDERS = (
    Preset(
        name="arctic-embed-xs",
        repository="Snowflake/snowflake-arctic-embed-xs",
        licence="Apache-2.0",
        size=90_000_000,
        about="English; as large as the built-in one",
        pooling="cls",
        query_prefix=PASSAGES_FOR,
    ),
    Preset(
        name="arctic-embed-s",
        repository="Snowflake/snowflake-arctic-embed-s",
        licence="Apache-2.0",
        size=130_000_000,
        about="English; twice the layers of the built-in one",
        pooling="cls",
        query_prefix=PASSAGES_FOR,
    ),
    Preset(
        name="bge-small",
        repository="BAAI/bge-small-en-v1.5",
        licence="MIT",
        size=133_000_000,
        about="English; twice the layers of the built-in one",
        pooling="cls",
        query_prefix=PASSAGES_FOR,
    ),
    Preset(
        name="granite-small-r2",
        repository="ibm-granite/granite-embedding-small-english-r2",
        licence="Apache-2.0",
        size=190_000_000,
        about="English and code",
        pooling="cls",
    ),
    Preset(
        name="granite-97m-multilingual",
        repository="ibm-granite/granite-embedding-97m-multilingual-r2",
        licence="Apache-2.0",
        size=390_000_000,
        about="52 languages and code",
        pooling="cls",
    ),
    Preset(
        name="multilingual-e5-small",
        repository="intfloat/multilingual-e5-small",
        licence="MIT",
        size=470_000_000,
        about="94 languages; a question in one finds documents in another",
        pooling="mean",
        query_prefix="query: ",
        document_prefix="passage: ",
    ),
)
RERANKERS = (
    Preset(
        name="ms-marco-minilm",
        repository="cross-encoder/ms-marco-MiniLM-L6-v2",
        licence="Apache-2.0",
        size=91_000_000,
        about="English; the usual small one",
    ),
    Preset(
        name="ettin-17m",
        repository="cross-encoder/ettin-reranker-17m-v1",
        licence="Apache-2.0",
        size=70_000_000,
        about="English; quick",
    ),
    Preset(
        name="ettin-32m",
        repository="cross-encoder/ettin-reranker-32m-v1",
        licence="Apache-2.0",
        size=130_000_000,
        about="English; better than ettin-17m at twice the time",
    ),
)


def preset_embedder(settings: Settings, chosen: PresetEmbedderSettings) -> OnnxEmbedderSettings:
    """What is configured by name, in full.

    Raises:
        InvalidRequest: There is no such preset, or it was not pulled.
    """
    preset = _of(EMBEDDERS, chosen.name, "an embedder")
    return OnnxEmbedderSettings(
        kind="onnx",
        path=_pulled(settings, preset.name),
        pooling=preset.pooling,
        max_tokens=preset.max_tokens,
        query_prefix=preset.query_prefix,
        document_prefix=preset.document_prefix,
    )


def preset_reranker(settings: Settings, chosen: PresetRerankerSettings) -> OnnxRerankerSettings:
    """What is configured by name, in full. Raises as `preset_embedder`."""
    preset = _of(RERANKERS, chosen.name, "a reranker")
    return OnnxRerankerSettings(
        kind="onnx",
        path=_pulled(settings, preset.name),
        max_tokens=preset.max_tokens,
        top_n=chosen.top_n,
        timeout_seconds=chosen.timeout_seconds,
    )


def is_preset(name: str) -> bool:
    return any(preset.name == name for preset in (*EMBEDDERS, *RERANKERS))


def pull_preset(settings: Settings, name: str, told: Callable[[int, int], None]) -> Path:
    """Fetch an embedder or a reranker, unless it is here; its folder.

    Raises:
        InvalidRequest: There is no such preset.
        Unavailable: It could not be fetched and verified.
    """
    preset = _of((*EMBEDDERS, *RERANKERS), name, "an embedder or a reranker")
    folder, hub = _folder(settings, name), Hub(settings.model_hub_url)
    hub.fetch(preset.repository, TOKENIZER, folder / TOKENIZER, told=lambda *_: None)
    hub.fetch(preset.repository, NETWORK, folder / "model.onnx", told=told)
    return folder


def _of(presets: Sequence[Preset], name: str, what: str) -> Preset:
    for preset in presets:
        if preset.name == name:
            return preset
    known = ", ".join(preset.name for preset in presets)
    raise InvalidRequest(f"{name!r} is no preset of {what}; there are {known}.")


def _folder(settings: Settings, name: str) -> Path:
    return settings.cache_dir / "presets" / name


def _pulled(settings: Settings, name: str) -> Path:
    folder = _folder(settings, name)
    if not (folder / "model.onnx").is_file() or not (folder / TOKENIZER).is_file():
        raise InvalidRequest(f"{name} is not here yet. Run `lodgepole models pull {name}`.")
    return folder
