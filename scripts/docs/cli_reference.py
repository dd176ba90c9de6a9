"""Write docs/command-line.md from the commands themselves.

python scripts/docs/cli_reference.py [FILE]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from lodgepole.cli import app

HEAD = """\
# The command line

`lodgepole` is a server, a demo and a client of the public API in one program. Every command below
also takes `--help`.

**Which server?** `--url`, else the variable `LODGEPOLE_URL`, else the server that runs in the data
directory (`--data-dir`, else `LODGEPOLE_DATA_DIR`, else one per user), else `127.0.0.1:8080`.

**Which key?** The variable `LODGEPOLE_API_KEY`, else the file `api_key` in the data directory. The
file's key is only ever sent to this machine.

**Exit codes**: 0 done; 1 refused, or some part failed; 2 the command line is wrong; 3 no server
answers; 130 interrupted. With `--json`, results go to standard output and a failure goes to
standard error as `{"error": {"kind": ..., "message": ...}}`.
"""


def reference() -> str:
    return HEAD + "".join(sections(typer.main.get_command(app), "lodgepole"))


def sections(command: Any, path: str) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        for name, child in inner.items():
            yield from sections(child, f"{path} {name}")
        return
    yield f"\n## {path}\n\n{' '.join((command.help or '').split())}\n"
    rows = [row(parameter) for parameter in command.params if "--help" not in parameter.opts]
    if rows:
        yield "\n| argument or option | meaning |\n|---|---|\n" + "".join(rows)


def row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.name.upper()
        shown = f"`{name}`" if parameter.required else f"`[{name}]`"
    else:
        shown = ", ".join(f"`{name}`" for name in parameter.opts)
    meaning = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    return f"| {shown} | {meaning} |\n"


if __name__ == "__main__":
    root = Path(__file__).parents[2]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "docs" / "command-line.md"
    target.write_text(reference(), encoding="utf-8")
    print(target)
