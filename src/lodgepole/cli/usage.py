"""`lodgepole usage`: what a project has, and what its keys asked for."""

from typing import Annotated

import typer

from lodgepole.cli.connection import DataDirOption, JsonOption, UrlOption, connect
from lodgepole.cli.screen import columns, fields, say, show_json, size

DAYS = 30


def usage(
    *,
    days: Annotated[int, typer.Option(help="How many days to look back, today included.")] = DAYS,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what the key's project has and what was asked for, by day; for keys with `all`."""
    with connect(url, data_dir) as client:
        report = client.usage(days=days)
    if as_json:
        show_json(report)
        return
    operations = report["operations"]
    fields(
        [
            ("project", report["project"]),
            ("assistants", str(report["assistants"])),
            ("files", f"{report['files']} ({size(report['bytes'])})"),
            (
                "operations",
                f"{operations['completed']} completed, {operations['processing']} under way, "
                f"{operations['failed']} failed",
            ),
        ]
    )
    say()
    if report["days"]:
        columns(
            ("DAY", "REQUESTS", "TOKENS SENT", "TOKENS WRITTEN"),
            [
                (
                    day["day"],
                    str(day["requests"]),
                    str(day["prompt_tokens"]),
                    str(day["completion_tokens"]),
                )
                for day in report["days"]
            ],
        )
    else:
        say(f"Nothing was asked for in {days} days.")
