import pytest

from lodgepole.api.schemas.messages import MessageRequest
from lodgepole.api.turns import messages_of
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message


@pytest.mark.parametrize(
    ("role", "content", "message"),
    [
        (None, "Hi", Message("user", "Hi")),
        ("developer", "Be brief.", Message("system", "Be brief.")),
        ("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        ("user", None, Message("user", "")),
    ],
)
def test_messages_are_read_in_the_forms_that_clients_send(role, content, message):
    expected = message if isinstance(message, Message) else Message("user", message)
    assert messages_of([MessageRequest(role=role, content=content)]) == (expected,)


@pytest.mark.parametrize("content", [None, "", " \n", []])
def test_empty_turns_of_the_assistant_are_left_out(content):
    turns = [MessageRequest(role="assistant", content=content), MessageRequest(content="Hi")]
    assert messages_of(turns) == (Message("user", "Hi"),)


@pytest.mark.parametrize("content", [5, {"a": 1}, [{"type": "image_url"}], ["text"]])
def test_other_content_is_refused(content):
    with pytest.raises(InvalidRequest, match="content"):
        messages_of([MessageRequest(role="user", content=content)])
