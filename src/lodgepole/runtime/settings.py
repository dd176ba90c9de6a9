"""Settings of the operator: environment `LODGEPOLE_*` over `lodgepole.toml` over defaults.

Nothing else in Lodgepole reads the environment.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import platformdirs
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.runtime.retrieval_settings import (
    BuiltinEmbedderSettings,
    EmbedderSettings,
    NoRerankerSettings,
    OpenAIEmbedderSettings,
    RerankerSettings,
    expand,
)
from lodgepole.runtime.sign_in_settings import SignInSettings
from lodgepole.runtime.source_settings import SourceCredential

API_KEY_CHARS = 8
"""Fewer are found by trying: at a hundred requests a second, six letters in a month."""
SIGNING_SECRET_CHARS = 16
CONFIG_FILE = Path("lodgepole.toml")
BLOB_SCHEMES = ("s3", "gs", "az")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s,]+")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def _data_dir() -> Path:
    return platformdirs.user_data_path("lodgepole", appauthor=False)


def _cache_dir() -> Path:
    return platformdirs.user_cache_path("lodgepole", appauthor=False)


UserPath = Annotated[Path, BeforeValidator(expand)]


def _origins(value: object) -> object:
    """Origins with commas between, as browsers send them. Raises ValueError."""
    origins = value.split(",") if isinstance(value, str) else value
    if not isinstance(origins, list | tuple):
        raise TypeError("must be text")
    found = [str(origin).strip().rstrip("/") for origin in cast("Sequence[object]", origins)]
    for origin in filter(None, found):
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin[:80]!r} is no origin: write `https://host` or `*`")
    return tuple(filter(None, found))


Provider = Literal["openai", "anthropic", "google"]
"""The wire formats spoken; `openai` is also Ollama's, vLLM's, LM Studio's and OpenRouter's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """A model that requests may name; what is left out is taken from what is known of it."""

    name: str
    """Name in requests and answers."""
    model: str | None = None
    """Name at its provider; the same when left out."""
    provider: Provider = "openai"
    api: Literal["chat", "responses"] = "chat"
    """Format of the provider `openai` alone: chat completions, or responses."""
    base_url: str | None = None
    """Address that serves it, e.g. `http://127.0.0.1:11434/v1`; else as for the provider."""
    path: UserPath | None = None
    """File of weights (GGUF) that is run on this machine instead; needs the extra `local`."""
    api_key: SecretStr | None = None
    """Key of its own; else the provider's."""
    aliases: tuple[str, ...] = ()
    """Other names it answers to, e.g. `gpt-4o`."""
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    takes_temperature: bool | None = None
    takes_images: bool | None = None
    attribute: bool | None = None
    """Citing of an answer that names no source at all where one says the same in nearly the
    same words, for small models that leave the markers out. When left out: at a `base_url`."""
    source_tokens: Annotated[int, Field(ge=128)] | None = None
    """How much of the documents it is given to read, in tokens. When left out: all that its window
    holds, but 2,000 for a model at a `base_url` whose name is not known, until it is seen to read
    fast."""
    prompt_price: Annotated[float, Field(ge=0)] = 0.0
    """Price of a million tokens that the model reads, in the currency of your choice."""
    completion_price: Annotated[float, Field(ge=0)] = 0.0
    """Price of a million tokens that it writes. The metric `cost_total` adds up the costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A provider that a key, or an address, was given for."""

    provider: Provider
    api_key: str | None = field(repr=False)
    base_url: str | None
    api: Literal["chat", "responses"] = "chat"


def _provider_field(*names: str) -> Any:
    return Field(default=None, validation_alias=AliasChoices(*names))


