"""`lodgepole backup` and `lodgepole restore`: a data directory, copied while it is in use."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodgepole.adapters.host import data_backup
from lodgepole.adapters.host.data_directory import held
from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings
from lodgepole.cli.screen import count, say, show_json, size
from lodgepole.errors import InvalidRequest

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    *,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Copy the data directory into a new folder, while the server goes on.

    Holds all that a server here knows, secrets and the hashes of keys too: keep it private. Ends
    with 1 where stored files are not what was uploaded; they are named, and the rest is good.
    """
    report = data_backup.back_up(_one_machine(data_dir).data_dir, target)
    if as_json:
        show_json({"backup": str(target), **dataclasses.asdict(report)})
    else:
        say(
            f"{_held(report)} in {target} "
            f"({size(report.size)}). Bring them back: lodgepole restore {target} --data-dir DIR"
        )
    for name in report.damaged:
        say(f"{name} is not what was uploaded: take it from an older backup.", style="red")
    if report.damaged:
        raise typer.Exit(1)


def restore(
    source: Annotated[Path, typer.Argument(help="A folder that `backup` made.")],
    *,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave out what is damaged, and list it.")
    ] = False,
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Put a backup into a data directory that is empty, and check every byte of it.

    Stop the server first. Nothing is written when the backup is damaged, unless you say what is
    left out with --skip-damaged. The catalog must be whole.
    """
    settings = _one_machine(data_dir)
    with held(settings.data_dir):
        report = data_backup.restore(source, settings.data_dir, skip_damaged=skip_damaged)
    if as_json:
        show_json({"data_dir": str(settings.data_dir), **dataclasses.asdict(report)})
    else:
        say(f"{_held(report)} restored. Start it: lodgepole serve --data-dir {settings.data_dir}")
        for what in report.damaged:
            say(f"Left out: {what}.", style="red")


def _held(report: data_backup.BackupReport) -> str:
    assistants = count(report.assistants, "assistant")
    return f"{assistants} with {count(report.files, 'Available file')}"


def _one_machine(data_dir: Path | None) -> "Settings":
    settings = load_settings(data_dir=data_dir)
    if settings.on_many_machines:
        raise InvalidRequest(
            "LODGEPOLE_DATABASE_URL is set, so that nothing is in a data directory: back up the "
            "database with its own tools (pg_dump, or continuous archiving), and have the bucket "
            "keep old versions for as long as those backups."
        )
    return settings
