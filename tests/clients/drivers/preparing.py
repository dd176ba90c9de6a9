"""Assistants with documents, for clients that cannot make them: `openai` and `mcp`."""

import json
import urllib.request
from typing import Any

from recording import DOCUMENTS, KEY, URL, same


def request(method: str, path: str, body: bytes | None = None, content_type: str = "") -> Any:
    """One request of the newest version of the API; its JSON."""
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07", "Content-Type": content_type}
    asked = urllib.request.Request(f"{URL}{path}", data=body, method=method, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as response:
        return json.loads(response.read() or b"null")


def prepare(name: str, *, document: str = "rules.pdf", content: bytes | None = None) -> None:
    """Make an assistant with one document, and wait until it is available."""
    body = json.dumps({"name": name}).encode()
    request("POST", "/assistant/assistants", body, "application/json")
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{document}"\r\n\r\n'
    content = (DOCUMENTS / document).read_bytes() if content is None else content
    form = head.encode() + content + b"\r\n--B--\r\n"
    operation = request("POST", f"/assistant/files/{name}", form, "multipart/form-data; boundary=B")
    while operation["status"] == "Processing":  # each request is held until the end is near
        operation = request("GET", f"/assistant/operations/{name}/{operation['id']}")
    same(operation["status"], "Completed")
