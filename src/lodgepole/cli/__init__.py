"""The `lodgepole` command: a server, a demo, and a client of the public API.

Exit codes: 0 done; 1 refused, or some part failed; 2 the command line is wrong; 3 no server
answers; 130 interrupted. With `--json`, results go to standard output and a failure goes to
standard error, both as JSON.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
import typer.core

import lodgepole
from lodgepole.cli.command_shape import EXIT_USAGE, UsageError, options_last, shaped
from lodgepole.cli.screen import fail
from lodgepole.client.api_client import Unreachable
from lodgepole.errors import LodgepoleError, Unauthenticated

EXIT_FAILED = 1
EXIT_UNREACHABLE = 3
WHICH_KEY = (
    "Set LODGEPOLE_API_KEY to a key of that server, or --data-dir to its data directory, if it "
    "is on this machine."
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command, whose module is imported when it runs or is asked for its own help.

    Attributes:
        name: As it is typed.
        summary: One line in the help of `lodgepole`; at most 45 characters.
        target: `module:attribute` in this package; a function, or the `Typer` of a group.
    """

    name: str
    summary: str
    target: str


COMMANDS = (
    Command("serve", "Serve the API and the console.", "serve:serve"),
    Command("worker", "Read and embed files for servers.", "worker:worker"),
    Command("demo", "Upload examples, ask three questions.", "demo:demo"),
    Command("doctor", "Check this machine or a deployment.", "doctor:doctor"),
    Command("chat", "Ask an assistant, once or in a conversation.", "chat:chat"),
    Command("context", "Show what an answer would be made from.", "chat:context"),
    Command("eval", "Measure answers to questions of yours.", "evaluate:evaluate"),
    Command("export", "Write an assistant into one file.", "archive:export"),
    Command("import", "Make an assistant of such a file.", "archive:import_"),
    Command("backup", "Copy the data directory while it is used.", "backup:backup"),
    Command("restore", "Bring a backup back.", "backup:restore"),
    Command("migrate", "Move to a database and a bucket.", "migrate:migrate"),
    Command("verify", "Check a stopped server's data directory.", "verify:verify"),
    Command("usage", "Show what was asked for, by day.", "usage:usage"),
    Command("audit", "Show who changed what, and who was refused.", "audit:audit"),
    Command("assistants", "Create, list, change and delete them.", "assistants:app"),
    Command("files", "Upload, synchronise, list and delete them.", "files:app"),
    Command("conversations", "List, show, export and delete them.", "conversations:app"),
    Command("sources", "Keep files as a site or folder has them.", "sources:app"),
    Command("webhooks", "Tell addresses when operations finish.", "webhooks:app"),
    Command("keys", "Make, list and revoke API keys.", "keys:app"),
    Command("sessions", "See who is signed in, and end it.", "sessions:app"),
    Command("models", "Fetch, look at and try the models.", "models:app"),
)


def load(command: Command) -> Any:
    """Import the command's module, and build what parses its arguments."""
    module, _, attribute = command.target.partition(":")
    found = getattr(import_module(f"lodgepole.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        built = typer.main.get_group(shaped(found))
    else:
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(command.name)(found)
        built = typer.main.get_command(shaped(alone))
    built.name, built.short_help = command.name, command.summary
    return built


class _Loaded(MutableMapping[str, Any]):
    """Commands by name, each built when it is looked up, and once."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self._known = {command.name: command for command in commands}
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = load(self._known[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError(f"{name!r}: a command is a row in COMMANDS.")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name!r}: a command is a row in COMMANDS.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class _Root(typer.core.TyperGroup):
    """The root: finds commands, and turns their failures into a message and an exit code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Loaded(COMMANDS)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        try:
            return super().parse_args(ctx, options_last(args))
        except typer.TyperException as error:
            _refuse(ctx, error)

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.summary) for command in COMMANDS])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            _refuse(ctx, error)
        except LodgepoleError as error:
            if isinstance(error, Unauthenticated):
                error.args = (f"{error} {WHICH_KEY}",)
            fail(error, as_json=ctx.meta["json"])
            raise typer.Exit(_exit_code(error)) from error


def _exit_code(error: LodgepoleError) -> int:
    if isinstance(error, UsageError):
        return EXIT_USAGE
    return EXIT_UNREACHABLE if isinstance(error, Unreachable) else EXIT_FAILED


def _refuse(ctx: Any, error: typer.TyperException) -> NoReturn:
    """End for a wrong command line: in JSON if that was asked for, else as Typer does."""
    if not ctx.meta["json"]:
        raise error
    fail(UsageError(error.format_message()), as_json=True)
    raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    rich_markup_mode=None,
    cls=_Root,
    name="lodgepole",
    help="A self-hosted server for the Pinecone Assistant API, and its command line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lodgepole {lodgepole.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """A self-hosted server for the Pinecone Assistant API, and its command line."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    app(args=None if arguments is None else list(arguments))
