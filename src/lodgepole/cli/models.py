"""`lodgepole models`: what runs on this machine."""

import dataclasses

import typer

from lodgepole.cli.connection import JsonOption, load_settings
from lodgepole.cli.screen import say, show_json

app = typer.Typer(
    help="Fetch the embedding model; see what the files are embedded by.", no_args_is_help=True
)


@app.callback()
def _models() -> None:
    """Fetch the embedding model; see what the files are embedded by."""


@app.command("pull")
def pull(*, as_json: JsonOption = False) -> None:
    """Fetch the weights of the embedding model into the cache and verify them."""
    from lodgepole import embedder_choice

    settings = load_settings()
    where = embedder_choice.pull_model(settings)
    if as_json:
        show_json({"path": str(where)})
    else:
        say(f"The embedding model is at {where}.")


@app.command("status")
def status(*, as_json: JsonOption = False) -> None:
    """Show which embedding models the files are searched by, and how far a change has come.

    Reads the indexes in `data_dir`, whether a server is running there or not.
    """
    from lodgepole import embedder_choice

    found = embedder_choice.embedding_progress(load_settings())
    if as_json:
        show_json([dataclasses.asdict(progress) for progress in found])
        return
    if not found:
        say("No file has been embedded yet.")
    for progress in found:
        who = f"{progress.embedder.model} ({progress.embedder.engine})"
        if progress.assistants:
            say(f"{who}: {progress.searched} passages in {progress.assistants} assistants.")
        if progress.total:
            say(f"{who}: being made, {progress.prepared} of {progress.total} passages are ready.")
