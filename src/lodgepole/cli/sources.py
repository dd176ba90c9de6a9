"""`lodgepole sources`: documents that follow their origin."""

import itertools
import re
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
from lodgepole.cli.screen import columns, say, show_json
from lodgepole.cli.waiting import pause as wait_a_moment
from lodgepole.client.api_client import JsonObject
from lodgepole.client.sources import SourcesClient

app = typer.Typer(
    rich_markup_mode=None,
    help="Keep an assistant's files as a web site, repository, bucket or folder has them.",
    no_args_is_help=True,
)

IdArgument = Annotated[str, typer.Argument(help="The source's id; `sources list` shows it.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for the end of the run.")]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
CHANGES = ("added", "changed", "moved", "removed", "unchanged", "skipped", "failed")
RUNS_SHOWN = 10


@app.command("add", short_help="Add a source, and run it.")
def add_source(
    assistant: AssistantArgument,
    address: Annotated[
        str,
        typer.Argument(
            help="https://…, git+https://…, s3://…, gs://…, az://… or a folder of the server."
        ),
    ],
    *,
    every: Annotated[
        str | None, typer.Option(help="Run it again after this, e.g. 30m, 6h or 1d.")
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(help="Take only such paths, e.g. '*.pdf'; repeatable.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Leave out such paths, e.g. 'drafts/'; repeatable.")
    ] = None,
    metadata: Annotated[
        str | None, typer.Option(help="A JSON object to keep with each file.", show_default=False)
    ] = None,
    crawl: Annotated[
        bool, typer.Option("--crawl", help="Also the pages that pages link to, below the address.")
    ] = False,
    depth: Annotated[int | None, typer.Option(help="Most links from the first page.")] = None,
    pages: Annotated[int | None, typer.Option(help="Most pages of one run.")] = None,
    rate: Annotated[float | None, typer.Option(help="Most requests a second.")] = None,
    credential: Annotated[
        str | None, typer.Option(help="Name of a credential in the server's settings.")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Do not run it yet.")] = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a source. It runs at once, then as often as --every says, or when it is asked to."""
    rules: JsonObject = {"crawl": crawl or None, "depth": depth, "pages": pages}
    rules["requests_per_second"] = rate
    with connect(url, data_dir) as client:
        sources = SourcesClient(client)
        made = sources.add(
            assistant,
            address,
            every_seconds=None if every is None else read_duration(every),
            include=include or None,
            exclude=exclude or None,
            metadata=read_json_option("--metadata", metadata),
            rules={name: value for name, value in rules.items() if value is not None} or None,
            credential=credential,
            paused=paused or None,
        )
        run = _waited(sources, made["id"]) if wait and not paused else None
    if as_json:
        show_json(made if run is None else {**made, "run": run})
    else:
        say(f"Added {made['id']}. Look at what it does: lodgepole sources history {made['id']}")
    _end(run, as_json=as_json)


@app.command("list")
def list_sources(
    assistant: Annotated[
        str | None, typer.Argument(help="Of this assistant alone.", show_default=False)
    ] = None,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the sources, newest first."""
    with connect(url, data_dir) as client:
        found = list(SourcesClient(client).list(assistant))
    if as_json:
        show_json({"sources": found})
    elif found:
        columns(
            ("ID", "ASSISTANT", "STATE", "EVERY", "NEXT RUN", "ADDRESS"),
            [
                (
                    item["id"],
                    item["assistant"],
                    "running" if item["running"] else item["state"],
                    write_duration(item["every_seconds"]),
                    item["due_at"] or "-",
                    item["url"],
                )
                for item in found
            ],
        )
    else:
        say("No sources yet. Add one: lodgepole sources add ASSISTANT ADDRESS")


@app.command("run", short_help="Run a source now.")
def run_source(
    source_id: IdArgument,
    *,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run a source now; where it runs already, once more after that."""
    with connect(url, data_dir) as client:
        sources = SourcesClient(client)
        before = _newest(sources, source_id)
        state = sources.run(source_id)
        run = _waited(sources, source_id, after=before) if wait else None
    if as_json:
        show_json(state if run is None else {**state, "run": run})
    elif run is None:
        say(f"{source_id} runs now.")
    _end(run, as_json=as_json)


@app.command("pause", short_help="Run a source no more for now.")
def pause_source(
    source_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run a source no more until it is resumed. Its files stay."""
    with connect(url, data_dir) as client:
        state = SourcesClient(client).pause(source_id)
    show_json(state) if as_json else say(f"{source_id} is paused.")


@app.command("resume", short_help="Run a paused source again.")
def resume_source(
    source_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run a paused source now, and as it was scheduled."""
    with connect(url, data_dir) as client:
        state = SourcesClient(client).resume(source_id)
    show_json(state) if as_json else say(f"{source_id} is active again.")


@app.command("remove", short_help="Remove a source.")
def remove_source(
    source_id: IdArgument,
    *,
    with_files: Annotated[
        bool, typer.Option("--with-files", help="Delete its files too; else they stay.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a source; its files stay, unless --with-files says otherwise."""
    with connect(url, data_dir) as client:
        SourcesClient(client).remove(source_id, with_files=with_files)
    if as_json:
        show_json({"removed": source_id, "with_files": with_files})
    else:
        say(f"Removed {source_id}{' and its files' if with_files else '; its files stay'}.")


@app.command("history", short_help="Show what a source's runs did.")
def show_history(
    source_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what the last runs did, newest first, and what happened to each thing in the newest."""
    with connect(url, data_dir) as client:
        runs = list(itertools.islice(SourcesClient(client).runs(source_id), RUNS_SHOWN))
    if as_json:
        show_json({"runs": runs})
        return
    if not runs:
        say("It has not run yet.")
        return
    columns(
        ("BEGAN", "STATUS", *(change.upper() for change in CHANGES)),
        [
            (run["started_at"], run["status"], *(str(run["counts"][c]) for c in CHANGES))
            for run in runs
        ],
    )
    say()
    _tell(runs[0])


# --- waiting and telling ----------------------------------------------------------------------


def _newest(sources: SourcesClient, source_id: str) -> str | None:
    run = next(sources.runs(source_id), None)
    return None if run is None else run["id"]


def _waited(sources: SourcesClient, source_id: str, *, after: str | None = None) -> JsonObject:
    """The run that began after the one of that id, when it has ended."""
    while True:
        run = next(sources.runs(source_id), None)
        if run is not None and run["id"] != after and run["status"] != "running":
            return run
        wait_a_moment()


def _end(run: JsonObject | None, *, as_json: bool) -> None:
    """Tell how a run that was waited for ended; exit with 1 unless all of it succeeded."""
    if run is None:
        return
    if not as_json:
        _tell(run)
    if run["status"] != "completed" or run["counts"]["failed"]:
        raise typer.Exit(1)


def _tell(run: JsonObject) -> None:
    for note in run["notes"]:
        reason = f". {note['reason']}" if note["reason"] else ""
        say(f"  {note['key']}: {note['change']}{reason}")
    counts = ", ".join(f"{run['counts'][c]} {c}" for c in CHANGES if run["counts"][c])
    say(f"The run {run['status']}: {counts or 'nothing there'}.")
    if run["error_message"]:
        say(f"  {run['error_message']}")


def read_duration(text: str) -> int:
    """Seconds of `90s`, `30m`, `6h` or `1d`. Raises InvalidRequest."""
    match = re.fullmatch(r"(\d{1,9})([smhd])", text.strip().lower())
    if match is None:
        raise UsageError(f"{text[:40]!r} is no length of time: write it like 30m, 6h or 1d.")
    return int(match[1]) * UNITS[match[2]]


def write_duration(seconds: int | None) -> str:
    """The same in the largest unit that holds it whole."""
    if seconds is None:
        return "-"
    unit = next(u for u in ("d", "h", "m", "s") if seconds % UNITS[u] == 0)
    return f"{seconds // UNITS[unit]}{unit}"
