"""One OpenAPI 3.1 document for each API version: routes, schemas and the operator's limits."""

from collections.abc import Iterator
from typing import Any, cast

from fastapi.dependencies.models import Dependant
from fastapi.params import Param
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import lodgepole
from lodgepole.api.openapi.markers import JsonObject, Source, ref, resolved
from lodgepole.api.openapi.operations import (
    ADDITIONS,
    ALWAYS,
    CHUNKS,
    COMPATIBLE,
    MEANINGS,
    OPERATIONS,
    STREAMED,
    Described,
)
from lodgepole.api.openapi.surfaces import PUBLISHED, Surface
from lodgepole.api.openapi.values import FILE_METADATA, METADATA_CONDITION, METADATA_FILTER
from lodgepole.api.schemas import files, openai, wire
from lodgepole.api.schemas.wire import served_to
from lodgepole.api.versions import VERSION_HEADER

DATES = ("2025-01", "2025-04", "2025-10", "2026-04")
"""The versions with a document, oldest first."""
UNCHANGED_SINCE = ("2026-07",)
"""Later versions that changed nothing in this API: their documents differ in the date alone."""
EVALUATION = "metrics_alignment"
FILE_ID = "assistant_file_id"
_PLACES = {
    "source_id": "The id of a source.",
    "webhook_id": "The webhook's id.",
    "delivery_id": "The delivery's id.",
    "assistant_name": "The assistant's name.",
    FILE_ID: "The file's id.",
    "operation_id": "The operation's id.",
    "key_id": "The key's id.",
    "model": "The name of an assistant.",
    "file_id": "The file's id.",
    "vector_store_id": "The store's id, or the assistant's name.",
    "batch_id": "The batch's id.",
    "response_id": "The response's id.",
    "session_id": "The session's id.",
    "person_id": "The id of somebody who signed in, as sessions and the audit log have it.",
    "share_id": "The link's id.",
    "conversation_id": "The conversation's id.",
    "answer_id": "The answer's id.",
}


def document(source: Source, surface: Surface = PUBLISHED) -> JsonObject:
    """The whole document, JSON-ready."""
    paths: dict[str, JsonObject] = {}
    for route in _routes(surface):
        assert route.operation_id and route.methods, f"{route.path} has an operation_id"
        described = surface.operations[route.operation_id]
        if served_to(source.version, route.openapi_extra or {}):
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
        "paths": resolved(paths, source),
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
            "schemas": resolved(_schemas(), source),
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
            **_answers(described, source, surface),
            **{
                str(status): _failure(status, _failure_shape(status, route, surface))
                for status in sorted({*ALWAYS, *described.errors})
            },
        },
    }
    if described.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref(described.body.__name__)}},
        }
    if described.lines is not None:
        operation["requestBody"] = {
            "required": True,
            "description": described.lines,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        }
    if described.form:
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": ref("FileForm"), "encoding": _FORM}},
        }
    if described.upload:
        form = "FileData" if source.version.has_metadata_in_form else "FileOnly"
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": ref(form), "encoding": _FORM}},
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
            shown = cast("Param", info).include_in_schema
            if not (shown and served_to(source.version, extra)):
                continue
            shape: JsonObject = {"schema": {"type": "integer" if is_int else "string", **extra}}
            if "x-json" in extra:
                shape = {"content": {"application/json": {"schema": ref(extra["x-json"])}}}
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


def _event(name: str) -> JsonObject:
    """Of each event, as OpenAPI describes them: what is sent is the text of its `data`."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": ref(name)}
    return {"type": "object", "properties": {"data": data}, "required": ["data"]}


def _headers(*names: str) -> JsonObject:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _answers(described: Described, source: Source, surface: Surface) -> JsonObject:
    if described.accepted and source.version.has_operations:
        content = {"application/json": {"schema": ref(files.OperationModel.__name__)}}
        return {
            "202": {
                "description": "Accepted; the operation says when it is done.",
                "headers": _headers("Location"),
                "content": content,
                **({"links": _LINKS} if "describe_operation" in surface.operations else {}),
            }
        }
    answer: JsonObject = {"description": "Done.", "headers": _headers()}
    if described.bytes:
        answer["content"] = {"application/octet-stream": {"schema": {"type": "string"}}}
    if described.text is not None:
        answer["content"] = {described.text: {"schema": {"type": "string"}}}
    if described.answer is not None:
        answer["content"] = {"application/json": {"schema": ref(described.answer.__name__)}}
        if described.events is not None:
            answer["content"]["text/event-stream"] = {"schema": _event(described.events)}
    return {"200": answer}


def _failure_shape(status: int, route: APIRoute, surface: Surface) -> type[BaseModel]:
    if route.operation_id == EVALUATION and status in (422, 500):
        return wire.BasicErrorResponse
    return surface.failure


def _failure(status: int, shape: type[BaseModel]) -> JsonObject:
    return {
        "description": MEANINGS[status],
        "headers": _headers("Retry-After") if status in (429, 503) else _headers(),
        "content": {"application/json": {"schema": ref(shape.__name__)}},
    }


# --- schemas ----------------------------------------------------------------------------------


def _schemas() -> JsonObject:
    every = (*OPERATIONS.values(), *ADDITIONS.values(), *COMPATIBLE.values())
    bodies = {d.body for d in every if d.body is not None}
    answers = {d.answer for d in every if d.answer is not None}
    failures = {wire.ErrorResponse, wire.BasicErrorResponse, openai.OpenAIErrorResponse}
    shown = {*answers, *STREAMED, files.OperationModel, *failures}
    _, definitions = models_json_schema(
        [
            *((model, "validation") for model in sorted(bodies, key=lambda m: m.__name__)),
            *((model, "serialization") for model in sorted(shown, key=lambda m: m.__name__)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    chunks = {model.model_fields["type"]: model.__name__ for model in CHUNKS}
    upload: JsonObject = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
    with_metadata = {
        **upload["properties"],
        "metadata": ref("FileMetadata"),
    }
    return {
        **cast("JsonObject", definitions["$defs"]),
        "StreamChatChunkModel": {
            "description": "One event of a streamed answer.",
            "oneOf": [ref(name) for name in chunks.values()],
            "discriminator": {"propertyName": "type"},
        },
        "FileForm": {
            **upload,
            "properties": {
                **upload["properties"],
                "purpose": {"type": "string", "minLength": 1, "maxLength": 64},
            },
            "required": ["file", "purpose"],
        },
        "FileOnly": upload,
        "FileData": {**upload, "properties": with_metadata},
        "FileMetadata": FILE_METADATA,
        "MetadataCondition": METADATA_CONDITION,
        "MetadataFilter": METADATA_FILTER,
    }


# --- what is left out -------------------------------------------------------------------------


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
