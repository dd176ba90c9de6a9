"""Prints a streamed answer with numbered citations and their quotes."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from lodgepole.cli.screen import say
from lodgepole.cli.word_wrap import terminal_wrap
from lodgepole.client.api_client import JsonObject

QUOTE_INDENT = "      "
QUOTE_CHARS = 400  # shown of one quote; `--json` has all of it


@dataclass(slots=True)
class Answer:
    """The written text and its distinct references, numbered from 1."""

    text: str = ""
    references: list[JsonObject] = field(default_factory=list[JsonObject])

    def number(self, reference: JsonObject) -> int:
        """The reference's number; the same file, pages and words are one reference."""
        identity = _identity(reference)
        for number, known in enumerate(self.references, start=1):
            if _identity(known) == identity:
                return number
        self.references.append(reference)
        return len(self.references)


def write_answer(events: Iterable[JsonObject]) -> Answer:
    """Write the text as it arrives, `[n]` where a citation belongs, and the sources below it."""
    answer = Answer()
    wrap = terminal_wrap()
    for event in events:
        if event["type"] == "content_chunk":
            text = event["delta"]["content"]
            answer.text += text
            say(wrap.feed(text) if wrap else text, end="")
        elif event["type"] == "citation":
            numbers = dict.fromkeys(answer.number(it) for it in event["citation"]["references"])
            marks = "".join(f" [{number}]" for number in numbers)
            if wrap:
                say(wrap.flush(), end="")
                marks = wrap.feed(marks) + wrap.flush()
            say(marks, style="cyan", end="")
        sys.stdout.flush()
    say(wrap.flush() if wrap else "")
    write_sources(answer)
    return answer


def write_sources(answer: Answer) -> None:
    """Write file, pages and quote of each source."""
    for number, reference in enumerate(answer.references, start=1):
        say(f"  [{number}] {describe_reference(reference)}", style="cyan")
        quote = quoted(reference)
        if quote:
            wrap = terminal_wrap(indent=QUOTE_INDENT)
            line = f"{QUOTE_INDENT}“{quote}”"
            say(wrap.feed(line) + wrap.flush() if wrap else line)


def describe_reference(reference: JsonObject) -> str:
    """The file and its pages, e.g. `handbook.pdf, pages 4-5`."""
    pages = reference.get("pages") or []
    name = str(reference["file"]["name"])
    if not pages:
        return name
    if len(pages) == 1:
        return f"{name}, page {pages[0]}"
    if pages == list(range(pages[0], pages[-1] + 1)):
        return f"{name}, pages {pages[0]}-{pages[-1]}"
    return f"{name}, pages {', '.join(map(str, pages))}"


def quoted(reference: JsonObject) -> str:
    """The cited words on one line, shortened where they are many; empty when there are none."""
    highlight = reference.get("highlight") or {}
    words = " ".join(str(highlight.get("content") or "").split())
    return words if len(words) <= QUOTE_CHARS else words[: QUOTE_CHARS - 1].rstrip() + "…"


def _identity(reference: JsonObject) -> tuple[str, tuple[int, ...], str]:
    return (
        reference["file"]["id"],
        tuple(reference.get("pages") or ()),
        str((reference.get("highlight") or {}).get("content") or ""),
    )
