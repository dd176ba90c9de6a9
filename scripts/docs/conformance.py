"""Write docs/reference/conformance.md from what the official clients reported.

`make conformance` runs the clients first; the argument is another place to write to.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.clients.clients import CLIENTS, OPERATIONS, RESULTS, Client  # noqa: E402  needs the path
from tests.clients.frameworks import FRAMEWORKS, STEPS  # noqa: E402
from tests.clients.frameworks import RESULTS as FRAMEWORK_RESULTS  # noqa: E402
from tests.clients.older import OLDER  # noqa: E402
from tests.clients.older import RESULTS as OLDER_RESULTS  # noqa: E402
from tests.clients.older import STEPS as OLDER_STEPS  # noqa: E402

Results = dict[str, dict[str, str]]

HEAD = """# Conformance

Official clients, unmodified, each driven against a running server with only its host changed.
`make test-clients` installs every client in an environment of its own and drives it again;
`make conformance` does so and writes this page. Every line below passed.

A dot means that the operation works; a blank, that this client has no such operation or that the
case belongs to another client.
"""


LIBRARIES = """## Libraries that speak the OpenAI API

Each is run by `make test-clients-all`, with a model of a few rules behind the server, which calls
the tool that it must and follows the schema that it is told: what is shown is the wire, and not how
well a language model does.
"""
OLDER_HEAD = """## Older generations, and programs

Each is run by `make test-clients-all`, by what all of them have. Of the published one-click app
(`pinecone-assistant-vercel-1-click-deploy`) the calls are made by the client that it uses; it asks
for `gpt-4.1`, streams, and fetches files by their links. Of the n8n node the requests are made: the
node runs in a server of its own, and reaches another one where its assistant comes from an
expression, since its list of assistants has the hosted service's address built in. A blank is what
a client has not, or what the program does not use. TypeScript 5 writes the filter of a listing in a
form that no version of the API knows, so all files are listed.
"""
NOT_RUN = (
    ("n8n itself", "Its node runs in a server of its own; its requests are made above"),
    ("Zapier", "Runs on its maker's machines, and has the hosted service's address built in"),
    ("Visual Studio Code", "Its extension has the hosted service's address built in"),
    ("Claude, Cursor", "Programs with windows; [set up](../guides/integrations.md) by hand"),
)


def page(results: Results, libraries: Results, older: Results) -> str:
    parts = [HEAD, "## Clients\n", clients_table(), "## Operations\n", matrix(results)]
    parts += [LIBRARIES, libraries_table(libraries, FRAMEWORKS, STEPS)]
    parts += [
        OLDER_HEAD,
        libraries_table(older, OLDER, OLDER_STEPS),
        pointers(),
        "## Not run here\n",
    ]
    parts.append(table(["Client", "Why"], [list(row) for row in NOT_RUN]))
    parts.append("## What was exercised\n")
    for client in CLIENTS:
        parts.append(f"### {client.title}\n\n{named(client)}\n")
        parts.append(table(["Operation", "Called"], called(results[client.name])))
    return "\n".join(parts)


def clients_table() -> str:
    rows = [[client.title, named(client), client.pointed] for client in CLIENTS]
    return table(["Client", "Package", "Pointed at a server with"], rows)


def pointers() -> str:
    rows = [[client.title, client.pointed] for client in OLDER]
    return table(["Client", "Pointed at a server with"], rows)


def libraries_table(results: Results, clients: tuple[Client, ...], steps: tuple[str, ...]) -> str:
    rows = [
        [
            client.title,
            named(client),
            *("•" if step in results[client.name] else "" for step in steps),
        ]
        for client in clients
    ]
    return table(["Client", "Package", *steps], rows)


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
    kept = (RESULTS, FRAMEWORK_RESULTS, OLDER_RESULTS)
    target.write_text(page(*(json.loads(path.read_text("utf-8")) for path in kept)), "utf-8")
