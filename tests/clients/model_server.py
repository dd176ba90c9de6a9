"""A language model of a few rules at chat completions of the OpenAI API, for clients that need one.

It calls the tool that it must, answers with JSON that follows the schema it is told, else with a
sentence that cites its first source. What it writes depends on the request alone.

python tests/clients/model_server.py PORT [SECONDS before the first word]
"""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCHEMA_RULE = "follows this JSON Schema:\n"
WORDS = ("Mooring ", "costs 14 euros ", "a day [1].")


PLAIN = {"integer": 14, "number": 14, "boolean": True, "null": None}


def instance(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """A value that follows the schema, as plain as it can be."""
    root = root or schema
    if "$ref" in schema:
        place: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        return instance(place, root)
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return instance(schema[name][0], root)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {k: instance(v, root) for k, v in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema.get("items", {}), root)]
    return PLAIN.get(kind, "14 euros")


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """The delta of a whole answer, and why it ends."""
    tools, choice = asked.get("tools") or [], asked.get("tool_choice")
    answered = any(message["role"] == "tool" for message in asked["messages"])
    if tools and not (answered and choice in (None, "auto")):
        wanted = choice["function"]["name"] if isinstance(choice, dict) else None
        tool = next((t for t in tools if t["function"]["name"] == wanted), tools[0])["function"]
        arguments = json.dumps(instance(tool.get("parameters") or {"type": "object"}))
        call = {
            "index": 0,
            "id": "call_1",
            "type": "function",
            "function": {"name": tool["name"], "arguments": arguments},
        }
        return {"delta": {"role": "assistant", "tool_calls": [call]}, "why": "tool_calls"}
    if asked.get("response_format"):
        return {"delta": {"content": json.dumps(_json(asked["messages"]))}, "why": "stop"}
    return {"delta": None, "why": "stop"}


def _json(messages: list[dict[str, Any]]) -> Any:
    for message in messages:
        _, rule, schema = str(message["content"]).partition(SCHEMA_RULE)
        if rule:
            return instance(json.loads(schema))
    # Some programs put the schema into words of their own, or name the fields of the answer.
    text = "\n".join(str(message["content"]) for message in messages)
    for place in re.finditer(r"\{\s*\"", text):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, place.start())
        except json.JSONDecodeError:
            continue
        if "properties" in found:
            return instance(found)
    fields = re.findall(r"output fields are:\s*1\. `(\w+)`", text) or ["answer"]
    return dict.fromkeys(fields, "14 euros")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wait = 0.0

    def do_GET(self) -> None:
        self._send("application/json", json.dumps({"object": "list", "data": []}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.wait)
        said = reply(asked)
        deltas = [said["delta"]] if said["delta"] else [{"content": word} for word in WORDS]
        base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        chunks = [
            {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas
        ]
        end = {"index": 0, "delta": {}, "finish_reason": said["why"]}
        usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
        chunks += [{**base, "choices": [end]}, {**base, "choices": [], "usage": usage}]
        events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        self._send("text/event-stream", "".join([*events, "data: [DONE]\n\n"]).encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def serving(port: int = 0, *, wait: float = 0.0) -> ThreadingHTTPServer:
    """A server in threads of this process; its `server_port` is the one it has."""
    handler = type("Waiting", (Handler,), {"wait": wait})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    serving(int(sys.argv[1]), wait=float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
    threading.Event().wait()
