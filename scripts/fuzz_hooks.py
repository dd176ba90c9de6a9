"""What schemathesis lacks: a look inside of events and forms, and a limit to addresses."""

import json

import jsonschema_rs
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

ADDRESS_BYTES = 1024 * 1024  # as in lodgepole.cli.serve; a longer one never reaches the API
ESCAPED_BYTES = 3  # of one byte in an address, at most


@schemathesis.hook
def filter_query(context, query):  # noqa: ARG001  the signature is theirs
    return len(json.dumps(query, default=str)) * ESCAPED_BYTES < ADDRESS_BYTES


@schemathesis.hook
def filter_case(context, case):  # noqa: ARG001  the signature is theirs
    """Not the form that is called invalid and is valid.

    A form with bytes in it is never checked against its schema there, so what was changed in the
    schema of a metadata that came out as null counts as wrong.
    """
    if case.media_type != "multipart/form-data" or case.meta is None:
        return True
    parts = case.meta.components.items()
    wrong = {place for place, part in parts if part.mode is GenerationMode.NEGATIVE}
    return wrong != {ParameterLocation.BODY} or not _is_valid_form(case)


def _is_valid_form(case):
    document = case.operation.schema.raw_schema
    body = document["paths"][case.operation.path][case.method.lower()]["requestBody"]
    schema = {
        **body["content"]["multipart/form-data"]["schema"],
        "components": document["components"],
    }
    if not isinstance(case.body, dict):
        return False
    form = dict(case.body)
    if isinstance(form.get("file"), str | bytes):
        form["file"] = ""  # its bytes are always right
    try:
        return jsonschema_rs.validator_for(schema).is_valid(form)
    except ValueError:  # more bytes, where none belong
        return False


@schemathesis.check
def event_data_conformance(context, response, case):  # noqa: ARG001  the signature is theirs
    """The `data` of every event is what the document's `contentSchema` says."""
    if not response.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        return
    document = case.operation.schema.raw_schema
    answer = document["paths"][case.operation.path][case.method.lower()]["responses"]["200"]
    event = answer["content"]["text/event-stream"]["schema"]
    schema = {**event["properties"]["data"]["contentSchema"], "components": document["components"]}
    validator = jsonschema_rs.validator_for(schema)
    frames = response.content.decode().split("\n\n")
    assert frames.pop() == "", "the stream ends with a whole event"
    for frame in frames:
        assert frame.startswith(("data:{", ":")), f"no event as clients read them: {frame[:80]!r}"
        if frame.startswith("data:"):
            validator.validate(json.loads(frame.removeprefix("data:")))
