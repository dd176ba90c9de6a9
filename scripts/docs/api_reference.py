"""Write docs/reference/api.md, errors.md and differences.md from the program and its tests.

python scripts/docs/api_reference.py [DIRECTORY]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.api.openapi.openapi_differences import DIFFERENCES

from lodgepole import errors
from lodgepole.api import errors as api_errors
from lodgepole.api.openapi.document import DATES, UNCHANGED_SINCE, document
from lodgepole.api.openapi.markers import Source
from lodgepole.api.openapi.surfaces import OWN, PUBLISHED, Surface
from lodgepole.chat.model_directory import NAMES
from lodgepole.limits import Limits

SHARED = ("ErrorResponse", "ErrorDetail")  # said once, among the published ones
ROOT = Path(__file__).parents[2]
METHODS = ("get", "post", "put", "patch", "delete")
HEADERS = ("X-Pinecone-Api-Version",)  # the same everywhere; said once above

API_HEAD = f"""\
# API

Written from the program's own OpenAPI document by `scripts/docs/api_reference.py`; a test keeps it
true. A running server shows the same at `/docs`, and hands the documents out at `/openapi.json` and
`/openapi/DATE.json`, for {", ".join(DATES)} and {UNCHANGED_SINCE[-1]}, which changed
nothing but the date.

Paths are below `/assistant`, and are also served without it. Every request carries its key in the
header `Api-Key`. The header `X-Pinecone-Api-Version` chooses between the versions; below is
{DATES[-1]}. Failures have the shape and the codes that [Errors](errors.md) lists.

