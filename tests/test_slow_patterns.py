"""No regular expression takes more than linear time, whatever text it is given."""

import re

import pytest
from tests.support.slow_patterns import at_the_start, everywhere, patterns_of, slow_text

import lodgepole


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
    "pattern", [r"(?<!\s)\s++and\s++", r"(?<!_)_++(?!\w)", r"[^\n]+", r"\d{1,3}[.)]\s", r"\w+"]
)
def test_what_is_linear_is_left_alone(pattern: str):
    assert slow_text(re.compile(pattern), (everywhere,)) is None
