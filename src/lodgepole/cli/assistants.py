"""`lodgepole assistants`: create, list, describe, change and delete them."""

from typing import Annotated

import typer

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    JsonOption,
    UrlOption,
    connect,
    read_json_option,
)
from lodgepole.cli.screen import columns, fields, say, show_json
from lodgepole.cli.waiting import until_gone
from lodgepole.client.api_client import JsonObject

app = typer.Typer(
    rich_markup_mode=None,
    help="Create, list, describe, change and delete assistants.",
    no_args_is_help=True,
)

NameArgument = AssistantArgument


@app.command("list")
def list_assistants(
    *, as_json: JsonOption = False, url: UrlOption = None, data_dir: DataDirOption = None
) -> None:
    """List all assistants, oldest first."""
    with connect(url, data_dir) as client:
        found = list(client.assistants())
    if as_json:
        show_json({"assistants": found})
    elif found:
        columns(
            ("NAME", "STATUS", "CREATED"),
            [(item["name"], item["status"], item["created_at"]) for item in found],
        )
    else:
        say("No assistants yet. Create one: lodgepole assistants create NAME")


@app.command("create", short_help="Create an assistant.")
def create_assistant(
    name: NameArgument,
    *,
    instructions: Annotated[
        str | None, typer.Option(help="How it should answer.", show_default=False)
    ] = None,
    metadata: Annotated[
        str | None, typer.Option(help="A JSON object to keep with it.", show_default=False)
    ] = None,
    default_model: Annotated[
        str | None,
        typer.Option(help="The model that answers where a request names none.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Create an assistant; the name is free to choose, letters, digits and hyphens."""
    stored = read_json_option("--metadata", metadata)
    with connect(url, data_dir) as client:
        made = client.create_assistant(
            name, instructions=instructions, metadata=stored, default_model=default_model or None
        )
    if as_json:
        show_json(made)
    else:
        say(f"Created {name}. Add files: lodgepole files upload {name} PATH...")


@app.command("get")
def get_assistant(
    name: NameArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Describe one assistant."""
    with connect(url, data_dir) as client:
        found = client.whole_assistant(name)
    if as_json:
        show_json(found)
    else:
        fields(_described(found))


@app.command("update", short_help="Change instructions, metadata or the default model.")
def update_assistant(
    name: NameArgument,
    *,
    instructions: Annotated[
        str | None,
        typer.Option(help='How it should answer; "" for none.', show_default=False),
    ] = None,
    metadata: Annotated[
        str | None,
        typer.Option(help="A JSON object in the place of the old one.", show_default=False),
    ] = None,
    default_model: Annotated[
        str | None,
        typer.Option(
            help='The model that answers where a request names none; "" for the server\'s.',
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Change an assistant's instructions, metadata or default model; what is not given stays."""
    stored = read_json_option("--metadata", metadata)
    if instructions is None and stored is None and default_model is None:
        raise UsageError(
            "Nothing to change: give --instructions, --metadata, --default-model or several."
        )
    with connect(url, data_dir) as client:
        changed = client.update_assistant(
            name, instructions=instructions, metadata=stored, default_model=default_model
        )
    if as_json:
        show_json(changed)
    else:
        say(f"Changed {name}.")


@app.command("delete")
def delete_assistant(
    name: NameArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete an assistant with all its files. This cannot be undone."""
    with connect(url, data_dir) as client:
        if not yes:
            count = sum(1 for _ in client.files(name))
            typer.confirm(f"Delete {name} and its {count} files?", abort=True, err=True)
        client.delete_assistant(name)
        until_gone(client, name)
    if as_json:
        show_json({"name": name, "deleted": True})
    else:
        say(f"Deleted {name}.")


def _described(assistant: JsonObject) -> list[tuple[str, str]]:
    return [
        ("name", assistant["name"]),
        ("status", assistant["status"]),
        ("host", str(assistant.get("host"))),
        ("created", assistant["created_at"]),
        ("updated", assistant["updated_at"]),
        ("instructions", assistant.get("instructions") or "none"),
        ("metadata", str(assistant.get("metadata") or "none")),
        ("default model", assistant.get("default_model") or "the server's"),
    ]
