"""`lodgepole files`: upload, keep folders equal, list, describe, download, delete."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from lodgepole.cli.command_shape import UsageError
from lodgepole.cli.connection import (
    AssistantArgument,
    DataDirOption,
    FilterOption,
    JsonOption,
    UrlOption,
    connect,
    read_json_option,
)
from lodgepole.cli.downloading import crc32c, download
from lodgepole.cli.naming_files import find_file
from lodgepole.cli.screen import columns, complain, fields, say, show_json, size
from lodgepole.cli.syncing import Pull, Push
from lodgepole.cli.uploading import Uploaded, gather, upload_all
from lodgepole.cli.waiting import until_changed, until_deleted
from lodgepole.client.api_client import JsonObject

app = typer.Typer(
    rich_markup_mode=None,
    help="Upload, synchronise, list, describe, download and delete files.",
    no_args_is_help=True,
)

LOOKED_AT = 1000  # files that an upload is compared with, newest first
COPIES_NAMED = 3
STATUSES = ("Available", "Processing", "Failed", "Deleting")
FileArgument = Annotated[str, typer.Argument(metavar="file", help="The file's name, or its id.")]


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
        raise UsageError("There is no file to upload at " + ", ".join(map(str, paths)) + ".")
    with connect(url, data_dir) as client:
        try:
            known = [] if as_json else list(islice(client.files(assistant), LOOKED_AT))
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
        _tell_of_copies(assistant, results, known)
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


@app.command("list", short_help="List an assistant's files, newest first.")
def list_files(
    assistant: AssistantArgument,
    *,
    status: Annotated[
        str | None,
        typer.Option(help=f"Only files that are {', '.join(STATUSES[:-1])} or {STATUSES[-1]}."),
    ] = None,
    filter_: FilterOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List an assistant's files, newest first; below them stands why any failed."""
    wanted = read_json_option("--filter", filter_)
    kept = _known_status(status)
    with connect(url, data_dir) as client:
        files = client.files(assistant, filter_=wanted)
        found = [file for file in files if kept in {None, file["status"]}]
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
        for item in found:
            if item.get("error_message"):
                say(f"{item['name']}: {item['error_message']}", style="yellow")
    elif kept is not None:
        say(f"No file is {kept}.")
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
        found = find_file(client, assistant, file_id, include_url=True)
    if as_json:
        show_json(found)
    else:
        fields(_described(found))


@app.command("download", short_help="Fetch a file as it was uploaded.")
def download_file(
    assistant: AssistantArgument,
    file_id: FileArgument,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write it. Default: its name, here."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Fetch a file as it was uploaded, and compare it with the checksum that was kept."""
    with connect(url, data_dir) as client:
        found = find_file(client, assistant, file_id, include_url=True)
        target = _target(output, str(found["name"]))
        if target.exists() and not force:
            raise UsageError(f"{target} is there already; --force replaces it.")
        download(client, found, target)
    if as_json:
        show_json({"id": found["id"], "name": found["name"], "path": str(target)})
    else:
        say(f"Wrote {target} ({size(found.get('size') or 0)}).")


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
        file_id = find_file(client, assistant, file_id)["id"]
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
    file_ids: Annotated[
        list[str], typer.Argument(metavar="file", help="Names of files, or their ids.")
    ],
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Delete files; they are not cited from this moment. This cannot be undone."""
    with connect(url, data_dir) as client:
        ids = [find_file(client, assistant, file)["id"] for file in file_ids]  # all, or none
        accepted = [client.delete_file(assistant, file_id) for file_id in dict.fromkeys(ids)]
        ended = [until_deleted(client, assistant, operation) for operation in accepted]
    if as_json:
        show_json({"operations": ended})
    else:
        say(f"Deleted {', '.join(file_ids)}.")


def _target(output: Path | None, name: str) -> Path:
    """Where a download goes: a name that came from elsewhere chooses no folder."""
    inside = Path(name.replace("\\", "/")).name or "download"
    if output is None:
        return Path(inside)
    return output / inside if output.is_dir() else output


def _known_status(given: str | None) -> str | None:
    if given is None:
        return None
    for status in STATUSES:
        if status.lower() == given.lower():
            return status
    raise UsageError(f"--status {given!r} is none of {', '.join(STATUSES)}.")


def _tell_of_copies(
    assistant: str, results: Sequence[Uploaded], known: Sequence[JsonObject]
) -> None:
    """Hint at `sync` where a file of the same name and bytes was there before."""
    before = {(file["name"], file.get("crc32c_hash")) for file in known}
    copies = [
        result.path.name
        for result in results
        if result.error is None and (result.path.name, crc32c(result.path)) in before
    ]
    if copies:
        named = ", ".join(copies[:COPIES_NAMED]) + (" ..." if len(copies) > COPIES_NAMED else "")
        say(
            f"There twice now, with the same bytes: {named}. `lodgepole files sync {assistant} "
            "FOLDER` uploads only what changed.",
            style="yellow",
        )


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
