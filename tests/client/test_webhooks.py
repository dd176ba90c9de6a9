import httpx2
import orjson

from lodgepole.client.api_client import Client
from lodgepole.client.webhooks import WebhooksClient


def test_requests_are_as_the_api_takes_them():
    seen: list[tuple[str, str, object]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content) if request.content else None
        seen.append((request.method, request.url.raw_path.decode(), body))
        if request.method == "DELETE":
            return httpx2.Response(200)
        if request.method == "GET":
            return httpx2.Response(200, json={"webhooks": [{"id": "w"}], "deliveries": []})
        return httpx2.Response(200, json={"id": "w"})

    with Client("http://test", "key", transport=httpx2.MockTransport(answer)) as client:
        webhooks = WebhooksClient(client)
        webhooks.create("https://example.org", events=["operation.failed"], assistant=None)
        assert webhooks.list() == [{"id": "w"}]
        webhooks.update("a/b", enabled=False, url=None)
        webhooks.rotate("w")
        webhooks.test("w")
        assert list(webhooks.deliveries("w")) == []
        webhooks.redeliver("w", "m/1")
        webhooks.remove("w")
    path = "/lodgepole/webhooks"
    made = {"url": "https://example.org", "events": ["operation.failed"]}
    assert seen == [
        ("POST", path, made),
        ("GET", path, None),
        ("PATCH", f"{path}/a%2Fb", {"enabled": False}),
        ("POST", f"{path}/w/secret", None),
        ("POST", f"{path}/w/test", None),
        ("GET", f"{path}/w/deliveries", None),
        ("POST", f"{path}/w/deliveries/m%2F1/redeliver", None),
        ("DELETE", f"{path}/w", None),
    ]
