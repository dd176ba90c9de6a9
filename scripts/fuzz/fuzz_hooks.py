"""What schemathesis lacks: a look inside of events and forms, and a limit to addresses."""

import json

import jsonschema_rs
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

ADDRESS_BYTES = 1024 * 1024  # as in lodgepole.api.http_protocol; a longer one never reaches the API
ESCAPED_BYTES = 3  # of one byte in an address, at most


@schemathesis.hook
def filter_query(context, query):  # noqa: ARG001  the signature is theirs
    return len(json.dumps(query, default=str)) * ESCAPED_BYTES < ADDRESS_BYTES


@schemathesis.hook
def filter_case(context, case):  # noqa: ARG001  the signature is theirs
    """Not the upload that is called invalid and is valid.

    A form with bytes in it is never checked against its schema there, so what was changed in the
    schema of a metadata that came out as null counts as wrong.
    """
    if case.media_type != "multipart/form-data" or case.meta is None:
        return True
    parts = case.meta.components.items()
    wrong = {place for place, part in parts if part.mode is GenerationMode.NEGATIVE}
    if ParameterLocation.BODY not in wrong or wrong - {
        ParameterLocation.BODY,
        ParameterLocation.QUERY,
    }:
        return True
    return not (_is_valid_form(case) and _is_valid_query(case))


def _is_valid_form(case):
    form = dict(case.body) if isinstance(case.body, dict) else {}
    if isinstance(form.get("file"), str | bytes):
        form["file"] = ""  # its bytes are always right
    schema = _documented(case)["requestBody"]["content"]["multipart/form-data"]["schema"]
    try:
        return _is_valid(case, schema, form)
    except ValueError:  # more bytes, where none belong
        return False


def _is_valid_query(case):
    """As far as it is documented: what else an address holds is ignored."""
    schemas = {
        parameter["name"]: parameter.get("schema", False)
        for parameter in _documented(case)["parameters"]
        if parameter["in"] == "query"
    }
    sent = {name: value for name, value in (case.query or {}).items() if name in schemas}
    return all(_is_valid(case, schemas[name], value) for name, value in sent.items())


def _documented(case):
    return case.operation.schema.raw_schema["paths"][case.operation.path][case.method.lower()]


def _is_valid(case, schema, value):
    components = case.operation.schema.raw_schema["components"]
    return jsonschema_rs.validator_for({"allOf": [schema], "components": components}).is_valid(
        value
    )


@schemathesis.check
def event_data_conformance(context, response, case):  # noqa: ARG001  the signature is theirs
    """The `data` of every event is what the document's `contentSchema` says."""
    if not response.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        return
    content = _documented(case)["responses"]["200"]["content"]["text/event-stream"]
    schema = content["schema"]["properties"]["data"]["contentSchema"]
    components = case.operation.schema.raw_schema["components"]
    validator = jsonschema_rs.validator_for({**schema, "components": components})
    frames = response.content.decode().split("\n\n")
    assert frames.pop() == "", "the stream ends with a whole event"
    for frame in frames:
        assert frame.startswith(("data:{", ":")), f"no event as clients read them: {frame[:80]!r}"
        if frame.startswith("data:"):
            validator.validate(json.loads(frame.removeprefix("data:")))
