"""What may be set of embedders and rerankers, and what is refused with its name."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from lodgepole.runtime.retrieval_settings import (
    BuiltinEmbedderSettings,
    EmbedderSettings,
    EndpointRerankerSettings,
    NoRerankerSettings,
    OnnxEmbedderSettings,
    OpenAIEmbedderSettings,
    RerankerSettings,
    expand,
)

EMBEDDER: TypeAdapter[EmbedderSettings] = TypeAdapter(EmbedderSettings)
RERANKER: TypeAdapter[RerankerSettings] = TypeAdapter(RerankerSettings)


def test_the_kind_decides() -> None:
    assert isinstance(EMBEDDER.validate_python({"kind": "builtin"}), BuiltinEmbedderSettings)
    remote = EMBEDDER.validate_python({"kind": "openai", "model": "m"})
    assert isinstance(remote, OpenAIEmbedderSettings)
    assert (remote.batch_texts, remote.dimensions) == (64, None)
    assert isinstance(RERANKER.validate_python({"kind": "none"}), NoRerankerSettings)


def test_a_home_folder_may_be_written_short() -> None:
    local = EMBEDDER.validate_python({"kind": "onnx", "path": "~/model"})
    assert isinstance(local, OnnxEmbedderSettings)
    assert local.path == Path.home() / "model"
    assert expand(7) == 7


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kind": "openai"}, "model"),
        ({"kind": "openai", "model": ""}, "model"),
        ({"kind": "openai", "model": "m", "dimensions": 0}, "dimensions"),
        ({"kind": "openai", "model": "m", "batch_texts": 9999}, "batch_texts"),
        ({"kind": "openai", "model": "m", "spelt_wrong": 1}, "spelt_wrong"),
        ({"kind": "onnx"}, "path"),
        ({"kind": "onnx", "path": "/m", "pooling": "max"}, "pooling"),
        ({"kind": "other"}, "kind"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        EMBEDDER.validate_python(given)


def test_a_reranker_needs_to_know_where_and_how_long() -> None:
    made = RERANKER.validate_python({"kind": "endpoint", "base_url": "http://127.0.0.1:8000/v1"})
    assert isinstance(made, EndpointRerankerSettings)
    assert (made.wire, made.top_n, made.timeout_seconds) == ("cohere", 50, 5.0)
    for wrong in ({"timeout_seconds": 0}, {"top_n": 0}, {"top_n": 201}, {"wire": "x"}):
        with pytest.raises(ValidationError):
            RERANKER.validate_python({"kind": "endpoint", "base_url": "http://x", **wrong})


def test_a_key_is_not_shown() -> None:
    made = EMBEDDER.validate_python({"kind": "openai", "model": "m", "api_key": "sk-secret"})
    assert "sk-secret" not in repr(made)
