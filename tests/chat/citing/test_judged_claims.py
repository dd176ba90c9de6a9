"""An answer in another language than its sources is cited by the model's word, and says so."""

from dataclasses import replace

from tests.support.chat import make_sources

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.answer_stream import Replies
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.errors import Unavailable
from lodgepole.model import AnswerCitation, AnswerEnded, AnswerText, Message, ModelRequest, Usage

SOURCES = make_sources(
    "The kettle has a warranty of 24 months from the purchase. It is made in the old town.",
    "The office opens at nine in the morning and is closed on Sunday.",
)
ANSWER = (
    "Der Wasserkocher hat eine Garantie von 24 Monaten ab dem Kauf [1]. "
    "Das Büro ist am Sonntag zu [2]."
)
REQUEST = ModelRequest(
    model="m", messages=(Message("user", "?"),), question="Wie lange gilt die Garantie?",
    sources=SOURCES, temperature=0.0, max_output_tokens=99,
)  # fmt: skip


class Metrics:
    def __init__(self):
        self.kinds = []

    def count(self, name, *, kind):
        self.kinds.append(kind)


async def answered(*scripts, **options):
    scripted = ScriptedChatModel(scripts)
    model = replace(ConfiguredModel(name="m", upstream="m", model=scripted), **options)
    metrics = Metrics()
    replies = Replies(MemoryTokenizer(), metrics)
    events = [e async for e in replies.text(REQUEST, model, highlights=True, spent=Usage())]
    citations = [e.citation for e in events if isinstance(e, AnswerCitation)]
    return events, citations, scripted.requests, metrics.kinds


async def test_what_the_model_finds_is_cited_and_named_as_such():
    events, citations, requests, kinds = await answered([ANSWER], ["C1: S1\nC2: S3"])
    text = "".join(e.text for e in events if isinstance(e, AnswerText))
    assert [c.verified_by for c in citations] == ["model", "model"]
    assert citations[0].references[0].highlight.startswith("The kettle has a warranty of 24 months")
    assert text[: citations[0].position].endswith("ab dem Kauf.")
    assert text[: citations[1].position].endswith("am Sonntag zu.")
    assert kinds.count("judged") == 2
    assert len(requests) == 2
    assert isinstance(events[-1], AnswerEnded)
    one = [e async for e in ScriptedChatModel([[ANSWER]]).stream(REQUEST)][-1]
    assert events[-1].usage.total_tokens > one.usage.total_tokens


async def test_a_wrong_number_is_not_cited_whatever_the_model_says():
    wrong = ANSWER.replace("24", "36")
    _, citations, _, _ = await answered([wrong], ["C1: S1\nC2: S3"])
    assert [c.references[0].file.upload.name for c in citations] == ["file2.txt"]


async def test_nobody_is_asked_about_an_answer_in_the_sources_language():
    claim = "The moon is made of cheese, and the sun is not [1]."
    _, citations, requests, _ = await answered([claim])
    assert citations == []
    assert len(requests) == 1


async def test_a_judge_that_fails_costs_no_answer():
    events, citations, _, _ = await answered([ANSWER], [Unavailable("gone")])
    assert citations == []
    assert isinstance(events[-1], AnswerEnded)


async def test_a_model_that_follows_no_instructions_is_no_judge():
    _, citations, requests, _ = await answered([ANSWER], follows_instructions=False)
    assert (citations, len(requests)) == ([], 1)
