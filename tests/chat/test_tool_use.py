"""Which tools of a caller are passed on, and which are refused."""

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.chat.tool_use import MOST_TOOLS, check_tools, is_of_tools
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message, ToolCall, Tools

DEFINITION = {"type": "function", "function": {"name": "f"}}
CALLING = Message("assistant", "", (ToolCall("c1", "f", "{}"),))
RESULT = Message("tool", "5", tool_call_id="c1")
ASK = Message("user", "How much?")


def model(*, calls_tools: bool) -> ConfiguredModel:
    scripted = ScriptedChatModel([["x"]])
    return ConfiguredModel(name="m", upstream="m", model=scripted, calls_tools=calls_tools)


def test_a_model_that_calls_tools_is_given_all_of_it():
    tools = Tools(definitions=(DEFINITION,), choice="required")
    check_tools([ASK, CALLING, RESULT], tools, model(calls_tools=True))
    assert is_of_tools(CALLING)
    assert is_of_tools(RESULT)
    assert not is_of_tools(ASK)


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_tools_that_may_be_left_alone_harm_no_model(choice):
    tools = Tools(definitions=(DEFINITION,), choice=choice)
    check_tools([ASK], tools, model(calls_tools=False))


@pytest.mark.parametrize(
    ("messages", "tools"),
    [
        ([ASK], Tools(definitions=(DEFINITION,), choice="required")),
        ([ASK], Tools(definitions=(DEFINITION,), choice=DEFINITION)),
        ([ASK, CALLING], None),
        ([ASK, RESULT], None),
    ],
)
def test_what_a_model_without_tools_cannot_do_is_refused(messages, tools):
    with pytest.raises(InvalidRequest, match="calls no tools"):
        check_tools(messages, tools, model(calls_tools=False))


def test_results_without_an_id_and_too_many_tools_are_refused_for_all():
    with pytest.raises(InvalidRequest, match="tool_call_id"):
        check_tools([ASK, Message("tool", "5")], None, model(calls_tools=True))
    many = Tools(definitions=(DEFINITION,) * (MOST_TOOLS + 1))
    with pytest.raises(InvalidRequest, match="at most"):
        check_tools([ASK], many, model(calls_tools=True))
