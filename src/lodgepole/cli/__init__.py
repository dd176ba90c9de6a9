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
    migrate,
    models,
    serve,
    sources,
    usage,
    verify,
    worker,
)
from lodgepole.cli.screen import fail
from lodgepole.client.api_client import Unreachable
from lodgepole.errors import LodgepoleError, Unauthenticated

EXIT_FAILED = 1
EXIT_UNREACHABLE = 3
WHICH_KEY = (
    "Set LODGEPOLE_API_KEY to a key of that server, or --data-dir to its data directory, if it "
    "is on this machine."
)


class _Commands(typer.core.TyperGroup):
    """The root: turns the failures of every command below it into a message and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LodgepoleError as error:
            if isinstance(error, Unauthenticated):
                error.args = (f"{error} {WHICH_KEY}",)
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


app.command("serve", short_help="Serve the API and the console.")(serve.serve)
app.command("worker", short_help="Read and embed files for servers.")(worker.worker)
app.command("demo", short_help="Upload examples, ask three questions.")(demo.demo)
app.command("doctor", short_help="Check this machine or a deployment.")(doctor.doctor)
app.add_typer(assistants.app, name="assistants", short_help="Create, list, change and delete them.")
app.add_typer(files.app, name="files", short_help="Upload, synchronise, list and delete them.")
app.add_typer(sources.app, name="sources", short_help="Keep files as a site or folder has them.")
app.command("chat", short_help="Ask an assistant, once or in a conversation.")(chat.chat)
app.command("context", short_help="Show what an answer would be made from.")(chat.context)
app.command("eval", short_help="Measure answers to questions of yours.")(evaluate.evaluate)
app.command("export", short_help="Write an assistant into one file.")(archive.export)
app.command("import", short_help="Make an assistant of such a file.")(archive.import_)
app.command("backup", short_help="Copy the data directory while it is used.")(backup.backup)
app.command("restore", short_help="Bring a backup back.")(backup.restore)
app.command("migrate", short_help="Move to a database and a bucket.")(migrate.migrate)
app.command("verify", short_help="Check a stopped server's data directory.")(verify.verify)
app.command("usage", short_help="Show what was asked for, by day.")(usage.usage)
app.add_typer(keys.app, name="keys", short_help="Make, list and revoke API keys.")
app.add_typer(models.app, name="models", short_help="Fetch, look at and try the models.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    app(args=None if arguments is None else list(arguments))
