"""No regular expression takes more than linear time, whatever text it is given."""

import re
import time
from collections.abc import Callable

import pytest
from tests.support.slow_patterns import at_the_start, everywhere, patterns_of, slow_text

import lodgepole
from lodgepole.chat.citing.claim_verification import SourceText
from lodgepole.evaluation.alignment import split_facts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_every_pattern_is_linear():
    slow = {
        place: f"{found.pattern.pattern!r} is slow on {text}"
        for place, found in patterns_of(lodgepole).items()
        if (text := slow_text(found.pattern, found.ways))
    }
    assert slow == {}


@pytest.mark.parametrize(
    "pattern",
    [
        # exponential
        *(r"(a+)+$", r"(?:a|aa)+$", r"(?:a|b|ab)*c", r"(?:\w+\s?)*!"),
        # quadratic: a run from each of its characters
        *(r"\s+$", r"!+(?=\s)", r"\w+(?=!)", r",?\s+and\s+", r"\s*#+\s*$", r"_+(?!\w)"),
        # quadratic: to the end from each beginning
        *(r"<[^>]*>x", r"\[(?=[^\n]*\])", r"\n(?!\s*\n)[ ]+"),
        # quadratic: two repetitions that share a run
        *(r"=\s*\"?\s*x", r"(?:\.\s?){4,}\s*\d+$", r"(?m)^\s*x"),
        # bounded, and yet exponential; a group that comes again
        *(r"(?:\w{1,30}\s?){1,30}!", r"(\w)\1+(?=!)"),
    ],
)
def test_what_is_slow_is_found(pattern: str):
    assert slow_text(re.compile(pattern), (everywhere,)) is not None


@pytest.mark.parametrize(
    "pattern", [r"^\s*```[a-z]*\s*\n(?s:.*?)\s*```$", r"[ \t]*\n[ \t]*\|?[ \t]*-"]
)
def test_what_is_slow_at_the_start_alone_is_found(pattern: str):
    assert slow_text(re.compile(pattern), (at_the_start,)) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(?<!\s)\s++and\s++", r"(?<!_)_++(?!\w)", r"[^\n]+", r"\d{1,3}[.)]\s", r"\w+"),
        # many looks at each character, but as many at the last as at the first
        "|".join(rf"\b(?:word{i}|other{i})\w{{0,9}}" for i in range(200)),
    ],
)
def test_what_is_linear_is_left_alone(pattern: str):
    assert slow_text(re.compile(pattern), (everywhere,)) is None


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        (split_facts, "a; "),
        (split_facts, "!"),
        (split_facts, "No. "),
        (SourceText, "\n- a"),
        (SourceText, "key: v\n"),
        (lambda text: SourceText("The budget is 5.").verify(text), "_"),
        (lambda text: SourceText("The budget is 5.").verify(text), "5 "),
    ],
)
def test_what_judges_an_answer_is_linear(read: Callable[[str], object], unit: str):
    began = time.thread_time()
    read(unit * (100_000 // len(unit)))
    assert time.thread_time() - began < 4  # a second at most; half a minute and more when squared
