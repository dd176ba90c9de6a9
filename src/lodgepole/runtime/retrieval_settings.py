"""Settings of embedders and rerankers: `[embedder]`, `[reranker]`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def expand(path: object) -> object:
    """A path with `~` as a path without."""
    return Path(path).expanduser() if isinstance(path, str) else path


Pooling = Literal["mean", "cls"]
_Directory = Annotated[Path, BeforeValidator(expand)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BuiltinEmbedderSettings(_Section):
    """all-MiniLM-L6-v2 on this machine's CPU; nothing to set."""

    kind: Literal["builtin"] = "builtin"


class OpenAIEmbedderSettings(_Section):
    """Any endpoint that serves OpenAI's `/v1/embeddings`."""

    kind: Literal["openai"]
    model: str = Field(min_length=1)
    base_url: str | None = None
    """Address up to and with `/v1`; OpenAI's own when left out, then with `OPENAI_API_KEY`."""
    api_key: SecretStr | None = None
    dimensions: int | None = Field(default=None, ge=1, le=16_384)
    """Asked of the model; its own when left out. Set, the server starts while the endpoint is
    down."""
    query_prefix: str = ""
    document_prefix: str = ""
    batch_texts: int = Field(default=64, ge=1, le=2048)
    parallel_requests: int = Field(default=4, ge=1, le=64)
    timeout_seconds: float = Field(default=60.0, gt=0)


class OnnxEmbedderSettings(_Section):
    """A sentence-embedding model that was exported into a local directory."""

    kind: Literal["onnx"]
    path: _Directory
    """Holds `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`."""
    pooling: Pooling = "mean"
    """Pooling of token vectors to one; the model's card says which."""
    max_tokens: int = Field(default=512, ge=8, le=32_768)
    """Longest text, in tokens; at most what the model has positions for."""
    query_prefix: str = ""
    document_prefix: str = ""


class PresetEmbedderSettings(_Section):
    """An embedder of the list that `lodgepole models pull --list` shows, by its name."""

    kind: Literal["preset"]
    name: str


EmbedderSettings = Annotated[
    BuiltinEmbedderSettings
    | OpenAIEmbedderSettings
    | OnnxEmbedderSettings
    | PresetEmbedderSettings,
    Field(discriminator="kind"),
]


class NoRerankerSettings(_Section):
    """The order of the fusion is the order."""

    kind: Literal["none"] = "none"


class EndpointRerankerSettings(_Section):
    """A rerank endpoint: Cohere, Jina, vLLM, or text-embeddings-inference."""

    kind: Literal["endpoint"]
    base_url: str
    """Address that `/rerank` is put behind: `https://api.cohere.com/v2`, `https://api.jina.ai/v1`,
    `http://127.0.0.1:8000/v1`; text-embeddings-inference has no `/v1`."""
    wire: Literal["cohere", "tei"] = "cohere"
    """`tei` is text-embeddings-inference; all others speak Cohere's."""
    model: str | None = None
    """Required by all but `tei`, which serves one."""
    api_key: SecretStr | None = None
    top_n: int = Field(default=50, ge=1, le=200)
    """Passages that are reranked; the others stay behind them."""
    timeout_seconds: float = Field(default=5.0, gt=0)
    """Time after which the order of the fusion is served."""


class OnnxRerankerSettings(_Section):
    """A cross-encoder that was exported into a local directory."""

    kind: Literal["onnx"]
    path: _Directory
    max_tokens: int = Field(default=512, ge=16, le=32_768)
    """Longest query and passage together, in tokens."""
    top_n: int = Field(default=50, ge=1, le=200)
    timeout_seconds: float = Field(default=5.0, gt=0)


class PresetRerankerSettings(_Section):
    """A reranker of the list that `lodgepole models pull --list` shows, by its name."""

    kind: Literal["preset"]
    name: str
    top_n: int = Field(default=50, ge=1, le=200)
    timeout_seconds: float = Field(default=5.0, gt=0)


RerankerSettings = Annotated[
    NoRerankerSettings | EndpointRerankerSettings | OnnxRerankerSettings | PresetRerankerSettings,
    Field(discriminator="kind"),
]
