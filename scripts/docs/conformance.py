"""Write docs/reference/conformance.md from what the official clients reported.

`make conformance` runs the clients first; the argument is another place to write to.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.clients.clients import CLIENTS, OPERATIONS, RESULTS, Client  # noqa: E402  needs the path

Results = dict[str, dict[str, str]]

HEAD = """# Conformance

Official clients, unmodified, each driven against a running server with only its host changed.
`make test-clients` installs every client in an environment of its own and drives it again;
`make conformance` does so and writes this page. Every line below passed.

A dot means that the operation works; a blank, that this client has no such operation or that the
case belongs to another client.
"""


def page(results: Results) -> str:
    parts = [HEAD, "## Clients\n", clients_table(), "## Operations\n", matrix(results)]
    parts.append("## What was exercised\n")
    for client in CLIENTS:
        parts.append(f"### {client.title}\n\n{named(client)}\n")
        parts.append(table(["Operation", "Called"], called(results[client.name])))
    return "\n".join(parts)


def clients_table() -> str:
    rows = [[client.title, named(client), client.pointed] for client in CLIENTS]
    return table(["Client", "Package", "Pointed at a server with"], rows)


def named(client: Client) -> str:
    return ", ".join(f"`{package}` {version}" for package, version in client.versions().items())


def matrix(results: Results) -> str:
    rows = [
        [operation, *("•" if operation in results[client.name] else "" for client in CLIENTS)]
        for operation in OPERATIONS
    ]
    return table(["", *(client.title for client in CLIENTS)], rows)


def called(exercised: dict[str, str]) -> list[list[str]]:
    return [[name, f"`{exercised[name]}`"] for name in OPERATIONS if name in exercised]


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/reference/conformance.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(json.loads(RESULTS.read_text("utf-8"))), "utf-8")
