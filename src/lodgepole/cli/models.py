"""`lodgepole models`: what runs on this machine."""

import typer

from lodgepole.cli.connection import JsonOption, load_settings
from lodgepole.cli.screen import say, show_json

app = typer.Typer(help="Fetch the embedding model.", no_args_is_help=True)


@app.callback()
def _models() -> None:
    """Fetch the embedding model."""


@app.command("pull")
def pull(*, as_json: JsonOption = False) -> None:
    """Fetch the weights of the embedding model into the cache and verify them."""
    from lodgepole import wiring

    settings = load_settings()
    where = wiring.pull_model(settings)
    if as_json:
        show_json({"path": str(where)})
    else:
        say(f"The embedding model is at {where}.")