class Settings(SignInSettings):
    """One value, made once in the entry point and passed down."""

    model_config = SettingsConfigDict(
        env_prefix="LODGEPOLE_",
        env_nested_delimiter="__",
        toml_file=CONFIG_FILE,
        extra="forbid",
        frozen=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    data_dir: UserPath = Field(default_factory=_data_dir)
    """Catalog, blobs and indexes. One process writes it; a lock file says which. On many machines
    only what is on its way in, and what helps commands on the same machine."""
    database_url: SecretStr | None = None
    """`postgresql://…`, for many machines: catalog, operations and index are there, and processes
    on any machine share them. Needs the extra `postgres`, and `blob_url`."""
    database_listen_url: SecretStr | None = None
    """The same database without a pooler in transaction mode between, where `database_url` goes
    through one: new work is then noticed at once instead of within five seconds."""
    database_connections: int = Field(default=10, ge=2, le=200)
    """Most connections of each process to PostgreSQL: half for the index, half for the rest."""
    blob_url: str | None = None
    """Place of the files, for many machines: `s3://bucket/prefix`, `gs://…` or `az://…`. Keys,
    region and endpoint come from the usual variables, such as AWS_ACCESS_KEY_ID."""
    signing_secret: SecretStr | None = None
    """Signs links to files; else one is made, and kept where all processes find it."""
    work: bool = True
    """Whether a server on many machines also reads and embeds files; else only those started by
    `lodgepole worker` do."""
    aws_endpoint_url: str | None = _provider_field("aws_endpoint_url", "aws_endpoint")
    """Endpoint of an S3 that is not Amazon's; read from the variable without our prefix."""
    cache_dir: UserPath = Field(default_factory=_cache_dir)
    """Models converted for this machine; may be deleted at any time."""
    api_key: SecretStr | None = None
    """Seeds the default project's first key. On loopback one is made when this is not set."""
    public_url: str | None = None
    """Our address, e.g. `https://lodgepole.example.com`; else the request's own host."""
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()
    """Whose pages may call the API from a browser, e.g. `https://app.example.com`, several with
    commas between, or `*` for everybody's. The console needs none."""
    url: str | None = None
    """The server that the command line talks to; else the one running in `data_dir`."""
    workers: int = Field(default=0, ge=0, le=64)
    """Processes that read and embed files; 0 does it in the server's own."""
    processes: int = Field(default=1, ge=1, le=64)
    """Processes that answer on one machine, on Linux: one owns the data and makes all changes, the
    others read it and answer what needs nothing else, `/context` and chat."""
    worker_threads: int = Field(
        default=0,
        ge=0,
    )
    """Threads that embed, of each process that does; 0 shares the cores out."""
    ocr_languages: tuple[str, ...] = ("eng",)
    """Languages of text recognition, as Tesseract names them; none switches it off."""
    embedder: EmbedderSettings = Field(default_factory=BuiltinEmbedderSettings)
    """What makes vectors of passages and queries. Changed, all files are embedded anew in the
    background while they stay in use."""
    former_embedder: EmbedderSettings | None = None
    """What `embedder` was before, for as long as files are re-embedded: without it they are found
    by words alone until then. The built-in one is known without being named."""
    reranker: RerankerSettings = Field(default_factory=NoRerankerSettings)
    """Reads the best passages once more beside the query, and puts them in order."""
    log_level: str = "info"
    """Level of our own records: debug, info, warning or error. Libraries tell warnings only."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line; both carry the request's id."""
    log_requests: bool = False
    """A line for every request: route, status and time; never a query, a body or a key."""
    metrics: Literal["off", "loopback", "on"] = "loopback"
    """Who may read `/metrics`: nobody; programs on this machine without a key and keys with the
    role `all`; or everybody. A request that came through a proxy is not from this machine."""
    worker_metrics: str | None = None
    """`host:port` where each `lodgepole worker` of many machines answers `/metrics`, to everybody
    who can reach it. On one machine the server counts what its workers do."""
    otel_exporter_otlp_endpoint: str | None = _provider_field("otel_exporter_otlp_endpoint")
    """Where traces are sent, over OTLP and HTTP; read from the variable without our prefix. Needs
    the extra `otel`."""
    conversations: bool = True
    """Whether clients may keep conversations here, as the console does; how long is one of the
    limits. Off, none begins or goes on; those that are there can be read and deleted."""
    limits: Limits = Field(default_factory=Limits)
    source_roots: tuple[UserPath, ...] = ()
    """Folders of the server's disk that sources may read, with all that is below them, e.g.
    `["/srv/documents"]`. Whoever has a key that may upload can read them: none by default."""
    source_networks: tuple[str, ...] = ()
    """Networks that sources may reach besides public addresses, e.g. `["10.1.0.0/16"]`. Whoever
    has a key that may upload can read what is served there without a password."""
    source_credentials: tuple[SourceCredential, ...] = ()
    """Secrets for origins, each with a name that sources may say, and an address that it is for."""
    webhook_networks: tuple[str, ...] = ()
    """Networks that webhooks may reach besides public addresses, e.g. `["10.1.0.0/16"]`."""

    openai_api_key: SecretStr | None = _provider_field("openai_api_key")
    openai_api_key_file: UserPath | None = _provider_field("openai_api_key_file")
    openai_base_url: str | None = _provider_field("openai_base_url")
    anthropic_api_key: SecretStr | None = _provider_field("anthropic_api_key")
    anthropic_api_key_file: UserPath | None = _provider_field("anthropic_api_key_file")
    anthropic_base_url: str | None = _provider_field("anthropic_base_url")
    google_api_key: SecretStr | None = _provider_field("google_api_key", "gemini_api_key")
    google_api_key_file: UserPath | None = _provider_field("google_api_key_file")
    google_base_url: str | None = _provider_field("google_base_url")
    """Read from the variables that the providers' own clients use, without our prefix. With one
    of them set, that provider's names and the default go there, and nothing else is needed."""
    models: tuple[ModelConfig, ...] = ()
    """Further models; a name here wins over the same name of a provider."""
    default_model: str | None = None
    """Answers where a request names no model, and to names that nothing else answers to. A name
    that is not among the models is asked of the first provider, for all of its names. `auto` is
    the first chat model that an Ollama, LM Studio, llama.cpp or vLLM on this machine offers when
    the server starts. A file that ends in `.gguf`, or the name of a model that was pulled, is run
    on this machine; that needs the extra `local`."""
    model_hub_url: str = "https://huggingface.co"
    """Where `lodgepole models pull NAME` fetches language models: the hub, or a mirror of it."""
    deep_answers: bool = False
    """Whether a model that calls tools looks further before each answer, where a request does not
    say: it searches again, finds words in a file and opens pages, within `limits.deep_steps` and
    `limits.deep_tokens`."""
    discover_models: bool = True
    """Whether a server without a language model says that one runs on this machine: it asks the
    usual ports of Ollama, LM Studio, llama.cpp and vLLM on loopback, once it has started."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @model_validator(mode="after")
    def _one_set_up(self) -> "Settings":
        """One machine or many, and nothing between."""
        database, blobs = self.database_url, self.blob_url
        if database is None:
            wrong = {
                "blob_url is set and database_url is not: on one machine files are in the data "
                "directory. Set both for many machines, or neither.": blobs is not None,
                "database_listen_url is set and database_url is not.": bool(
                    self.database_listen_url
                ),
                "work is off and database_url is not set: on one machine nobody else would do "
                "the work.": not self.work,
            }
        else:
            scheme = (blobs or "").partition("://")[0]
            wrong = {
                "database_url is set and blob_url is not: machines that share a database must "
                "share the files too. Set LODGEPOLE_BLOB_URL=s3://bucket/prefix.": blobs is None,
                "database_url must begin with postgresql://; on one machine leave it out, and "
                "SQLite is used.": not database.get_secret_value().startswith(
                    ("postgresql://", "postgres://")
                ),
                f"blob_url begins with {scheme!r}; it must be one of "
                f"{', '.join(BLOB_SCHEMES)}.": blobs is not None and scheme not in BLOB_SCHEMES,
                "workers is set together with database_url: start `lodgepole worker` as often as "
                "you like instead, on any machine.": self.workers > 0,
                "processes is set together with database_url: start `lodgepole serve` as often "
                "as you like instead, on any machine.": self.processes > 1,
            }
        for sentence, applies in wrong.items():
            if applies:
                raise ValueError(sentence)
        return self

    def check_secrets(self) -> None:
        """Refuse what would be guessed, or never arrive in a header. Raises InvalidRequest.

        For a server to call: commands may hold the key of another server, of an older release.
        """
        for name, secret, least in (
            ("api_key", self.api_key, API_KEY_CHARS),
            ("signing_secret", self.signing_secret, SIGNING_SECRET_CHARS),
        ):
            text = None if secret is None else secret.get_secret_value()
            if text is None:
                continue
            if not all("!" <= letter <= "~" for letter in text):
                raise InvalidRequest(
                    f"{name} holds a space or a letter that is no ASCII: use letters, digits and "
                    "punctuation."
                )
            if len(text) < least:
                raise InvalidRequest(
                    f"{name} has {len(text)} characters, and must have {least} or more. Make one: "
                    "openssl rand -hex 32"
                )

    @property
    def on_many_machines(self) -> bool:
        return self.database_url is not None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The providers that are configured, in the order in which they are the default."""
        given: tuple[tuple[Provider, SecretStr | None, Path | None, str | None], ...] = (
            ("openai", self.openai_api_key, self.openai_api_key_file, self.openai_base_url),
            (
                "anthropic",
                self.anthropic_api_key,
                self.anthropic_api_key_file,
                self.anthropic_base_url,
            ),
            ("google", self.google_api_key, self.google_api_key_file, self.google_base_url),
        )
        found = (
            Endpoint(provider=provider, api_key=_secret(key, file), base_url=url)
            for provider, key, file, url in given
        )
        return tuple(e for e in found if e.api_key or e.base_url)

    def worker_environment(self) -> dict[str, str]:
        """Environment of a process that prepares files: settings, and the embedder's key alone."""
        provider = isinstance(self.embedder, OpenAIEmbedderSettings) or isinstance(
            self.former_embedder, OpenAIEmbedderSettings
        )

        def needed(name: str) -> bool:
            if name.startswith("LODGEPOLE_"):
                return not name.startswith(_NOT_FOR_WORKERS)
            return bool(_NETWORK.fullmatch(name)) or (provider and name.startswith("OPENAI_"))

        return {**reader_environment(), **_variables(lambda name: needed(name.upper()))}

    def serving_environment(self, port: int) -> dict[str, str]:
        """Environment of one of several processes that serve these settings at `port`."""
        given = {
            "LODGEPOLE_HOST": self.host,
            "LODGEPOLE_PORT": str(port),
            "LODGEPOLE_DATA_DIR": str(self.data_dir),
            "LODGEPOLE_WORKERS": str(self.workers),
            "LODGEPOLE_PROCESSES": str(self.processes),
        }
        if self.default_model is not None:
            given["LODGEPOLE_DEFAULT_MODEL"] = self.default_model
        return {**_variables(lambda _: True), **given}

    @property
    def on_loopback(self) -> bool:
        return self.host in LOOPBACK_HOSTS


def _secret(key: SecretStr | None, file: Path | None) -> str | None:
    if key is not None:
        return key.get_secret_value().strip() or None
    return file.read_text().strip() or None if file is not None else None


_SYSTEM = re.compile(
    r"PATH|HOME|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|XDG_\w+|LD_LIBRARY_PATH|DYLD_\w+|PYTHON\w+"
    r"|TESSDATA_PREFIX|OMP_\w+|OPENBLAS_\w+|MALLOC_\w+"
)
"""Variables for finding programs, libraries and languages; nothing of it is secret."""
_NETWORK = re.compile(r"(HTTPS?|ALL|NO)_PROXY|SSL_CERT_\w+")
_NOT_FOR_WORKERS = (
    "LODGEPOLE_API_KEY",
    "LODGEPOLE_SIGNING_SECRET",
    "LODGEPOLE_MODELS",
    "LODGEPOLE_RERANKER",
    "LODGEPOLE_SOURCE_",
    "LODGEPOLE_OIDC_",
)


def reader_environment() -> dict[str, str]:
    """Environment of a process that reads files: what comes from outside must find no key there."""
    return _variables(lambda name: bool(_SYSTEM.fullmatch(name)))


def _variables(wanted: Callable[[str], bool]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if wanted(name)}
