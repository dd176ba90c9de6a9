"""Choice of the server that a command talks to, and of the key."""

import os
from contextlib import AbstractAsyncContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol
from urllib.parse import urlsplit

import orjson
import typer

from lodgepole.cli.command_shape import UsageError
from lodgepole.client.api_client import ANSWER_SECONDS, LOOPBACK_HOSTS, Client
from lodgepole.errors import InvalidRequest, LodgepoleError, Unavailable

if TYPE_CHECKING:
    from lodgepole.access.api_keys import Keys
    from lodgepole.access.sessions import Sessions
    from lodgepole.runtime.settings import Settings

KEY_FILE = "api_key"
ADDRESS_FILE = "server.json"

NAMES_COMPLETED = 200  # assistants offered to a shell
COMPLETION_SECONDS = 3.0


def complete_assistant(incomplete: str) -> list[str]:
    """Names of assistants that begin so, for the shell; none where no server answers."""
    try:
        with connect(None, None, answer_seconds=COMPLETION_SECONDS) as client:
            known = (str(assistant["name"]) for assistant in client.assistants())
            return list(islice((n for n in known if n.startswith(incomplete)), NAMES_COMPLETED))
    except LodgepoleError:
        return []


AssistantArgument = Annotated[
    str, typer.Argument(help="The assistant's name.", autocompletion=complete_assistant)
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="The server, e.g. http://127.0.0.1:8080. Default: LODGEPOLE_URL, "
        "else the one running on this machine.",
        show_default=False,
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="The data directory, where a local server leaves its address and key. "
        "Default: LODGEPOLE_DATA_DIR, else one per user.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter",
        help='Only files whose metadata match, e.g. \'{"year": {"$gte": 2025}}\'.',
        show_default=False,
    ),
]


class OwnCatalog(Protocol):
    """The part of `runtime.catalog` that commands use."""

    @staticmethod
    def opened_keys(settings: "Settings") -> "AbstractAsyncContextManager[Keys]": ...

    @staticmethod
    def opened_sessions(settings: "Settings") -> "AbstractAsyncContextManager[Sessions]": ...


def own_catalog() -> OwnCatalog:
    """What opens the catalog of a server on this machine."""
    # The driver of the database, a second of CPU that `--help` does not need.
    from lodgepole.runtime import catalog

    return catalog


def load_settings(**given: Any) -> "Settings":
    """The settings, with the options that were given (those that are not None) on top.

    Raises:
        InvalidRequest: A setting is wrong; the message names it.
    """
    # A third of a second, which `--help` and `--version` do not need.
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from lodgepole.runtime.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(
            ": ".join(filter(None, (".".join(map(str, fault["loc"])), _said(fault["msg"]))))
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise InvalidRequest(f"A setting is wrong. {wrong.rstrip('.')}.") from error
    except OSError as error:
        raise InvalidRequest(
            f"The settings in {error.filename} cannot be read: {error.strerror}."
        ) from error
    except SettingsError as error:
        raise InvalidRequest(f"A setting cannot be read: {error}.") from error


def _said(message: str) -> str:
    """Without what pydantic says before the sentences of our own checks."""
    return message.removeprefix("Value error, ")


def connect(
    url: str | None, data_dir: Path | None, *, answer_seconds: float = ANSWER_SECONDS
) -> Client:
    """A client for the server that the options, the settings or the data directory name.

    Raises:
        UsageError: The URL is no address of a server.
    """
    if url is not None and not _is_address(url):
        raise UsageError(f"--url {url!r} is no address. Write it like http://127.0.0.1:8080.")
    settings = load_settings(url=url, data_dir=data_dir)
    address = settings.url or running(settings.data_dir) or _usual(settings)
    return Client(address, find_key(settings, address), answer_seconds=answer_seconds)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def find_key(settings: "Settings", address: str) -> str | None:
    """The configured key; else the one a local server left, which never leaves this machine."""
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if urlsplit(address).hostname not in LOOPBACK_HOSTS:
        return None
    return read_key(settings.data_dir)


def read_key(data_dir: Path) -> str | None:
    try:
        return (data_dir / KEY_FILE).read_text("ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def write_address(data_dir: Path, url: str) -> None:
    """Leave the running server's address for commands on this machine."""
    write_whole(data_dir / ADDRESS_FILE, orjson.dumps({"url": url, "pid": os.getpid()}))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that nobody ever sees half of.

    Raises:
        Unavailable: It cannot be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise Unavailable(f"Cannot write {path}: {error.strerror}.") from error


def write_private(path: Path, text: str) -> None:
    """Write what others on this machine have no business with; a file that is there keeps its mode.

    Raises:
        Unavailable: It cannot be written.
    """
    try:
        path.touch(0o600)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Unavailable(f"Cannot write {path}: {error.strerror}.") from error


def remove_address(data_dir: Path) -> None:
    """Take away what `write_address` of this process left; another server's stays."""
    path = data_dir / ADDRESS_FILE
    try:
        ours = orjson.loads(path.read_bytes())["pid"] == os.getpid()
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return
    if ours:
        path.unlink(missing_ok=True)


def read_json_option(name: str, text: str | None) -> dict[str, Any] | None:
    """The object that an option's text holds.

    Raises:
        UsageError: It is not a JSON object.
    """
    if text is None:
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f'{name} must be a JSON object, like {{"key": "value"}}.')
    return value


def running(data_dir: Path) -> str | None:
    """The address of the server in the data directory, as it left it; it may be dead."""
    try:
        return str(orjson.loads((data_dir / ADDRESS_FILE).read_bytes())["url"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _usual(settings: "Settings") -> str:
    return f"http://{url_host(settings.host)}:{settings.port}"


def url_host(host: str) -> str:
    """The host as a URL writes it; an address that means every interface becomes loopback."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
