"""`lodgepole files`: upload many with progress, keep folders equal, list, describe, delete."""

from pathlib import Path
from typing import Annotated

import typer

from lodgepole.cli.connection import (
    DataDirOption,
    FilterOption,
    JsonOption,
    UrlOption,
    connect,
    read_json_option,
)
from lodgepole.cli.screen import columns, complain, fields, say, show_json, size
from lodgepole.cli.syncing import Pull, Push
from lodgepole.cli.uploading import gather, upload_all
from lodgepole.cli.waiting import until_changed, until_deleted
from lodgepole.client.api_client import JsonObject
from lodgepole.errors import InvalidRequest

app = typer.Typer(
    rich_markup_mode=None,
    help="Upload, synchronise, list, describe and delete files.",
    no_args_is_help=True,
)

AssistantArgument = Annotated[str, typer.Argument(help="The assistant's name.")]
FileArgument = Annotated[str, typer.Argument(help="The file's id; `files list` shows it.")]


@app.command("upload", short_help="Upload files and wait until they are read.")
def upload_files(
    assistant: AssistantArgument,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files and folders; folders are searched for files that can be read."),
    ],
    *,
    metadata: Annotated[
        str | None,
        typer.Option(help="A flat JSON object to keep with each file.", show_default=False),
    ] = None,
    multimodal: Annotated[
        bool, typer.Option("--multimodal", help="Also read the images of PDFs.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Upload files and wait until each can be searched; exits with 1 if any failed."""
    stored = read_json_option("--metadata", metadata)
    found, left_out = gather(paths)
    if not found:
        raise InvalidRequest("There is no file to upload at " + ", ".join(map(str, paths)) + ".")
    with connect(url, data_dir) as client:
        try:
            results = upload_all(
                client, assistant, found, metadata=stored, multimodal=multimodal, quiet=as_json
            )
        except KeyboardInterrupt:
            complain(
                "Interrupted. Files that the server has taken are read all the same: "
                f"`lodgepole files list {assistant}` shows them."
            )
            raise
    failed = [result for result in results if result.error is not None]
    if as_json:
        show_json({"files": [result.as_json() for result in results]})
    else:
        for path in left_out:
            say(f"Left out {path}: not a kind of file that is read.", style="yellow")
        for result in results:
            if result.notice:
                say(f"{result.path.name}: {result.notice}", style="yellow")
        say(f"{len(results) - len(failed)} of {len(results)} files can be searched now.")
    if failed:
        raise typer.Exit(1)


@app.command("sync", short_help="Keep files and a folder equal.")
def sync_files(
    assistant: AssistantArgument,
    folder: Annotated[Path, typer.Argument(help="The folder to keep equal.", file_okay=False)],
    *,
    pull: Annotated[
        bool, typer.Option("--pull", help="From the assistant to the folder, not the other way.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Also remove what the other side does not have.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make an assistant's files equal to a folder's, or with --pull the folder to the assistant.

    Files belong together by their path below the folder, which is kept in the metadata as
    `path`, and are equal by size and CRC-32C: a second run does nothing. Exits with 1 if any
    file failed.
    """
    with connect(url, data_dir) as client:
        sync = Pull(client, assistant, folder) if pull else Push(client, assistant, folder)
        plan = sync.plan(delete=delete)
        failed = [] if dry_run else sync.run(plan, quiet=as_json)
    if as_json:
        show_json({**plan.as_json(), "failed": failed, "dry_run": dry_run})
    else:
        say(plan.summary(dry_run=dry_run))
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_files(
    assistant: AssistantArgument,
    *,
    filter_: FilterOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List an assistant's files, newest first."""
    wanted = read_json_option("--filter", filter_)
    with connect(url, data_dir) as client:
        found = list(client.files(assistant, filter_=wanted))
    if as_json:
        show_json({"files": found})
    elif found:
        columns(
            ("ID", "STATUS", "SIZE", "NAME"),
            [
                (item["id"], _status(item), size(item.get("size") or 0), item["name"])
                for item in found
            ],
        )
    else:
        say(f"No files. Add some: lodgepole files upload {assistant} PATH...")


@app.command("get", short_help="Describe one, with a link to download it.")
def get_file(
    assistant: AssistantArgument,
    file_id: FileArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Describe one file, with a link to download it that works for an hour."""
    with connect(url, data_dir) as client:
        found = client.file(assistant, file_id, include_url=True)
    if as_json:
        show_json(found)
    else:
        fields(_described(found))


@app.command("update", short_help="Replace a file's metadata.")
def update_file(
    assistant: AssistantArgument,
    file_id: FileArgument,
    *,
    metadata: Annotated[
        str, typer.Option(help="A flat JSON object, in the place of what is kept; {} clears.")
    ],
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Replace a file's metadata without uploading it again; it is searched all the while."""
    wanted = read_json_option("--metadata", metadata) or {}
    with connect(url, data_dir) as client:
        operation = client.update_metadata(assistant, file_id, wanted)
        until_changed(client, assistant, operation)
        changed = client.file(assistant, file_id)
    if as_json:
        show_json(changed)
    else:
        fields(_described(changed))


@app.command("delete", short_help="Delete files for good.")
def delete_files(
    assistant: AssistantArgument,
    file_ids: Annotated[list[str], typer.Argument(help="Ids of files; `files list` shows them.")],
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete files; they are not cited from this moment. This cannot be undone."""
    with connect(url, data_dir) as client:
        accepted = [client.delete_file(assistant, file_id) for file_id in file_ids]
        ended = [until_deleted(client, assistant, operation) for operation in accepted]
    if as_json:
        show_json({"operations": ended})
    else:
        say(f"Deleted {', '.join(file_ids)}.")


def _status(file: JsonObject) -> str:
    if file["status"] == "Processing":
        return f"Processing {(file.get('percent_done') or 0) * 100:.0f} %"
    return str(file["status"])


def _described(file: JsonObject) -> list[tuple[str, str]]:
    pairs = [
        ("name", file["name"]),
        ("id", file["id"]),
        ("status", _status(file)),
        ("size", size(file.get("size") or 0)),
        ("created", str(file.get("created_on"))),
        ("updated", str(file.get("updated_on"))),
        ("metadata", str(file.get("metadata") or "none")),
        ("download", str(file.get("signed_url") or "not yet")),
    ]
    if file.get("error_message"):
        pairs.append(("error", file["error_message"]))
    if file.get("notice"):
        pairs.append(("notice", file["notice"]))
    return pairs