What Lodgepole adds of its own is below `/lodgepole`: it is described
[at the end](#beyond-the-published-api) and in `/openapi/lodgepole.json`. The routes of
the OpenAI API below `/v1` are in `/openapi/openai.json`. Besides, unversioned:
`POST /mcp/assistants/NAME` is the assistant as an MCP server, whose key is a bearer token;
`GET /healthz` says whether the process is alive and `GET /readyz` whether it is ready for requests,
both without a key; `GET /metrics` is described under [Metrics](metrics.md).
"""

OWN_HEAD = """
# Beyond the published API

Lodgepole's own: keys, usage, and the text of documents. These paths are below `/lodgepole`, are the
same for every version, and no client of the published API knows them.
"""

ERRORS_HEAD = """\
# Errors

Written from the program by `scripts/docs/api_reference.py`; a test keeps it true.

A failed request is answered with its status and this body; `X-Request-Id` is on every answer and in
the server's log:

```json
{"status": 404, "error": {"code": "NOT_FOUND", "message": "Assistant \\"notes\\" not found."}}
```

| status | code | when | what to do |
|---|---|---|---|
"""

ERRORS_TAIL = """
Below `/assistant/evaluation` a 422 or 500 has the body `{"message": "..."}` alone, as published. A
request under a version before 2026-01 that met a used-up rate gets the code `RESOURCE_EXHAUSTED`.
429 and some 503 carry `Retry-After`, in seconds.

An answer that fails after its first byte, while it streams, can have no status any more: the
connection is closed before `message_end`. A file that cannot be read fails no request: its
operation becomes `Failed`, the file `ProcessingFailed`, and both say why.

`lodgepole` on the command line shows the message and exits with 1; `--json` gives it as JSON.
"""

WHAT_TO_DO = {
    errors.InvalidRequest: "Send something else; the message says where it is wrong.",
    errors.UnreadableFile: "Mend the file.",
    errors.Unauthenticated: "Send a valid key.",
    errors.PermissionDenied: "Use a key with the right role.",
    errors.NotFound: "Name something that exists.",
    errors.AlreadyExists: "Pick another name.",
    errors.Conflict: "Wait for the operation that is under way.",
    errors.TooLarge: "Send less, or have the limit raised.",
    errors.RateLimited: "Wait as long as `Retry-After` says.",
    errors.Unavailable: "Try again; the operator looks why.",
    errors.DeadlineExceeded: "Try again, or have the limit raised.",
    errors.UpstreamRejected: "The operator mends the model's configuration.",
}


def api() -> str:
    return API_HEAD + "".join(surface(PUBLISHED)) + OWN_HEAD + "".join(surface(OWN))


def surface(about: Surface) -> Iterator[str]:
    source = Source(date=DATES[-1], limits=Limits(), models=sum(NAMES.values(), ()))
    made = document(source, about)
    for tag in made["tags"]:
        yield f"\n## {tag['name']}\n\n{tag['description']}\n"
        for found in operations(made, tag["name"]):
            method, path, told = found
            yield operation(made, method, f"{about.server if about is OWN else ''}{path}", told)
    own = about is OWN
    yield f"\n## {'Their shapes' if own else 'Shapes'}\n\nWhat requests and answers are made of.\n"
    for name in sorted(made["components"]["schemas"]):
        if not own or name not in SHARED:
            yield shape(made, name)


def shape(made: Any, name: str) -> str:
    schema = made["components"]["schemas"][name]
    text = f"\n### {name}\n"
    if meaning := cell(schema.get("description", "")):
        text += f"\n{meaning}\n"
    rows = []
    for key, inner in schema.get("properties", {}).items():
        always = " (always)" if key in schema.get("required", []) else ""
        told = cell(inner.get("description", ""))
        rows.append(f"| `{key}`{always} | {kind(made, inner)} | {told} |\n")
    if rows:
        text += f"\n| name | type | meaning |\n|---|---|---|\n{''.join(rows)}"
    elif not meaning:
        text += f"\n{kind(made, schema).capitalize()}.\n"
    return text


def operations(made: Any, tag: str) -> Iterator[tuple[str, str, Any]]:
    for path, item in made["paths"].items():
        for method in METHODS:
            if method in item and tag in item[method]["tags"]:
                yield method, path, item[method]


def operation(made: Any, method: str, path: str, about: Any) -> str:
    text = f"\n### {method.upper()} {path}\n\n{about['summary']}\n"
    if rows := "".join([*parameters(made, about), *body(made, about)]):
        text += f"\n| name | in | type | meaning |\n|---|---|---|---|\n{rows}"
    return (
        text
        + f"\nAnswers: {', '.join(answer(made, *found) for found in about['responses'].items())}.\n"
    )


def parameters(made: Any, about: Any) -> Iterator[str]:
    for raw in about.get("parameters", []):
        found = resolve(made, raw)
        if found["name"] not in HEADERS:
            schema = found["schema"] if "schema" in found else only(found["content"])["schema"]
            meaning = found.get("description", "")
            yield row(
                made,
                found["name"],
                found["in"],
                schema,
                meaning,
                required=found.get("required", False),
            )


def body(made: Any, about: Any) -> Iterator[str]:
    contents = resolve(made, about.get("requestBody", {})).get("content", {})
    if contents:
        schema = resolve(made, only(contents)["schema"])
        required = schema.get("required", [])
        for name, inner in schema.get("properties", {}).items():
            meaning = inner.get("description") or resolve(made, inner).get("description", "")
            yield row(made, name, "body", inner, meaning, required=name in required)


def only(contents: Any) -> Any:
    return next(iter(contents.values()))


def row(made: Any, name: str, where: str, schema: Any, meaning: str, *, required: bool) -> str:
    shown = f"`{name}` (required)" if required else f"`{name}`"
    return f"| {shown} | {where} | {kind(made, schema)} | {cell(meaning)} |\n"


def kind(made: Any, schema: Any) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(kind(made, inner) for inner in schema[word]))
    if schema.get("type") == "array":
        return f"list of {kind(made, schema.get('items', {}))}"
    words = schema.get("type", "any")
    text = " or ".join(words) if isinstance(words, list) else str(words)
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        text += f", {low} to {high}"
    if "default" in schema and schema["default"] is not None:
        text += f", normally {str(schema['default']).lower()}"
    return text


def answer(made: Any, status: str, about: Any) -> str:
    for content in resolve(made, about).get("content", {}).values():
        if status.startswith("2"):
            return f"{status} {kind(made, content['schema'])}"
    return status


def resolve(made: Any, value: Any) -> Any:
    while "$ref" in value:
        found: Any = made
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def failures() -> str:
    by_status = sorted(api_errors._BY_CLASS.items(), key=lambda item: item[1][0])
    rows = [
        f"| {int(status)} | `{code}` | {cell(failure.__doc__ or '')} | {WHAT_TO_DO[failure]} |\n"
        for failure, (status, code) in by_status
    ]
    rows.append(
        "| 405 | `UNIMPLEMENTED` | The path exists, the method does not. | See `Allow`. |\n"
    )
    rows.append("| 500 | `UNKNOWN` | A bug of ours. | Report it with its `X-Request-Id`. |\n")
    return ERRORS_HEAD + "".join(rows) + ERRORS_TAIL


DIFFERENCES_HEAD = """\
# Differences

Every place where Lodgepole's OpenAPI documents say something else than the published ones, with the
reason. `tests/api/openapi/openapi_differences.py` holds the list; a test compares the documents
of every version and fails for a difference that is not in it, and for an entry that is none any
more.
`*` stands for anything. What clients notice of them, and what no document can say, is on
[Moving](../guides/moving.md#every-difference).

| where | why |
|---|---|
"""


def differences() -> str:
    rows = (f"| `{cell(pattern)}` | {cell(why)} |\n" for pattern, why in DIFFERENCES)
    return DIFFERENCES_HEAD + "".join(rows)


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference"
    (target / "api.md").write_text(api(), "utf-8")
    (target / "errors.md").write_text(failures(), "utf-8")
    (target / "differences.md").write_text(differences(), "utf-8")


if __name__ == "__main__":
    main()
