"""What a request for a response may say."""

import pytest

from lodgepole.api.response_input import asked_items, check, read_input, read_tool
from lodgepole.api.schemas.responses import CreateResponseRequest
from lodgepole.errors import InvalidRequest
from lodgepole.model import Message


def body(**fields) -> CreateResponseRequest:
    return CreateResponseRequest.model_validate(fields)


def test_a_text_is_a_message_of_the_user():
    assert read_input("Hi") == (Message("user", "Hi"),)


def test_items_that_say_nothing_are_passed_over():
    items = [
        {"type": "file_search_call", "id": "fs_1", "queries": [], "status": "completed"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"role": "assistant", "content": []},
        {"role": "user", "content": "Hi"},
    ]
    assert read_input(items) == (Message("user", "Hi"),)


@pytest.mark.parametrize("raw", [None, 5, {}, [], [None], [{"role": "user"}], [{"type": "x"}]])
def test_input_of_another_form_is_refused(raw):
    with pytest.raises(InvalidRequest, match="input"):
        read_input(raw)


def test_the_tool_names_one_store_with_its_options():
    assert read_tool(body()) is None
    tool = {
        "type": "file_search",
        "vector_store_ids": ["vs_a"],
        "max_num_results": 3,
        "filters": {"type": "eq", "key": "k", "value": 1},
    }
    for choice in (None, "auto", "required", {"type": "file_search"}):
        found = read_tool(body(tools=[tool], tool_choice=choice))
        assert found is not None
        assert (found.vector_store_id, found.most) == ("vs_a", 3)
        assert found.filters == tool["filters"]
    for wrong in ([tool, tool], [{**tool, "max_num_results": True}], [{**tool, "type": "x"}]):
        with pytest.raises(InvalidRequest):
            read_tool(body(tools=wrong))


def test_what_asks_for_nothing_more_passes():
    check(body(background=False, top_logprobs=0, include=["reasoning.encrypted_content"]))
    with pytest.raises(InvalidRequest):
        check(body(include=["x" * 1000]))


def test_asked_items_have_ids_of_their_response():
    items = asked_items("resp_1", [Message("user", "Hi"), Message("assistant", "Hello")])
    assert [item["id"] for item in items] == ["msg_1_0", "msg_1_1"]
    assert [item["content"][0]["type"] for item in items] == ["input_text", "output_text"]
