"""Part of the wiring: fetching the embedding model, and seeing what each has embedded."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from lodgepole.adapters.embedders.builtin.pulling import Puller
from lodgepole.adapters.embedders.builtin.weights import (
    WEIGHTS_SHA256,
    ModelCorrupt,
    ModelMissing,
    find_model,
    find_tokenizer,
    verify,
)
from lodgepole.adapters.indexes.tantivy import embedding_states
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.runtime.retrieval_settings import BuiltinEmbedderSettings
from lodgepole.runtime.settings import Settings


def pull_model(settings: Settings) -> Path:
    """Fetch what the configured embedder needs of the built-in model, unless it is here.

    Returns:
        Where it is: in the installed package, or in the cache.

    Other embedders need its tokenizer alone, which sizes passages and snippets.
    """
    builtin = isinstance(settings.embedder, BuiltinEmbedderSettings)
    with contextlib.suppress(ModelMissing, ModelCorrupt):
        if not builtin:
            return find_tokenizer(settings.cache_dir)
        found = find_model(settings.cache_dir).weights
        verify(found, WEIGHTS_SHA256)
        return found
    if builtin:
        return Puller().pull(settings.cache_dir).weights
    return Puller().pull_tokenizer(settings.cache_dir)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingProgress:
    """Numbers of passages whose vectors by an embedder are searched, and are prepared."""

    embedder: EmbedderIdentity
    assistants: int
    searched: int  # passages
    prepared: int  # passages whose vectors wait for the switch
    total: int  # passages of the assistants that it is preparing


def embedding_progress(settings: Settings) -> list[EmbeddingProgress]:
    """Per embedder, by model; read from the indexes themselves, beside a running server.

    Raises:
        Unavailable: An index cannot be read.
    """
    counts: dict[EmbedderIdentity, list[int]] = {}
    for state in embedding_states(settings.data_dir / "index"):
        searched = counts.setdefault(state.searched, [0, 0, 0, 0])
        searched[0] += 1
        searched[1] += state.passages - state.without_searched
        if state.aside is not None:
            aside = counts.setdefault(state.aside, [0, 0, 0, 0])
            aside[2] += state.passages_aside
            aside[3] += state.passages
    return [
        EmbeddingProgress(
            embedder=identity,
            assistants=assistants,
            searched=searched,
            prepared=prepared,
            total=total,
        )
        for identity, (assistants, searched, prepared, total) in sorted(
            counts.items(), key=lambda item: (item[0].model, item[0].engine)
        )
    ]
