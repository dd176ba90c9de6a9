"""The `lodgepole` command: a server, a demo, and a client of the public API.

Exit codes: 0 done; 1 refused, or some part failed; 2 the command line is wrong; 3 no server
answers; 130 interrupted. With `--json`, results go to standard output and a failure goes to
standard error, both as JSON.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
import typer.core

import lodgepole
from lodgepole.cli import (
    archive,
    assistants,
    backup,
    chat,
    demo,
    doctor,
    evaluate,
    files,
    keys,
    models,
    serve,
    verify,
    worker,
)
from lodgepole.cli.screen import fail
from lodgepole.client import Unreachable
from lodgepole.errors import LodgepoleError

EXIT_FAILED = 1
EXIT_UNREACHABLE = 3


class _Commands(typer.core.TyperGroup):
    """The root: turns the failures of every command below it into a message and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LodgepoleError as error:
            fail(error, as_json=ctx.meta["json"])
            code = EXIT_UNREACHABLE if isinstance(error, Unreachable) else EXIT_FAILED
            raise typer.Exit(code) from error


app = typer.Typer(
    rich_markup_mode=None,
    cls=_Commands,
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


app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("verify")(verify.verify)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("export")(archive.export)
app.command("import")(archive.import_)
app.command("demo")(demo.demo)
app.command("chat")(chat.chat)
app.command("context")(chat.context)
app.command("eval")(evaluate.evaluate)
app.add_typer(assistants.app, name="assistants")
app.add_typer(files.app, name="files")
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    app(args=None if arguments is None else list(arguments))
