"""One generation, taken whole; whoever leaves early stops it."""

import pytest

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.generations import LONGEST_REPLY, PIECE_CHARS, closing, collect, in_pieces, used
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.model import Message, ModelEnded, ModelRequest, ModelText, Usage

REQUEST = ModelRequest(
    model="m", messages=(Message("user", "one two three"),), question="", sources=()
)
ENDED = ModelEnded(finish_reason="stop", usage=Usage(5, 2))


class Streaming:
    """A model whose stream tells when it is closed."""

    def __init__(self, *events) -> None:
        self.events = events
        self.closed = False

    async def stream(self, _request):
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


def configured(model: Streaming) -> ConfiguredModel:
    return ConfiguredModel(name="m", upstream="m", model=model)


async def test_all_of_the_text_and_how_it_ended() -> None:
    model = Streaming(ModelText("one "), ModelText("two"), ENDED)
    assert await collect(configured(model), REQUEST) == ("one two", ENDED)
    assert model.closed


async def test_a_failure_in_the_middle_is_the_failure() -> None:
    model = Streaming(ModelText("one "), ConnectionError("gone"))
    with pytest.raises(ConnectionError):
        await collect(configured(model), REQUEST)
    assert model.closed


async def test_whoever_leaves_stops_the_generation() -> None:
    model = Streaming(ModelText("one"), ModelText("two"), ENDED)
    events = closing(model.stream(REQUEST))
    assert await anext(events) == ModelText("one")
    await events.aclose()
    assert model.closed


async def test_tokens_are_counted_here_where_the_provider_tells_none() -> None:
    silent = ModelEnded(finish_reason="stop", usage=Usage(0, 0))
    assert await used(MemoryTokenizer(), REQUEST, "a b", ENDED) == Usage(5, 2)
    assert await used(MemoryTokenizer(), REQUEST, "a b", silent) == Usage(3, 2)
    assert await used(MemoryTokenizer(), REQUEST, "", silent) == Usage(0, 0)


async def test_a_long_piece_of_text_comes_in_short_ones() -> None:
    text = "abc" * PIECE_CHARS
    model = Streaming(ModelText(""), ModelText(text), ENDED)
    events = [event async for event in in_pieces(model.stream(REQUEST))]
    pieces = [event.text for event in events if isinstance(event, ModelText)]
    assert "".join(pieces) == text
    assert max(map(len, pieces)) == PIECE_CHARS
    assert (pieces[0], events[-1]) == ("", ENDED)
    assert model.closed


async def test_a_reply_without_an_end_is_ended() -> None:
    endless = Streaming(*[ModelText("a" * LONGEST_REPLY)] * 3, ENDED)
    events = [event async for event in in_pieces(endless.stream(REQUEST))]
    assert events[-1] == ModelEnded(finish_reason="length", usage=Usage())
    assert sum(len(e.text) for e in events if isinstance(e, ModelText)) == 2 * LONGEST_REPLY
    assert endless.closed
