"""`lodgepole migrate`: from one machine's data directory to a database and a bucket."""

import asyncio
import dataclasses
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings
from lodgepole.cli.screen import count, say, show_json, size
from lodgepole.errors import InvalidRequest


def migrate(
    *,
    to: Annotated[str, typer.Option("--to", help="The database, `postgresql://…`.", metavar="URL")],
    blobs: Annotated[
        str,
        typer.Option("--blobs", help="The bucket, such as `s3://bucket/prefix`.", metavar="URL"),
    ],
    as_json: JsonOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Copy a data directory to PostgreSQL and a bucket, and compare every byte.

    Stop the server first. What was interrupted goes on where it was when it is run again; the data
    directory is only read. Vectors are taken along, so that nothing is embedded anew. Keys stay
    good, and so do links to files, unless a server has run on the target before.
    """
    # All drivers, seconds of CPU that `--help` does not need.
    from lodgepole.runtime import maintenance

    settings = load_settings(data_dir=data_dir)
    if settings.on_many_machines:
        raise InvalidRequest(
            "LODGEPOLE_DATABASE_URL is set: unset it, and name the target with --to and --blobs."
        )
    # The same settings otherwise: limits, embedder, caches.
    with tempfile.TemporaryDirectory(prefix="lodgepole-") as folder:
        target = load_settings(data_dir=Path(folder), database_url=to, blob_url=blobs)
        report = asyncio.run(
            maintenance.move(settings, target, lambda line: None if as_json else say(line))
        )
    if as_json:
        show_json(dataclasses.asdict(report))
    else:
        for finding in report.findings:
            say(finding, style="red")
        say(
            f"{count(report.assistants, 'assistant')}, {count(report.files, 'Available file')} "
            f"({size(report.bytes)}) and {count(report.passages, 'passage')} are there, "
            + ("every byte the same." if not report.findings else "but see above.")
        )
    if report.findings:
        raise typer.Exit(1)
