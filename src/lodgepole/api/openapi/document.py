"""One OpenAPI 3.1 document for each API version: routes, schemas and the operator's limits."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

import lodgepole
from lodgepole.api.openapi.operations import (
    ADDITIONS,
    ALWAYS,
    MEANINGS,
    OPERATIONS,
    STREAMED,
    Described,
)
from lodgepole.api.openapi.surfaces import PUBLISHED, Surface
from lodgepole.api.openapi.values import FILE_METADATA, METADATA_FILTER
from lodgepole.api.schemas import files, wire
from lodgepole.api.versions import FIRST_NEW, VERSION_HEADER
from lodgepole.limits import Limits

DATES = ("2025-01", "2025-04", "2025-10", "2026-04")
"""The versions with a document, oldest first; 2026-07 has changed nothing in this API."""
EVALUATION = "metrics_alignment"
FILE_ID = "assistant_file_id"
_PLACES = {
    "assistant_name": "The assistant's name.",
    FILE_ID: "The file's id.",
    "operation_id": "The operation's id.",
    "key_id": "The key's id.",
}
JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a document is made from besides the code.

    Attributes:
        date: One of `DATES`.
        limits: Of the running server; numbers in the document are these.
        models: The names that requests may give as `model`.
    """

    date: str
    limits: Limits
    models: Sequence[str]

    @property
    def is_new(self) -> bool:
        return self.date >= FIRST_NEW


def document(source: Source, surface: Surface = PUBLISHED) -> JsonObject:
    """The whole document, JSON-ready."""
    paths: dict[str, JsonObject] = {}
    for route in _routes(surface):
        assert route.operation_id and route.methods, f"{route.path} has an operation_id"
        described = surface.operations[route.operation_id]
        if source.is_new or not described.new_only:
            (method,) = route.methods
            item = paths.setdefault(route.path, {})
            item[method.lower()] = _operation(route, described, source, surface)
    whole: JsonObject = {
        "openapi": "3.1.0",
        "info": {
            "title": "Lodgepole",
            "summary": surface.summary,
            "description": surface.description.format(date=source.date),
            "version": source.date if surface.versioned else lodgepole.__version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": surface.server, "description": "This server."}],
        "security": [{"ApiKeyAuth": []}],
        "tags": [{"name": name, "description": words} for name, words in surface.tags.items()],
        "paths": _settled(paths, source),
        "components": {
            "securitySchemes": {
                "ApiKeyAuth": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Api-Key",
                    "description": "A key of this server; `Authorization: Bearer` works as well.",
                }
            },
            "headers": _HEADERS,
            "schemas": _settled(_schemas(), source),
        },
    }
    return _without_unused(whole)


# --- operations -------------------------------------------------------------------------------


def _routes(surface: Surface) -> Iterator[APIRoute]:
    for router in surface.routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route


def _operation(
    route: APIRoute, described: Described, source: Source, surface: Surface
) -> JsonObject:
    operation: JsonObject = {
        "operationId": route.operation_id,
        "tags": [str(tag) for tag in route.tags],
        "summary": route.description.split("\n\n")[0].replace("\n", " "),
        "parameters": list(_parameters(route, source, surface)),
        "responses": {
            **_answers(described, source),
            **{
                str(status): _failure(status, evaluation=route.operation_id == EVALUATION)
                for status in sorted({*ALWAYS, *described.errors})
            },
        },
    }
    if described.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(described.body.__name__)}},
        }
    if described.upload:
        form = "FileData" if source.is_new else "FileOnly"
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": _ref(form), "encoding": _FORM}},
        }
    return operation


