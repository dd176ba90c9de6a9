"""`lodgepole audit`: what was changed in a project, by whom, and who was refused."""

from typing import Annotated

import typer

from lodgepole.cli.connection import DataDirOption, JsonOption, UrlOption, connect
from lodgepole.cli.screen import columns, say, show_json_line
from lodgepole.client.api_client import JsonObject

SHOWN = 50


def audit(
    *,
    most: Annotated[int, typer.Option("--most", help="How many entries; 0 is all.")] = SHOWN,
    as_json: JsonOption = False,
    url: UrlOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the audit log, newest first; for keys with `all`.

    With --json each entry is one line, so that `--most 0 --json` exports the log as JSON lines.
    """
    rows: list[tuple[str, ...]] = []
    with connect(url, data_dir) as client:
        for number, entry in enumerate(client.audit()):
            if most and number >= most:
                break
            if as_json:
                show_json_line(entry)
            else:
                rows.append(_row(entry))
    if rows:
        columns(("WHEN", "WHO", "FROM", "WHAT", "STATUS"), rows)
    elif not as_json:
        say("Nothing was changed yet, and nobody was refused.")


def _row(entry: JsonObject) -> tuple[str, ...]:
    target = "/".join(entry["target"].values())
    who = entry["key_name"] or ("the operator" if entry["status"] == 0 else "no valid key")
    more = f" (and {entry['more']} more refused before it)" if entry["more"] else ""
    what = f"{entry['action']} {target}".rstrip() + more
    return entry["at"][:19], who, entry["address"], what, str(entry["status"])
