"""`lodgepole models`: what embeds and what answers."""

import asyncio
import dataclasses
from typing import Annotated

import typer

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings
from lodgepole.cli.screen import count, say, show_json
from lodgepole.runtime import embedding_models
from lodgepole.runtime.chat_models import check_models

app = typer.Typer(
    rich_markup_mode=None,
    help="Fetch the embedding model; see what embeds; try the models that answer.",
    no_args_is_help=True,
)


@app.callback()
def _models() -> None:
    """Fetch the embedding model; see what embeds; try the models that answer."""


@app.command("pull", short_help="Fetch the embedding model.")
def pull(*, as_json: JsonOption = False) -> None:
    """Fetch the weights of the embedding model into the cache and verify them."""
    settings = load_settings()
    where = embedding_models.pull_model(settings)
    if as_json:
        show_json({"path": str(where)})
    else:
        say(f"The embedding model is at {where}.")


@app.command("status", short_help="Show what files are searched by.")
def status(*, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Show which embedding models the files are searched by, and how far a change has come.

    Reads the indexes in the data directory, whether a server is running there or not.
    """
    found = embedding_models.embedding_progress(load_settings(data_dir=data_dir))
    if as_json:
        show_json([dataclasses.asdict(progress) for progress in found])
        return
    if not found:
        say("No file has been embedded yet.")
    for progress in found:
        who = f"{progress.embedder.model} ({progress.embedder.engine})"
        if progress.assistants:
            say(
                f"{who}: {count(progress.searched, 'passage')} in "
                f"{count(progress.assistants, 'assistant')}."
            )
        if progress.total:
            say(f"{who}: being made, {progress.prepared} of {progress.total} passages are ready.")


@app.command("check", short_help="Try each configured language model.")
def check(
    *,
    fill_window: Annotated[
        bool,
        typer.Option(
            "--fill-window",
            help="Ask after as many words as the window is set to hold. Costs their tokens.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask each configured language model for one word, and say what is wrong where it fails.

    Tried are the default model, the models listed under [[models]], and one of each provider
    that a key is set for. Exit code 1 when one of them does not answer.
    """
    checked = asyncio.run(
        check_models(load_settings(), ScriptedChatModel([]), fill_window=fill_window)
    )
    if as_json:
        show_json([dataclasses.asdict(model) for model in checked])
    elif not checked:
        say("No language model is configured; answers are quotes from the documents.")
    else:
        for model in checked:
            same = model.name == model.upstream
            known = model.name if same else f"{model.name} ({model.upstream})"
            if model.problem is None:
                say(f"{known}: answers ({model.seconds:.1f} s)")
            else:
                say(f"{known}: {model.problem}", style="red")
            for note in model.notes:
                say(f"{known}: {note}", style="yellow")
    if any(model.problem for model in checked):
        raise typer.Exit(1)
