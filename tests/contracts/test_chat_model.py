"""What every chat model does: text, then one end; its usage is counted; it can be left."""

from contextlib import aclosing

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.quoting.quote_selection import ExtractiveChatModel
from lodgepole.model import Message, ModelEnded, ModelRequest, ModelText

MAKERS = {
    "memory": lambda: ScriptedChatModel([["Hel", "lo."]]),
    "extractive": lambda: ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer()),
}
REQUEST = ModelRequest(
    model="any",
    messages=(Message("system", "Be brief."), Message("user", "Say hello.")),
    question="Say hello.",
    sources=(),
)


@pytest.fixture(params=list(MAKERS))
def model(request):
    return MAKERS[request.param]()


async def test_text_comes_first_and_one_end_last(model):
    events = [e async for e in model.stream(REQUEST)]
    assert all(isinstance(e, ModelText) for e in events[:-1])
    assert all(e.text for e in events[:-1])
    end = events[-1]
    assert isinstance(end, ModelEnded)
    assert end.finish_reason == "stop"
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens > 0


async def test_it_can_be_asked_again(model):
    for _ in range(2):
        assert [e async for e in model.stream(REQUEST)]


async def test_it_can_be_left_after_the_first_text(model):
    async with aclosing(model.stream(REQUEST)) as stream:
        async for event in stream:
            assert isinstance(event, ModelText)
            break
    assert await anext(stream, None) is None
