"""What an operator may set: environment `LODGEPOLE_*` over `lodgepole.toml` over defaults.

Nothing else in Lodgepole reads the environment.
"""

from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lodgepole.limits import Limits

CONFIG_FILE = Path("lodgepole.toml")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def _data_dir() -> Path:
    return platformdirs.user_data_path("lodgepole", appauthor=False)


def _cache_dir() -> Path:
    return platformdirs.user_cache_path("lodgepole", appauthor=False)


def _expand(path: object) -> object:
    return Path(path).expanduser() if isinstance(path, str) else path


UserPath = Annotated[Path, BeforeValidator(_expand)]


class Settings(BaseSettings):
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
    """Catalog, blobs and indexes. One process writes it; a lock file says which."""
    cache_dir: UserPath = Field(default_factory=_cache_dir)
    """Models converted for this machine; may be deleted at any time."""
    api_key: SecretStr | None = None
    """Seeds the default project's first key. On loopback one is made when this is not set."""
    public_url: str | None = None
    """How clients reach us, e.g. `https://lodgepole.example.com`; else the request's own host."""
    url: str | None = None
    """The server that the command line talks to; else the one running in `data_dir`."""
    worker_threads: int = Field(
        default=0,
        ge=0,
    )
    """Threads that embed; 0 means one per core."""
    log_level: str = "info"
    limits: Limits = Field(default_factory=Limits)

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

    @property
    def on_loopback(self) -> bool:
        return self.host in LOOPBACK_HOSTS
