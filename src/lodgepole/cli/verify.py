"""`lodgepole verify`: checks a stopped server's data against its catalog."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lodgepole.adapters.host.data_directory import holding
from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings
from lodgepole.cli.screen import count, say, show_json_line
from lodgepole.errors import InvalidRequest

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings


def verify(
    *,
    absent: Annotated[
        list[str] | None,
        typer.Option(help="A text that no file of the data directory may hold.", metavar="TEXT"),
    ] = None,
    absent_from: Annotated[
        Path | None, typer.Option(help="A file of such texts, one a line.", show_default=False)
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="First remove what nothing accounts for.")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Compare every stored file with what was uploaded.")
    ] = False,
    sample: Annotated[
        int, typer.Option(min=0, help="Compare so many of them, at random.", metavar="COUNT")
    ] = 0,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the data directory of a server that is stopped.

    Every Available file must be whole, and nothing may be left of what was deleted: no row, no
    passage, no vector, no posting, no blob. With --absent, every file there is also searched for
    a text, byte by byte.
    """
    settings = load_settings(data_dir=data_dir)
    if settings.on_many_machines and (absent or absent_from):
        raise InvalidRequest(
            "--absent looks into the files of a data directory, and LODGEPOLE_DATABASE_URL is set."
        )
    texts = [*(absent or ()), *(absent_from.read_text("utf-8").split("\n") if absent_from else ())]
    originals = None if deep else sample
    wanted = [text for text in texts if text]
    found = asyncio.run(_verify(settings, wanted, repair=repair, originals=originals))
    findings = found["findings"]
    if as_json:
        show_json_line(found)
    else:
        for finding in findings:
            say(finding, style="red")
        say(
            f"{count(found['assistants'], 'assistant')}, "
            f"{count(found['available_files'], 'Available file')}: "
            + ("nothing is missing, nothing is left over." if not findings else "see above.")
        )
        if any("accounted for nowhere" in finding for finding in findings):
            say(
                "What is accounted for nowhere is no loss: a server removes it within minutes of "
                "its start, and `lodgepole verify --repair` at once."
            )
        if found["set_aside"]:
            say(
                f"{count(found['set_aside'], 'blob')} that no row accounted for are set aside in "
                "`blobs/.quarantine`, for 30 days: if files are missing, the catalog is an old one."
            )
    if findings:
        raise typer.Exit(1)


async def _verify(
    settings: "Settings", texts: list[str], *, repair: bool, originals: int | None
) -> dict[str, Any]:
    # All drivers, seconds of CPU that `--help` does not need.
    from lodgepole.runtime import maintenance

    report = await maintenance.verify(settings, repair=repair, originals=originals)
    traces = [
        f"{path.relative_to(settings.data_dir)} holds {text!r}."
        for text in texts
        for path in holding(settings.data_dir, text)
    ]
    return {
        "assistants": report.assistants,
        "available_files": report.available_files,
        "set_aside": report.set_aside,
        "findings": [*report.findings, *traces],
    }
