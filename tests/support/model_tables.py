"""What language models write and how they fail, and what a reader gets: two tables.

`tests/failure/test_language_models.py` holds the server to them in every wire format, and
`scripts/docs/model_tables.py` writes the page of the documentation from them.
"""

from dataclasses import dataclass

from tests.support.model_provider import (
    anthropic_reply,
    google_reply,
    openai_reply,
    responses_reply,
    sse,
)

FORMATS = {
    "openai": "Chat completions",
    "responses": "Responses",
    "anthropic": "Anthropic",
    "google": "Gemini",
}
MAKE = {
    "openai": openai_reply,
    "responses": responses_reply,
    "anthropic": anthropic_reply,
    "google": google_reply,
}

# --- citation styles --------------------------------------------------------------------------

SOURCES = {
    "kettle manual.pdf": "The kettle has a warranty of two years from the purchase.",
    "hours.txt": "The office opens at nine in the morning.",
}
"""What the assistant's files say; the first is source 1, and the second source 2, or the other way
round: N stands for the number of the first and M for the other."""
SAID = "The kettle has a warranty of two years"
OTHER = "The office opens at nine"
FILE = "kettle manual.pdf"


@dataclass(frozen=True, kw_only=True)
class Style:
    """A way to name a source.

    Attributes:
        written: What the model writes; `…` stands for the sentence.
        read: What is left of it.
    """

    written: str
    read: str = "…."


MARKERS = (
    *("[N]", "[N][M]", "[N, M]", "[[N]]", "[^N]", "【N】", "【N†source】", "［N］", "(N)", "ᴺ"),
    *("[source: N]", "[Source N, p. 1]", "(Source N)", "(see source N)", "(Source [N])", "^[N]"),
    *("(Document N)", "**[N]**", "*(Source N)*", "<source>N</source>", "<cite>N</cite>"),
    *('<source number="N"/>', "<sup>N</sup>", "[N](https://example.com)", "\\cite{N}"),
    *(f"[{FILE}]", f"[{FILE}, p. 1]", f"({FILE})", "– [N]"),
)
STYLES = (
    *(Style(written=f"… {marker}.") for marker in MARKERS),
    Style(written="…. [N]"),
    Style(written="[N] …."),
    Style(written="According to source N, ….", read="According to source N, …."),
    Style(written="According to [N], ….", read=f"According to {FILE}, …."),
    Style(written=f"According to {FILE}, ….", read=f"According to {FILE}, …."),
    Style(written="….\n\nSources: [N]"),
    Style(written=f"….\n\nSources:\n- {FILE}, page 1"),
    Style(written=f"….[^N]\n\n[^N]: {FILE}"),
    Style(written="… [M]."),
    Style(written="…."),
)
REMARKS = {
    "… [M].": "the wrong number: the source that says it is cited",
    "….": "no marker: cited at an address of your own",
}
SMALL = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def filled(text: str, sentence: str, first: int, second: int) -> str:
    """The text with the sentence and the numbers of the two sources in it."""
    raised = text.replace("ᴺ", str(first).translate(SMALL))
    numbered = raised
    for before, after in (("N", first), ("M", second)):
        numbered = "".join(
            str(after) if c == before and not _in_word(numbered, i) else c
            for i, c in enumerate(numbered)
        )
    return numbered.replace("…", sentence)


def _in_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalpha() or text[at + 1 : at + 2].isalpha()


