"""What a turn or a search may ask for, at its limits and beyond them."""

from typing import Any

import pytest

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.request_checks import ROLES, check_messages, check_options
from lodgepole.chat.requests import ChatRequest, ContextRequest
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import Message, ToolCall

LIMITS = Limits(history_tokens=20, top_k=64, snippet_tokens_min=512, snippet_tokens=8192)
HELLO = (Message("user", "Hello"),)


async def check(*messages: Message) -> None:
    await check_messages(messages, tokenizer=MemoryTokenizer(), limits=LIMITS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -0.1}, "Temperature must be between 0 and 2, got -0.1"),
        ({"temperature": 2.1}, "Temperature must be between 0 and 2, got 2.1"),
        ({"temperature": float("nan")}, "Temperature must be between 0 and 2, got nan"),
        ({"temperature": float("inf")}, "Temperature must be between 0 and 2, got inf"),
        ({"top_k": 0}, "top_k must be between 1 and 64, got 0"),
        ({"top_k": 65}, "top_k must be between 1 and 64, got 65"),
        ({"snippet_tokens": 511}, "snippet_size must be between 512 and 8192, got 511"),
        ({"snippet_tokens": 8193}, "snippet_size must be between 512 and 8192, got 8193"),
        (
            {"multimodal": False, "include_binary_content": True},
            "include_binary_content is only available when multimodal is true",
        ),
    ],
)
def test_options_outside_their_limits_are_refused_by_name(options: dict[str, Any], message: str):
    with pytest.raises(InvalidRequest) as refused:
        check_options(ChatRequest(messages=HELLO, **options), LIMITS)
    assert str(refused.value) == message
    if "temperature" not in options:
        with pytest.raises(InvalidRequest) as refused:
            check_options(ContextRequest(query="Hello", **options), LIMITS)
        assert str(refused.value) == message


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.0},
        {"temperature": 2.0},
        {"top_k": 1, "snippet_tokens": 512},
        {"top_k": 64, "snippet_tokens": 8192},
        {"multimodal": True, "include_binary_content": True},
        {"include_binary_content": True},
        {"multimodal": False, "include_binary_content": False},
    ],
)
def test_options_at_their_limits_are_taken(options: dict[str, Any]):
    check_options(ChatRequest(messages=HELLO, **options), LIMITS)


async def test_a_history_is_taken_up_to_its_limit_over_all_messages():
    await check(Message("user", "word " * 10), Message("assistant", "word " * 10))
    with pytest.raises(InvalidRequest, match=r"at most 20.*Leave out older ones"):
        await check(Message("user", "word " * 10), Message("assistant", "word " * 11))


async def test_every_known_role_is_taken_and_no_other_spelling_of_one():
    for role in ROLES:
        await check(Message(role, "Hello"))
    for role in ("", "User", "developer", "function"):
        with pytest.raises(InvalidRequest, match=f"Role '{role}' is not valid"):
            await check(Message(role, "Hello"))  # type: ignore[arg-type]


async def test_a_message_may_be_empty_only_where_it_is_of_tools():
    call = ToolCall("call-1", "weather", "{}")
    await check(
        Message("user", "Hello"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "", tool_call_id="call-1"),
    )
    with pytest.raises(InvalidRequest, match="Message content cannot be empty"):
        await check(Message("assistant", ""))