def _parameters(route: APIRoute, source: Source, surface: Surface) -> Iterator[JsonObject]:
    if surface.versioned:
        yield {
            "name": VERSION_HEADER,
            "in": "header",
            "required": False,
            "description": "The API version that the client speaks.",
            "schema": {"type": "string", "default": source.date},
        }
    for name in route.param_convertors:
        schema: JsonObject = {"type": "string", "minLength": 1}
        if route.operation_id == "upsert_file" and name == FILE_ID:
            schema |= {"pattern": "^[A-Za-z0-9_-]{1,128}$", "maxLength": 128}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PLACES[name],
            "schema": schema,
        }
    for dependant in _flat(route.dependant):
        for parameter in dependant.query_params:
            info = parameter.field_info
            is_int = info.annotation == int | None
            extra = cast("JsonObject", info.json_schema_extra or {})
            if not _served(extra, source.date):
                continue
            shape: JsonObject = {"schema": {"type": "integer" if is_int else "string", **extra}}
            if "x-json" in extra:
                shape = {"content": {"application/json": {"schema": _ref(extra["x-json"])}}}
            yield {
                "name": parameter.alias,
                "in": "query",
                "required": False,
                "description": info.description,
                **shape,
            }


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)


# --- responses --------------------------------------------------------------------------------

