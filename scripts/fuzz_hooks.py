"""What schemathesis lacks: a look inside of server-sent events, and a limit to addresses."""

import json

import jsonschema_rs
import schemathesis

ADDRESS_BYTES = 1024 * 1024  # as in lodgepole.cli.serve; a longer one never reaches the API
ESCAPED_BYTES = 3  # of one byte in an address, at most


@schemathesis.hook
def filter_query(context, query):  # noqa: ARG001  the signature is theirs
    return len(json.dumps(query, default=str)) * ESCAPED_BYTES < ADDRESS_BYTES


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
