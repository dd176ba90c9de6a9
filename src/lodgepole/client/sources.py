"""Requests on sources, below `/lodgepole`."""

from collections.abc import Iterator
from urllib.parse import quote

from lodgepole.client.api_client import Client, JsonObject

PATH = "/lodgepole/sources"


class SourcesClient:
    """What one server's sources are asked with."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, assistant: str, url: str, **given: object) -> JsonObject:
        """Add a source; of the other fields, those that are None are left out."""
        body = {name: value for name, value in given.items() if value is not None}
        return self._client.call("POST", PATH, json={"assistant": assistant, "url": url, **body})

    def list(self, assistant: str | None = None) -> Iterator[JsonObject]:
        """Newest first, page by page."""
        return self._client.pages(
            PATH, "sources", {} if assistant is None else {"assistant": assistant}
        )

    def get(self, source_id: str) -> JsonObject:
        return self._client.call("GET", _path(source_id))

    def run(self, source_id: str) -> JsonObject:
        return self._client.call("POST", f"{_path(source_id)}/run")

    def pause(self, source_id: str) -> JsonObject:
        return self._client.call("POST", f"{_path(source_id)}/pause")

    def resume(self, source_id: str) -> JsonObject:
        return self._client.call("POST", f"{_path(source_id)}/resume")

    def remove(self, source_id: str, *, with_files: bool) -> None:
        params = {"files": "true"} if with_files else {}
        self._client.call("DELETE", _path(source_id), params=params)

    def runs(self, source_id: str) -> Iterator[JsonObject]:
        """Newest first, page by page."""
        return self._client.pages(f"{_path(source_id)}/runs", "runs", {})


def _path(source_id: str) -> str:
    return f"{PATH}/{quote(source_id, safe='')}"
