"""Checks whether the answering model can be given the tools of a conversation."""

from collections.abc import Sequence

from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message, Tools

MOST_TOOLS = 128
WITH_TOOLS = "Configure a model at an endpoint of OpenAI's chat completions, or leave the tools out"


def is_of_tools(message: Message) -> bool:
    """Whether the message calls tools or is the result of one, either of which may say nothing."""
    return bool(message.tool_calls) or message.role == "tool"


def check_tools(messages: Sequence[Message], tools: Tools | None, model: ConfiguredModel) -> None:
    """Refuse what the model cannot be given.

    Tools that it may leave alone are passed over where it calls none: it then answers in words,
    as any model may.

    Raises:
        InvalidRequest: Too many, a call that is forced or a result of one where the model calls
            none, or a result without the call's id.
    """
    if tools is not None and len(tools.definitions) > MOST_TOOLS:
        raise InvalidRequest(f"{len(tools.definitions)} tools; at most {MOST_TOOLS} are accepted")
    for message in messages:
        if message.role == "tool" and not message.tool_call_id:
            raise InvalidRequest("A message of a tool needs the tool_call_id that it answers")
    if model.calls_tools:
        return
    if tools is not None and tools.forced:
        raise InvalidRequest(f"Model `{model.name}` calls no tools. {WITH_TOOLS}")
    if any(is_of_tools(message) for message in messages):
        raise InvalidRequest(f"Role 'tool' is not valid: model `{model.name}` calls no tools")
