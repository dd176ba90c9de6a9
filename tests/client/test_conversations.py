"""Requests on conversations are as the API takes them."""

import httpx2
import orjson

from lodgepole.client.api_client import Client
from lodgepole.client.conversations import ConversationsClient

PATH = "/lodgepole/conversations"
END = b'data:{"type":"message_end"}\n\n'


def test_requests_are_as_the_api_takes_them():
    seen: list[tuple[str, str, object]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content) if request.content else None
        seen.append((request.method, request.url.raw_path.decode(), body))
        if request.url.path.endswith("/export"):
            return httpx2.Response(200, text="# Title\n")
        if body and body.get("stream"):
            return httpx2.Response(200, content=END)
        return httpx2.Response(200, json={"id": "c", "conversations": [{"id": "c"}]})

    with Client("http://test", "key", transport=httpx2.MockTransport(answer)) as client:
        conversations = ConversationsClient(client)
        assert conversations.create("docs")["id"] == "c"
        talk = {"title": "T", "messages": [], "id": "old"}
        assert conversations.bring("docs", talk)["id"] == "c"
        assert list(conversations.list()) == [{"id": "c"}]
        assert list(conversations.list("docs", "two words")) == [{"id": "c"}]
        for call in (conversations.get, conversations.delete, conversations.restore):
            assert call("a/b")["id"] == "c"
        assert conversations.ask("c", {"content": "?"})["id"] == "c"
        assert list(conversations.stream("c", {"content": "?"})) == [{"type": "message_end"}]
        assert conversations.export("c") == "# Title\n"
        assert conversations.share("c")["id"] == "c"
        conversations.unshare("c")
    assert seen == [
        ("POST", PATH, {"assistant": "docs"}),
        ("POST", PATH, {"assistant": "docs", "title": "T", "messages": []}),
        ("GET", PATH, None),
        ("GET", f"{PATH}?assistant=docs&search=two+words", None),
        ("GET", f"{PATH}/a%2Fb", None),
        ("DELETE", f"{PATH}/a%2Fb", None),
        ("POST", f"{PATH}/a%2Fb/restore", None),
        ("POST", f"{PATH}/c/messages", {"content": "?"}),
        ("POST", f"{PATH}/c/messages", {"content": "?", "stream": True}),
        ("GET", f"{PATH}/c/export", None),
        ("POST", f"{PATH}/c/share", None),
        ("DELETE", f"{PATH}/c/share", None),
    ]