# --- failures ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Something that goes wrong at the provider's.

    Attributes:
        name: For people.
        replies: What is scripted for each wire format; the last one is given again.
        status: Of an answer in one piece.
        code: Of the error; where there is none, how the answer ends.
        says: Some of the message.
        sees: What is told of it on the page.
        asked: How often the provider was asked.
        begun: Some of the answer came before; a stream breaks off after it.
        retry_after: What the answer says of when to try again.
    """

    name: str
    replies: dict[str, tuple[object, ...]]
    status: int
    code: str
    says: str = ""
    sees: str
    asked: int = 1
    begun: bool = False
    retry_after: str | None = None


def error(status: int, code: str, message: str = "sk-secret", **headers: str) -> object:
    body = {"message": message, "code": code, "type": code, "status": code}
    return (status, headers, {"type": "error", "error": body})


def everywhere(*replies: object) -> dict[str, tuple[object, ...]]:
    return dict.fromkeys(FORMATS, replies)


def each(**options: object) -> dict[str, tuple[object, ...]]:
    return {kind: (make(**options),) for kind, make in MAKE.items()}


BEGUN = {"openai": 4, "responses": 6, "anthropic": 5, "google": 2}
"""Events after which some of the text has come."""


def begun(end: str) -> dict[str, tuple[object, ...]]:
    return {kind: ([*make()[: BEGUN[kind]], end],) for kind, make in MAKE.items()}


def thoughts(finish: dict[str, str]) -> dict[str, tuple[object, ...]]:
    """Thoughts and nothing else, in the field that each format has for them."""
    chunk = {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]}
    summary = {"type": "response.reasoning_summary_text.delta", "delta": "Hm."}
    start = {"type": "content_block_start", "index": 0,
             "content_block": {"type": "thinking", "thinking": "", "signature": ""}}  # fmt: skip
    delta = {"type": "content_block_delta", "index": 0,
             "delta": {"type": "thinking_delta", "thinking": "Hm."}}  # fmt: skip
    stop = {"type": "content_block_stop", "index": 0}
    claude = anthropic_reply(words=[], finish=finish["anthropic"])
    part = {"content": {"parts": [{"text": "Hm.", "thought": True}], "role": "model"}, "index": 0}
    gemini = {"candidates": [{**part, "finishReason": finish["google"]}],
              "usageMetadata": {"promptTokenCount": 21, "thoughtsTokenCount": 9}}  # fmt: skip
    cut = finish["openai"] == "length"
    end = {"incomplete_details": {"reason": "max_output_tokens"}} if cut else None
    ended = responses_reply(words=[], end=end, kind="incomplete" if cut else "completed")
    return {
        "openai": ([*sse(chunk), *openai_reply(words=[], finish=finish["openai"])],),
        "responses": ([*sse(summary, names=True), *ended],),
        "anthropic": ([claude[0], *sse(start, delta, stop, names=True), *claude[-2:]],),
        "google": (sse(gemini),),
    }


WHOLE = {"openai": "stop", "anthropic": "end_turn", "google": "STOP"}
CUT = {"openai": "length", "anthropic": "max_tokens", "google": "MAX_TOKENS"}
TOO_LONG = error(400, "invalid_request_error", "maximum context length is 4096 tokens")
UNAVAILABLE = "`UNAVAILABLE`, after three attempts"

FAILURES = (
    Failure(
        name="It does not begin",
        replies=everywhere(["STALL"]),
        status=504,
        code="DEADLINE_EXCEEDED",
        says="raise model_first_event_seconds",
        sees="504 `DEADLINE_EXCEEDED` after `model_first_event_seconds` (60), at an address of "
        "your own after `own_model_first_event_seconds` (300)",
    ),
    Failure(
        name="It stops in the middle",
        replies=begun("STALL"),
        status=504,
        code="DEADLINE_EXCEEDED",
        says="model_total_seconds",
        sees="504 `DEADLINE_EXCEEDED` after `model_total_seconds` (600)",
        begun=True,
    ),
    Failure(
        name="It only thinks",
        replies=thoughts(WHOLE),
        status=502,
        code="FAILED_PRECONDITION",
        says="empty answer",
        sees="502 `FAILED_PRECONDITION`: it gave an empty answer",
    ),
    Failure(
        name="It thinks until its limit",
        replies=thoughts(CUT),
        status=502,
        code="FAILED_PRECONDITION",
        says="Raise its max_output_tokens",
        sees="502 `FAILED_PRECONDITION`: raise its `max_output_tokens`, or have it think less",
    ),
    Failure(
        name="It says nothing",
        replies=each(words=[""]),
        status=502,
        code="FAILED_PRECONDITION",
        says="empty answer",
        sees="502 `FAILED_PRECONDITION`: it gave an empty answer",
    ),
    Failure(
        name="Its answer is cut off",
        replies={
            "openai": (openai_reply(finish="length"),),
            "responses": (
                responses_reply(
                    end={"incomplete_details": {"reason": "max_output_tokens"}}, kind="incomplete"
                ),
            ),
            "anthropic": (anthropic_reply(finish="max_tokens"),),
            "google": (google_reply(finish="MAX_TOKENS"),),
        },
        status=200,
        code="length",
        sees="the answer so far, with `finish_reason` `length`",
    ),
    Failure(
        name="The prompt is too long for it",
        replies=everywhere(TOO_LONG),
        status=502,
        code="FAILED_PRECONDITION",
        says="Lower its context_tokens",
        asked=2,
        sees="nothing, where half or a quarter of the sources fit; else 502 `FAILED_PRECONDITION`: "
        "lower its `context_tokens`",
    ),
    Failure(
        name="The prompt is too long, half of it is not",
        replies={kind: (TOO_LONG, make()) for kind, make in MAKE.items()},
        status=200,
        code="stop",
        asked=2,
        sees="an answer from half of the sources",
    ),
    Failure(
        name="429",
        replies=everywhere(error(429, "rate_limit_exceeded", **{"retry-after": "7"})),
        status=429,
        code="TOO_MANY_REQUESTS",
        says="rate limit",
        retry_after="7",
        sees="429 `TOO_MANY_REQUESTS` with its `Retry-After`; up to five seconds are waited for",
    ),
    Failure(
        name="429 for a moment",
        replies={
            kind: (error(429, "rate_limit_exceeded", **{"retry-after": "0"}), make())
            for kind, make in MAKE.items()
        },
        status=200,
        code="stop",
        asked=2,
        sees="the answer",
    ),
    Failure(
        name="500, 502, 503",
        replies=everywhere(error(500, "server_error")),
        status=503,
        code="UNAVAILABLE",
        says="is not available",
        asked=3,
        retry_after="5",
        sees=f"503 {UNAVAILABLE}",
    ),
    Failure(
        name="401, 403",
        replies=everywhere(error(401, "invalid_api_key")),
        status=502,
        code="FAILED_PRECONDITION",
        says="the key is not valid",
        sees="502 `FAILED_PRECONDITION`: check the key",
    ),
    Failure(
        name="404",
        replies=everywhere(error(404, "model_not_found")),
        status=502,
        code="FAILED_PRECONDITION",
        says="no such model",
        sees="502 `FAILED_PRECONDITION`: check the model's name and its `base_url`",
    ),
    Failure(
        name="The connection drops at once",
        replies=everywhere(["DROP"]),
        status=503,
        code="UNAVAILABLE",
        asked=3,
        retry_after="5",
        sees=f"503 {UNAVAILABLE}",
    ),
    Failure(
        name="The connection drops in the middle",
        replies=begun("DROP"),
        status=503,
        code="UNAVAILABLE",
        begun=True,
        retry_after="5",
        sees="503 `UNAVAILABLE`",
    ),
    Failure(
        name="Its safety filter ends the answer",
        replies={
            "openai": (openai_reply(finish="content_filter"),),
            "responses": (
                responses_reply(
                    end={"incomplete_details": {"reason": "content_filter"}}, kind="incomplete"
                ),
            ),
            "anthropic": (anthropic_reply(finish="refusal"),),
            "google": (google_reply(finish="SAFETY"),),
        },
        status=200,
        code="content_filter",
        sees="the answer so far, with `finish_reason` `content_filter`",
    ),
)