_LINKS: JsonObject = {
    "operation": {
        "operationId": "describe_operation",
        "parameters": {
            "assistant_name": "$request.path.assistant_name",
            "operation_id": "$response.body#/id",
        },
    },
    "file": {
        "operationId": "describe_file",
        "parameters": {
            "assistant_name": "$request.path.assistant_name",
            FILE_ID: "$response.body#/file_id",
        },
    },
}
_FORM: JsonObject = {
    "file": {
        "contentType": "application/octet-stream",
        "headers": {
            "Content-Disposition": {
                "description": "The ending of the file's name decides how it is read.",
                "required": True,
                "schema": {"type": "string"},
                "example": 'form-data; name="file"; filename="report.pdf"',
            }
        },
    }
}
_HEADERS: JsonObject = {
    "X-Request-Id": {
        "description": "Names this request in the server's log.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where to ask how the operation is doing.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before another attempt.",
        "schema": {"type": "integer", "minimum": 1},
    },
}


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _event(name: str) -> JsonObject:
    """Of each event, as OpenAPI describes them: what is sent is the text of its `data`."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": _ref(name)}
    return {"type": "object", "properties": {"data": data}, "required": ["data"]}


def _headers(*names: str) -> JsonObject:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _answers(described: Described, source: Source) -> JsonObject:
    if described.accepted and source.is_new:
        content = {"application/json": {"schema": _ref(files.OperationModel.__name__)}}
        return {
            "202": {
                "description": "Accepted; the operation says when it is done.",
                "headers": _headers("Location"),
                "content": content,
                "links": _LINKS,
            }
        }
    answer: JsonObject = {"description": "Done.", "headers": _headers()}
    if described.answer is not None:
        answer["content"] = {"application/json": {"schema": _ref(described.answer.__name__)}}
        if described.events is not None:
            answer["content"]["text/event-stream"] = {"schema": _event(described.events)}
    return {"200": answer}


def _failure(status: int, *, evaluation: bool) -> JsonObject:
    shape = wire.BasicErrorResponse if evaluation and status in (422, 500) else wire.ErrorResponse
    return {
        "description": MEANINGS[status],
        "headers": _headers("Retry-After") if status in (429, 503) else _headers(),
        "content": {"application/json": {"schema": _ref(shape.__name__)}},
    }


# --- schemas ----------------------------------------------------------------------------------


def _schemas() -> JsonObject:
    every = (*OPERATIONS.values(), *ADDITIONS.values())
    bodies = {d.body for d in every if d.body is not None}
    answers = {d.answer for d in every if d.answer is not None}
    shown = {*answers, *STREAMED, files.OperationModel, wire.ErrorResponse, wire.BasicErrorResponse}
    _, definitions = models_json_schema(
        [
            *((model, "validation") for model in sorted(bodies, key=lambda m: m.__name__)),
            *((model, "serialization") for model in sorted(shown, key=lambda m: m.__name__)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    chunks = {model.model_fields["type"]: model.__name__ for model in STREAMED[:-1]}
    upload: JsonObject = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
    with_metadata = {
        **upload["properties"],
        "metadata": _ref("FileMetadata"),
    }
    return {
        **cast("JsonObject", definitions["$defs"]),
        "StreamChatChunkModel": {
            "description": "One event of a streamed answer.",
            "oneOf": [_ref(name) for name in chunks.values()],
            "discriminator": {"propertyName": "type"},
        },
        "FileOnly": upload,
        "FileData": {**upload, "properties": with_metadata},
        "FileMetadata": FILE_METADATA,
        "MetadataFilter": METADATA_FILTER,
    }


# --- what depends on version, limits and models -----------------------------------------------


def _served(schema: JsonObject, date: str) -> bool:
    """Whether this version has a field or parameter of this schema."""
    until = schema.get("x-until", date)
    return schema.get("x-since", "") <= date and until != "none" and date <= until


_MARKERS = ("x-since", "x-until", "x-words", "x-omitted", "title")


def _settled(node: Any, source: Source) -> Any:
    """The same with markers resolved, and without titles and defaults that say nothing.

    Markers are `x-since`, `x-until`, `x-words`, `x-omitted`, `x-schema`, strings `limits.NAME`,
    and `models` for an enum.
    """
    if isinstance(node, list):
        return [_settled(item, source) for item in cast("list[Any]", node)]
    if isinstance(node, str) and node.startswith("limits."):
        return asdict(source.limits)[node.removeprefix("limits.")]
    if not isinstance(node, dict):
        return node
    raw = cast("JsonObject", node)
    if "x-schema" in raw:
        kept = {"description": raw["description"]}
        return {**kept, "anyOf": [_ref(raw["x-schema"]), {"type": "null"}]}
    if raw.get("x-omitted"):
        raw = _never_null(raw)
    settled: JsonObject = {}
    for key, value in raw.items():
        if key == "properties":
            settled[key] = _properties(value, source)
        elif key == "enum":
            settled[key] = _words(raw, source)
        elif key not in _MARKERS and (key, value) != ("default", None):
            settled[key] = _settled(value, source)
    return _with_nullable_type(settled)


def _words(schema: JsonObject, source: Source) -> list[Any]:
    """The words of an enum that this version has."""
    if schema["enum"] == "models":
        return [*source.models, None]
    only: dict[str, str] = schema.get("x-words", {})
    family = "new" if source.is_new else "legacy"
    return [word for word in schema["enum"] if only.get(word, family) == family]


def _never_null(schema: JsonObject) -> JsonObject:
    """The schema of a field that may be missing, as that of its value."""
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    values = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    assert len(values) == 1, "an optional field has one type"
    return {**values[0], **rest}


def _properties(properties: JsonObject, source: Source) -> JsonObject:
    # A property may bear the name of a marker or of a keyword: only its schema is read.
    kept: JsonObject = {}
    for name, schema in properties.items():
        if _served(schema, source.date):
            kept[name] = _settled(schema, source)
    return kept


def _with_nullable_type(schema: JsonObject) -> JsonObject:
    """`anyOf` of one plain type and null as a list of types, which is shorter to read."""
    match schema.get("anyOf"):
        case [{"type": str(word), **rest}, {"type": "null"}]:
            plain = {key: value for key, value in schema.items() if key != "anyOf"}
            if "enum" in rest:
                rest["enum"] = [*rest["enum"], None]
            return {"type": [word, "null"], **rest, **plain}
        case _:
            return schema


def _without_unused(whole: JsonObject) -> JsonObject:
    """Leave out the schemas that no operation of this version leads to."""
    schemas: JsonObject = whole["components"]["schemas"]
    used: set[str] = set()
    todo = list(_references(whole["paths"]))
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += _references(schemas[name])
    whole["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}
    return whole


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _references(item)
    elif isinstance(node, dict):
        for key, value in cast("JsonObject", node).items():
            if key == "$ref" and value.startswith("#/components/schemas/"):
                yield value.rpartition("/")[2]
            else:
                yield from _references(value)
