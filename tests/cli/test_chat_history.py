"""Conversations of the command line, sent along or kept."""

import httpx2
import orjson
import pytest

from lodgepole.cli.chat_history import KeptTalk, SentTalk, kept_talk
from lodgepole.client.api_client import Client
from lodgepole.errors import InvalidRequest

PATH = "/lodgepole/conversations"


class Server:
    """Notes what it was asked, and has these conversations."""

    def __init__(self, *conversations: str) -> None:
        self.conversations = [{"id": id_, "assistant": "docs"} for id_ in conversations]
        self.seen: list[tuple[str, str, object]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content) if request.content else None
        self.seen.append((request.method, request.url.path, body))
        if (request.method, request.url.path) == ("GET", PATH):
            return httpx2.Response(200, json={"conversations": self.conversations})
        if body and body.get("stream"):
            return httpx2.Response(200, content=b'data:{"type":"message_end"}\n\n')
        return httpx2.Response(200, json={"id": "new", "assistant": "docs"})

    @property
    def client(self) -> Client:
        return Client("http://test", "key", transport=httpx2.MockTransport(self))


def test_what_was_said_is_sent_along():
    server = Server()
    with server.client as client:
        talk = SentTalk(client, "docs", {"top_k": 3})
        list(talk.stream("One?"))
        talk.answered("One?", "1")
        talk.answered("Nothing?", "")
        talk.ask("Two?")
    *_, (_, path, body) = server.seen
    assert path == "/assistant/chat/docs"
    assert body == {
        "top_k": 3,
        "stream": False,
        "messages": [
            {"role": "user", "content": "One?"},
            {"role": "assistant", "content": "1"},
            {"role": "user", "content": "Two?"},
        ],
    }


@pytest.mark.parametrize(
    ("there", "given", "go_on", "used"),
    [
        (("c1", "c2"), None, True, "c1"),
        ((), None, True, "new"),
        (("c1",), None, False, "new"),
        (("c1",), "c9", False, "c9"),
    ],
)
def test_a_kept_one_is_the_one_that_is_meant(there, given, go_on, used):
    server = Server(*there)
    with server.client as client:
        request = {"include_highlights": True, "model": "m"}
        talk = kept_talk(client, "docs", request, given, go_on=go_on)
        list(talk.stream("One?"))
        talk.answered("One?", "1")
        talk.ask("Two?")
    path = f"{PATH}/{'new' if used == 'c9' else used}/messages"
    assert server.seen[-2:] == [
        ("POST", path, {"model": "m", "content": "One?", "stream": True}),
        ("POST", path, {"model": "m", "content": "Two?"}),
    ]
    assert isinstance(talk, KeptTalk)


def test_one_with_another_assistant_is_refused():
    with Server().client as client, pytest.raises(InvalidRequest, match="is with docs"):
        kept_talk(client, "other", {}, "c1", go_on=False)
