"""A conversation as Markdown, with the sources below each answer; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lodgepole.library.conversation_records import Conversation, Turn, TurnStatus

NOTES: Mapping[TurnStatus, str] = {
    TurnStatus.ANSWERING: "*This answer is not finished.*",
    TurnStatus.STOPPED: "*This answer was stopped.*",
    TurnStatus.FAILED: "*This answer broke off.*",
}


def as_markdown(conversation: Conversation, turns: Sequence[Turn]) -> str:
    """Title, questions as headings, answers with `[1]` where they cite, and what they cite."""
    parts = [f"# {conversation.title or 'Conversation'}"]
    when = conversation.created_at.strftime("%Y-%m-%d %H:%M")
    parts.append(f"Assistant {conversation.assistant_name}, {when} UTC")
    for turn in turns:
        parts += _turn(turn)
    return "\n\n".join(parts) + "\n"


def _turn(turn: Turn) -> Iterator[str]:
    first, _, rest = turn.question.strip().partition("\n")
    yield f"## {first.strip()}"
    if rest.strip():
        yield rest.strip()
    sources = _sources(turn.citations)
    text = _marked(turn, sources)
    if text.strip():
        yield text.strip()
    if turn.status in NOTES:
        yield NOTES[turn.status]
    if sources:
        yield "\n".join(f"{number}. {source}" for source, number in sources.items())


def _sources(citations: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The sources as they are told, each with its number."""
    found: dict[str, int] = {}
    for citation in citations:
        for reference in citation["references"]:
            found.setdefault(_told(reference), len(found) + 1)
    return found


def _told(reference: Mapping[str, Any]) -> str:
    pages = reference["pages"]
    where = str(reference["file"]["name"])
    if pages:
        where += f", {'page' if len(pages) == 1 else 'pages'} {', '.join(map(str, pages))}"
    highlight = reference["highlight"]
    # A list's item is one line; the quote's words stay as they are.
    quote = " ".join(highlight["content"].split()) if highlight else ""
    return f"{where}: “{quote}”" if quote else where


def _marked(turn: Turn, sources: Mapping[str, int]) -> str:
    pieces: list[str] = []
    done = 0
    for citation in sorted(turn.citations, key=lambda one: one["position"]):
        at = min(max(citation["position"], done), len(turn.text))
        numbers = dict.fromkeys(sources[_told(one)] for one in citation["references"])
        pieces += [turn.text[done:at], *(f" [{number}]" for number in numbers)]
        done = at
    return "".join([*pieces, turn.text[done:]])
