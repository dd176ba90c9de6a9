"""Refusals of providers in our words: nothing of theirs gets through, and each says what helps."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from lodgepole.adapters.chat_models.refusals import (
    LONGEST_RETRY_AFTER_SECONDS,
    READ_CHARS,
    is_beyond_window,
    wait_seconds,
    why,
)

SECRET = "sk-secret and the prompt"


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 8192 tokens.",
        "context_length_exceeded",
        "the request exceeds the available context size",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "The input token count (1200000) exceeds the maximum",
        "INPUT IS TOO LONG",
    ],
)
def test_a_prompt_that_is_too_long_is_known_in_each_providers_words(words: str):
    assert is_beyond_window(words)


@pytest.mark.parametrize(
    "words", ["", "The context is missing.", "input token limit per minute", "too long a name"]
)
def test_other_refusals_do_not_shorten_the_prompt(words: str):
    assert not is_beyond_window(words)


def test_only_the_beginning_of_a_long_refusal_is_read():
    assert not is_beyond_window("x" * READ_CHARS + "context length")
    assert why(400, "x" * READ_CHARS + "temperature") == why(400, "")


@pytest.mark.parametrize(
    ("status", "words", "helps"),
    [
        (401, SECRET, "API key"),
        (403, SECRET, "permissions"),
        (404, SECRET, "base_url"),
        (400, f"{SECRET}: unsupported value: temperature", "takes_temperature = false"),
        (400, f"{SECRET}: max_tokens is too large", "Lower max_output_tokens"),
        (400, f"{SECRET}: maxOutputTokens", "Lower max_output_tokens"),
        (422, f"{SECRET}: image_url is not supported", "takes_images = false"),
        (400, f"{SECRET}: stream_options", "does not stream"),
        (418, SECRET, "Check the model's settings"),
        (None, SECRET, "Check the model's settings"),
    ],
)
def test_a_refusal_says_what_helps_and_repeats_nothing(status, words, helps):
    said = why(status, words)
    assert helps in said
    assert "secret" not in said


def test_the_key_is_spoken_of_whatever_else_the_provider_says():
    assert why(401, "temperature") == why(401, "")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("soon", None),
        ("", None),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("86400", LONGEST_RETRY_AFTER_SECONDS),
        ("1e400", LONGEST_RETRY_AFTER_SECONDS),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER_SECONDS),
    ],
)
def test_a_wait_is_read_in_seconds_or_as_a_date_and_bounded(header, seconds):
    assert wait_seconds(header) == seconds


def test_a_wait_that_is_no_number_is_not_waited_for():
    assert wait_seconds("nan") is None


def test_a_date_without_a_zone_is_in_utc():
    until = datetime.now(UTC) + timedelta(minutes=30)
    for header in (format_datetime(until), format_datetime(until.replace(tzinfo=None))):
        seconds = wait_seconds(header)
        assert seconds is not None
        assert 1700 < seconds <= 1800
