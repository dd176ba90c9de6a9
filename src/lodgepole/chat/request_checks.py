"""Refuses a turn or a search whose messages or options are outside their limits."""

from collections.abc import Sequence

from lodgepole.chat.requests import ChatRequest, ContextRequest
from lodgepole.chat.text_limits import count_within_limits
from lodgepole.chat.tool_use import is_of_tools
from lodgepole.errors import InvalidRequest
from lodgepole.limits import Limits
from lodgepole.model import Message
from lodgepole.ports.tokenizer import Tokenizer

ROLES = ("user", "assistant", "system", "tool")
TEMPERATURES = (0.0, 2.0)


async def check_messages(
    messages: Sequence[Message], *, tokenizer: Tokenizer, limits: Limits
) -> None:
    """Check that there are messages, of known roles, none of them empty, not too long together.

    Raises:
        InvalidRequest: One of these does not hold.
    """
    if not messages:
        raise InvalidRequest("Must have at least 1 message")
    for message in messages:
        if message.role not in ROLES:
            raise InvalidRequest(f"Role '{message.role}' is not valid")
        if not message.content.strip() and not is_of_tools(message):
            raise InvalidRequest("Message content cannot be empty")
    await count_within_limits(
        [m.content for m in messages],
        "messages",
        tokenizer=tokenizer,
        limits=limits,
        advice=". Leave out older ones",
    )


def check_options(request: ChatRequest | ContextRequest, limits: Limits) -> None:
    """Check how many snippets are asked for, how large, with which figures, and the temperature.

    Raises:
        InvalidRequest: A value is outside its limits, or two contradict each other.
    """
    if request.top_k is not None and not 1 <= request.top_k <= limits.top_k:
        raise InvalidRequest(f"top_k must be between 1 and {limits.top_k}, got {request.top_k}")
    size = request.snippet_tokens
    if size is not None and not limits.snippet_tokens_min <= size <= limits.snippet_tokens:
        raise InvalidRequest(
            f"snippet_size must be between {limits.snippet_tokens_min} and "
            f"{limits.snippet_tokens}, got {size}"
        )
    if request.multimodal is False and request.include_binary_content is True:
        raise InvalidRequest("include_binary_content is only available when multimodal is true")
    low, high = TEMPERATURES
    temperature = request.temperature if isinstance(request, ChatRequest) else None
    if temperature is not None and not low <= temperature <= high:
        raise InvalidRequest(
            f"Temperature must be between {low:g} and {high:g}, got {temperature:g}"
        )
