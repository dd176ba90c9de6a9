"""Write docs/reference/language-models.md from the tables that the tests hold the server to.

python scripts/docs/model_tables.py [FILE]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.model_tables import FAILURES, FORMATS, REMARKS, STYLES, Failure, Style

ROOT = Path(__file__).parents[2]

HEAD = """\
# What models write, and what readers get

Written by `scripts/docs/model_tables.py` from the tables that a test holds the server to, each row
in each of the four wire formats: OpenAI's chat completions (also those of Ollama, LM Studio,
llama.cpp, vLLM and OpenRouter), OpenAI's responses, Anthropic's and Gemini's.

## Ways to name a source

`…` is a sentence that source N says, `M` another source. Each of these becomes a citation of
source N, its page and its words, and the answer keeps what the second column shows. What a source
does not say is never cited, however it is written. Markers in code are text, and so are numbers in
parentheses that count something: `three (3) visits`, `§ 5 (2)`.

"""

FAILURES_HEAD = """
## Failures

What a reader sees of each. A failure before the first word is an ordinary error, also of a stream;
but one that takes longer than 15 seconds meets a stream that has begun already, to keep its
connection open. A stream that fails after it has begun is closed before `message_end`. The
provider's own words are never passed on, since they may hold keys or prompts.

| what the model does | what is answered | a stream |
|---|---|---|
"""


def page() -> str:
    heads = " | ".join(FORMATS.values())
    table = f"| written | kept | {heads} |\n|---|---|{'---|' * len(FORMATS)}\n"
    rows = "".join(style_row(style) for style in STYLES)
    return HEAD + table + rows + FAILURES_HEAD + "".join(failure_row(f) for f in FAILURES)


def style_row(style: Style) -> str:
    remark = REMARKS.get(style.written)
    kept = code(style.read) + (f" ({remark})" if remark else "")
    return f"| {code(style.written)} | {kept} |{' • |' * len(FORMATS)}\n"


def failure_row(failure: Failure) -> str:
    broken = "the answer so far, then the connection closes"
    stream = broken if failure.begun else "the same"
    return f"| {failure.name} | {failure.sees} | {stream} |\n"


def code(text: str) -> str:
    """Text as code in a cell; lines with a sign for their ends."""
    return f"`{text.replace(chr(10), '↵').replace('|', chr(92) + '|').replace('ᴺ', '¹')}`"


if __name__ == "__main__":
    target = ROOT / "docs" / "reference" / "language-models.md"
    Path(sys.argv[1] if len(sys.argv) > 1 else target).write_text(page(), "utf-8")
