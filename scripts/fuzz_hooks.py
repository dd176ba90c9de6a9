"""A check that schemathesis has not: the JSON inside of each server-sent event."""

import json

import jsonschema_rs
import schemathesis


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
