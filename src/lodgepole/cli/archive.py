"""`lodgepole export` and `lodgepole import`: a whole assistant in one file, over the public API."""

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lodgepole.cli.archive_reader import (
    SOURCE,
    Exported,
    conversations_of,
    member_chunks,
    opened,
)
from lodgepole.cli.archive_writer import write_export
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    JsonOption,
    UrlOption,
    connect,
)
from lodgepole.cli.screen import say, show_json, size
from lodgepole.cli.waiting import pause
from lodgepole.client.api_client import Client, JsonObject
from lodgepole.client.conversations import ConversationsClient
from lodgepole.client.sources import SourcesClient
from lodgepole.errors import (
    AlreadyExists,
    Conflict,
    LodgepoleError,
    NotFound,
    TooLarge,
)


def export(
    assistant: AssistantArgument,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    with_passages: Annotated[
        bool,
        typer.Option(
            "--with-passages",
            help="Also what files were cut into, with vectors: an import by the same embedder is "
            "quicker.",
        ),
    ] = False,
    with_conversations: Annotated[
        bool, typer.Option("--with-conversations", help="Also your conversations with it.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write an assistant into one file: its settings, and its files as they were uploaded.

    Exits with 1 when a file's bytes could not be had; all others are in the export.
    """
    if output.exists():
        raise Conflict(f"{output} is there already: choose another name, or remove it.")
    with connect(url, data_dir) as client:
        result = write_export(
            client,
            assistant,
            output,
            with_passages=with_passages,
            with_conversations=with_conversations,
        )
    if as_json:
        show_json({"output": str(output), **result})
    else:
        for missing in result["left_out"]:
            say(f"  {missing['name']} ({missing['id']}): left out, it is {missing['status']}.")
        say(f"{result['files']} files of {assistant} are in {output} ({size(result['size'])}).")
    if result["left_out"]:
        raise typer.Exit(1)


def import_(
    source: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    *,
    name: Annotated[
        str | None,
        typer.Option(help="The new assistant's name. Default: the old one's.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make an assistant of an exported file, and wait until its files can be searched.

    Every byte is checked before anything is made. Exits with 1 if any file failed.
    """
    with connect(url, data_dir) as client, opened(source) as exported:
        wanted = name or str(exported.assistant["name"])
        failed = read_import(client, exported, wanted)
        left_out = _add_sources(client, exported, wanted)
        model_error = _set_default_model(client, exported, wanted)
        brought, talks_left_out = _bring_conversations(client, exported, wanted)
    if as_json:
        told: JsonObject = {"assistant": wanted, "files": len(exported.files), "failed": failed}
        if exported.sources:
            told |= {"sources": len(exported.sources), "sources_left_out": left_out}
        if model_error:
            told["default_model_left_out"] = model_error
        if exported.conversations:
            told |= {"conversations": brought, "conversations_left_out": talks_left_out}
        show_json(told)
    else:
        _say_left_out(model_error, left_out, talks_left_out)
        if len(exported.sources) > len(left_out):
            say("Its sources are there and paused: lodgepole sources resume ID")
        for file in failed:
            say(f"  {file['name']}: failed. {file['error']}")
        say(f"{len(exported.files) - len(failed)} of {len(exported.files)} files are in {wanted}.")
    if failed:
        raise typer.Exit(1)


def read_import(client: Client, exported: Exported, name: str) -> list[JsonObject]:
    """Make the assistant and its files, under the ids that they had; those that failed.

    Of an import that breaks off nothing is left.

    Raises:
        Conflict: An assistant of that name is there.
    """
    settings = exported.assistant
    try:
        client.create_assistant(
            name, instructions=settings.get("instructions"), metadata=settings.get("metadata")
        )
    except AlreadyExists as error:
        raise Conflict(f"There is an assistant {name!r}: choose another with --name.") from error
    try:
        waiting = [(file, _read_file(client, exported, name, file)) for file in exported.files]
    except BaseException:
        with contextlib.suppress(LodgepoleError):  # else its owner sees it, and deletes it
            client.delete_assistant(name)
        raise
    return [failed for file, op in waiting if (failed := _ended(client, name, file, op))]


def _read_file(client: Client, exported: Exported, assistant: str, file: JsonObject) -> JsonObject:
    """The operation that makes a file."""
    with tempfile.TemporaryDirectory(prefix="lodgepole-import-") as folder:
        path = Path(folder, "file")
        with path.open("wb") as stream:
            for chunk in member_chunks(exported.archive, file):
                stream.write(chunk)
        _give_passages(client, exported, assistant, file)
        return client.upsert_file(
            assistant,
            file["id"],
            path,
            name=file["name"],
            metadata=file["metadata"],
            multimodal=bool(file["multimodal"]),
        )


def _add_sources(client: Client, exported: Exported, name: str) -> list[JsonObject]:
    """Add the sources, paused, under the ids that their files name; those that could not be."""
    left_out: list[JsonObject] = []
    for source in exported.sources:
        try:
            given = {key: source[key] for key in SOURCE if key != "url"}
            SourcesClient(client).add(name, source["url"], paused=True, **given)
        except LodgepoleError as error:
            left_out.append({"url": source["url"], "error": str(error)})
    return left_out


def _say_left_out(
    model_error: str | None, sources: Sequence[JsonObject], talks: Sequence[JsonObject]
) -> None:
    if model_error:
        say(f"  default model: left out. {model_error}")
    for source in sources:
        say(f"  source {source['url']}: left out. {source['error']}")
    for talk in talks:
        say(f"  conversation {talk['title']!r}: left out. {talk['error']}")


def _bring_conversations(
    client: Client, exported: Exported, name: str
) -> tuple[int, list[JsonObject]]:
    """How many came along, and those that could not; the one used last stays the first in lists."""
    brought, left_out = 0, list[JsonObject]()
    for talk in reversed(list(conversations_of(exported))):
        try:
            ConversationsClient(client).bring(name, talk)
            brought += 1
        except LodgepoleError as error:
            left_out.append({"title": talk["title"], "error": str(error)})
    return brought, left_out


def _set_default_model(client: Client, exported: Exported, name: str) -> str | None:
    """Why the model that answered by default cannot do so here, or None."""
    model = exported.assistant.get("default_model")
    if model:
        try:
            client.update_assistant(name, default_model=str(model))
        except LodgepoleError as error:
            return str(error)
    return None


def _give_passages(client: Client, exported: Exported, assistant: str, file: JsonObject) -> None:
    """Passages save work and nothing else: a server that does not take them embeds anew."""
    if "passages" not in file:
        return
    with contextlib.suppress(NotFound, TooLarge):
        client.give_passages(
            assistant, file["id"], member_chunks(exported.archive, file["passages"])
        )


def _ended(
    client: Client, assistant: str, file: JsonObject, operation: JsonObject
) -> JsonObject | None:
    """How the file failed, or None."""
    state: dict[str, Any] = operation
    while state["status"] == "Processing":
        state = client.operation(assistant, operation["id"])
        if state["status"] == "Processing":
            pause()
    if state["status"] == "Completed":
        return None
    return {"name": file["name"], "id": file["id"], "error": state.get("error_message")}
