"""Conversation history of `lodgepole chat`: sent with each question, or kept on the server."""

from collections.abc import Generator

from lodgepole.client.api_client import Client, JsonObject, user_message
from lodgepole.client.conversations import ConversationsClient
from lodgepole.errors import InvalidRequest


class SentTalk:
    """A conversation that is nowhere but here."""

    def __init__(self, client: Client, assistant: str, request: JsonObject) -> None:
        self._client = client
        self._assistant = assistant
        self._request = request
        self._messages: list[JsonObject] = []

    def ask(self, question: str) -> JsonObject:
        return self._client.chat(self._assistant, self._asked(question))

    def stream(self, question: str) -> Generator[JsonObject]:
        return self._client.stream_chat(self._assistant, self._asked(question))

    def answered(self, question: str, answer: str) -> None:
        """Remember a turn, so that the next question goes on from it."""
        if answer:
            said = {"role": "assistant", "content": answer}
            self._messages = [*self._messages, user_message(question), said]

    def _asked(self, question: str) -> JsonObject:
        return {**self._request, "messages": [*self._messages, user_message(question)]}


class KeptTalk:
    """A conversation that the server keeps."""

    def __init__(
        self, conversations: ConversationsClient, conversation_id: str, request: JsonObject
    ) -> None:
        self._conversations = conversations
        self._id = conversation_id
        self._request = request

    def ask(self, question: str) -> JsonObject:
        return self._conversations.ask(self._id, {**self._request, "content": question})

    def stream(self, question: str) -> Generator[JsonObject]:
        return self._conversations.stream(self._id, {**self._request, "content": question})

    def answered(self, question: str, answer: str) -> None:
        """Do nothing: the server remembers."""


def kept_talk(
    client: Client,
    assistant: str,
    request: JsonObject,
    conversation_id: str | None,
    *,
    go_on: bool,
) -> KeptTalk:
    """The conversation of this id, the one used last, or a new one.

    Raises:
        InvalidRequest: The id's conversation is with another assistant.
    """
    conversations = ConversationsClient(client)
    if conversation_id is not None:
        found = conversations.get(conversation_id)
        if found["assistant"] != assistant:
            raise InvalidRequest(
                f"Conversation {conversation_id} is with {found['assistant']}, not {assistant}."
            )
    else:
        last = next(conversations.list(assistant), None) if go_on else None
        found = last or conversations.create(assistant)
    options = {name: value for name, value in request.items() if name != "include_highlights"}
    return KeptTalk(conversations, found["id"], options)
