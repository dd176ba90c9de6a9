"""Rewords errors of model providers, since their own messages may hold keys or prompts. Pure."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER_SECONDS = 10.0  # told to callers when the provider gives no time
LONGEST_RETRY_AFTER_SECONDS = 3600.0
READ_CHARS = 4_000  # of a provider's own words
_STATUSES = {
    401: ": the key is not valid. Check the provider's API key.",
    403: ": the key may not use this model. Check the key's permissions.",
    404: ": there is no such model or path. Check the model's name and base_url.",
}
_WINDOW = re.compile(
    r"context[ _]?(?:length|window|size)|(?:prompt|input) is too long|maximum context"
    r"|input token count .{0,40}exceeds",
    re.IGNORECASE,
)
_SETTINGS = (
    ("temperature", "it does not take this temperature. Set takes_temperature = false."),
    (
        "max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens",
        "it does not take this limit of an answer. Lower max_output_tokens.",
    ),
    (r"images?\b|image_url|vision", "it takes no images. Set takes_images = false."),
    ("stream", "it does not stream its answers, or counts no tokens of streamed ones."),
)
"""What is spoken of in a refusal, and the setting that helps."""


def is_beyond_window(words: str) -> bool:
    """Return whether the provider says that the prompt is too long."""
    return _WINDOW.search(words[:READ_CHARS]) is not None


def why(status: int | None, words: str) -> str:
    """The end of a sentence that says that the request was refused."""
    if status in _STATUSES:
        return _STATUSES[status]
    for spoken_of, help_ in _SETTINGS:
        if re.search(spoken_of, words[:READ_CHARS], re.IGNORECASE):
            return f" ({status}): {help_}"
    return f" ({status}). Check the model's settings."


def wait_seconds(header: str | None) -> float | None:
    """A `Retry-After` in seconds or as a date; None where it is neither."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return None
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()  # noqa: TID251  a date on the wire
    return None if math.isnan(seconds) else bounded_wait(seconds)


def bounded_wait(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)
