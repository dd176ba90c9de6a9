"""Requests on webhooks, below `/lodgepole`."""

from collections.abc import Iterator
from urllib.parse import quote

from lodgepole.client.api_client import Client, JsonObject

PATH = "/lodgepole/webhooks"


class WebhooksClient:
    """What one server's webhooks are asked with."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, url: str, **given: object) -> JsonObject:
        """Make a webhook, with its secret; other fields that are None are left out."""
        body = {name: value for name, value in given.items() if value is not None}
        return self._client.call("POST", PATH, json={"url": url, **body})

    def list(self) -> list[JsonObject]:
        """All of them, oldest first."""
        return self._client.call("GET", PATH)["webhooks"]

    def update(self, webhook_id: str, **given: object) -> JsonObject:
        """Change what is not None."""
        body = {name: value for name, value in given.items() if value is not None}
        return self._client.call("PATCH", _path(webhook_id), json=body)

    def rotate(self, webhook_id: str) -> JsonObject:
        """Make a new secret; the webhook with it."""
        return self._client.call("POST", f"{_path(webhook_id)}/secret")

    def test(self, webhook_id: str) -> JsonObject:
        return self._client.call("POST", f"{_path(webhook_id)}/test")

    def remove(self, webhook_id: str) -> None:
        self._client.call("DELETE", _path(webhook_id))

    def deliveries(self, webhook_id: str) -> Iterator[JsonObject]:
        """Newest first, page by page."""
        return self._client.pages(f"{_path(webhook_id)}/deliveries", "deliveries", {})

    def redeliver(self, webhook_id: str, delivery_id: str) -> JsonObject:
        path = f"{_path(webhook_id)}/deliveries/{quote(delivery_id, safe='')}/redeliver"
        return self._client.call("POST", path)


def _path(webhook_id: str) -> str:
    return f"{PATH}/{quote(webhook_id, safe='')}"
