"""Requests on conversations, below `/lodgepole`."""

from collections.abc import Generator, Iterator
from urllib.parse import quote

from lodgepole.client.api_client import Client, JsonObject

PATH = "/lodgepole/conversations"


class ConversationsClient:
    """What one key's conversations are asked with."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, assistant: str) -> JsonObject:
        return self._client.call("POST", PATH, json={"assistant": assistant})

    def bring(self, assistant: str, conversation: JsonObject) -> JsonObject:
        """Make one of what `get` had elsewhere."""
        given = {"title": conversation["title"], "messages": conversation["messages"]}
        return self._client.call("POST", PATH, json={"assistant": assistant, **given})

    def list(self, assistant: str | None = None, search: str | None = None) -> Iterator[JsonObject]:
        """The one used last first, page by page."""
        asked = {"assistant": assistant, "search": search}
        wanted = {name: value for name, value in asked.items() if value is not None}
        return self._client.pages(PATH, "conversations", wanted)

    def get(self, conversation_id: str) -> JsonObject:
        """The conversation with its messages."""
        return self._client.call("GET", _path(conversation_id))

    def ask(self, conversation_id: str, request: JsonObject) -> JsonObject:
        return self._client.call("POST", f"{_path(conversation_id)}/messages", json=request)

    def stream(self, conversation_id: str, request: JsonObject) -> Generator[JsonObject]:
        """The answer as it is made, as `Client.stream_chat` has it."""
        return self._client.stream(f"{_path(conversation_id)}/messages", request)

    def delete(self, conversation_id: str) -> JsonObject:
        return self._client.call("DELETE", _path(conversation_id))

    def restore(self, conversation_id: str) -> JsonObject:
        return self._client.call("POST", f"{_path(conversation_id)}/restore")

    def share(self, conversation_id: str) -> JsonObject:
        """The link by which others of the project read it."""
        return self._client.call("POST", f"{_path(conversation_id)}/share")

    def unshare(self, conversation_id: str) -> None:
        self._client.call("DELETE", f"{_path(conversation_id)}/share")

    def export(self, conversation_id: str) -> str:
        """The conversation as Markdown."""
        return self._client.text(f"{_path(conversation_id)}/export")


def _path(conversation_id: str) -> str:
    return f"{PATH}/{quote(conversation_id, safe='')}"
