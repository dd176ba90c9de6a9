"""No text makes one step of ours so long that the event loop misses its turn.

What is measured is the time of the processor, which other programs do not lengthen by much; a step
that is to be found here takes ten times what is allowed.
"""

import time
from collections.abc import Callable

import numpy as np
import pytest
from tests.support.long_steps import longest_step

from lodgepole.adapters.embedders.builtin import find_tokenizer
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.chat.conversation.query_planning import queries, standalone_question
from lodgepole.chat.localised_phrases import question_language
from lodgepole.evaluation import alignment
from lodgepole.limits import Limits
from lodgepole.model import Message
from lodgepole.text.analyzer import query_words
from lodgepole.text.normalization import normalized

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MOST_SECONDS = 0.1  # of one step; all are below 0.03 on a machine with nothing else to do
MOST_IN_ALL = 20.0  # of a text; all are below 2 without the watch, hours when squared
CHARS = Limits().history_chars // 2
TEXTS = {
    "exclamations": "!" * CHARS,
    "one word": "a" * CHARS,
    "marks": "a" + "\u0316\u0301" * (CHARS // 2),
    "ligatures": "\ufdfa" * (CHARS // 3),
    "ideographs": "\u4e00" * 50_000,
    "names": "Ann Bob " * 10_000,
    "years": "1999 " * 15_000,
    "spaces": "a" + " " * CHARS + "b",
}


def _user(text: str) -> Message:
    return Message("user", text)


def _judged(answer: str, truth: str) -> None:
    facts, said = alignment.split_facts(truth), alignment._said("When?", answer)
    alignment._judged("When?", facts, said, np.ones((len(facts), len(said))))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> TokenizersTokenizer:
    return TokenizersTokenizer(find_tokenizer(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: standalone_question([_user(text), _user("And it?")]),
        lambda text: standalone_question([_user("When was it built?"), _user(text)]),
        lambda text: queries(text[: Limits().query_chars]),
        lambda text: query_words(text[: Limits().query_chars], ["en", "de"]),
        question_language,
        lambda text: normalized("NFKC", text),
    ],
    ids=["question before", "question", "parts", "words", "language", "normal form"],
)
def test_a_question_is_read_in_short_steps(name: str, read: Callable[[str], object]) -> None:
    _short(lambda: read(TEXTS[name]))


@pytest.mark.parametrize("name", ["one word", "ligatures", "ideographs", "exclamations"])
def test_tokens_are_counted_in_short_steps(name: str, tokenizer: TokenizersTokenizer) -> None:
    _short(lambda: tokenizer.count(TEXTS[name][:200_000]))


@pytest.mark.parametrize("name", ["one word", "ligatures", "ideographs", "names", "spaces"])
@pytest.mark.parametrize("of_truth", [False, True])
def test_an_answer_is_judged_in_short_steps(name: str, *, of_truth: bool) -> None:
    text, short = TEXTS[name][:20_000], "The harbour was built in 1310."
    _short(lambda: _judged(*((short, text) if of_truth else (text, short))))


def test_a_long_step_is_found() -> None:
    longest, _ = longest_step(lambda: sorted(range(1_500_000), key=str))
    assert longest > MOST_SECONDS


def _short(work: Callable[[], object]) -> None:
    began = time.thread_time()
    longest, where = longest_step(work)
    assert longest < MOST_SECONDS, where
    assert time.thread_time() - began < MOST_IN_ALL
