"""Messages that a client brings along to a conversation, as when an assistant is imported.

Nobody is shown a citation that was not checked: those stay whose words stand in a file of this
assistant, letter for letter, on the pages that they name.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from lodgepole.api import render
from lodgepole.api.auth import Call
from lodgepole.api.json_response import json_bytes
from lodgepole.api.schemas.conversations import GivenMessage, GivenReference
from lodgepole.documents.text_windows import read_document
from lodgepole.documents.verbatim import stands_on
from lodgepole.errors import InvalidRequest, NotFound
from lodgepole.library.conversation_records import Turn, TurnStatus
from lodgepole.model import Assistant

ENDED = {"completed": TurnStatus.COMPLETED, "failed": TurnStatus.FAILED}
MODEL_CHARS = 200
Checked = Mapping[int, dict[str, Any]]
"""References that are good, as they are kept, by their identity among those that were given."""


async def given_turns(
    call: Call, assistant: Assistant, messages: Sequence[GivenMessage]
) -> list[Turn]:
    """The turns that messages are. Raises InvalidRequest where they do not come in pairs."""
    pairs = list(zip(messages[::2], messages[1::2], strict=False))
    if len(messages) % 2 or any(
        (first.role, second.role) != ("user", "assistant") for first, second in pairs
    ):
        raise InvalidRequest("`messages` must be questions and answers in turn")
    most = call.services.limits.conversation_turns
    if len(pairs) > most:
        raise InvalidRequest(f"A conversation has at most {most} questions; these are {len(pairs)}")
    checked = await _checked(call, assistant, [answer for _, answer in pairs])
    return [_turn(call, question, answer, checked) for question, answer in pairs]


def _turn(call: Call, question: GivenMessage, answer: GivenMessage, checked: Checked) -> Turn:
    if len(answer.content) > call.services.limits.history_chars:
        raise InvalidRequest("An answer in `messages` is longer than any that is given")
    citations: list[dict[str, Any]] = []
    for citation in answer.citations or ():
        good = [checked[id(one)] for one in citation.references if id(one) in checked]
        if good and 0 <= citation.position <= len(answer.content):
            citations.append({"position": citation.position, "references": good})
    return replace(
        call.services.conversations.new_turn(question.content, {}),
        status=ENDED.get(answer.status or "", TurnStatus.STOPPED),
        text=answer.content,
        citations=citations,
        model=None if answer.model is None else answer.model[:MODEL_CHARS],
    )


async def _checked(call: Call, assistant: Assistant, answers: Sequence[GivenMessage]) -> Checked:
    """Which references are good; one file's text at a time is held."""
    by_file: dict[str, list[GivenReference]] = {}
    for answer in answers:
        for citation in answer.citations or ():
            for reference in citation.references:
                by_file.setdefault(reference.file.id, []).append(reference)
    good: dict[int, dict[str, Any]] = {}
    for file_id, references in by_file.items():
        try:
            file = await call.services.files.get(assistant, file_id)
            document = await read_document(call.services.blobs, file)
        except NotFound:
            continue
        shown: dict[str, Any] = orjson.loads(json_bytes(render.file(file, signed_url=None)))
        for one in references:
            words = "" if one.highlight is None else one.highlight.content
            if await asyncio.to_thread(stands_on, document, words, one.pages):
                quote = {"type": "text", "content": words}
                good[id(one)] = {"file": shown, "pages": one.pages, "highlight": quote}
    return good
