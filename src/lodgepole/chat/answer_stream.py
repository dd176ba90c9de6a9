"""A generation as the events of an answer: text as it comes, or one JSON object."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from lodgepole.chat.citing.citations import Citer
from lodgepole.chat.citing.judged_claims import judged
from lodgepole.chat.generations import PIECE_CHARS, close, collect, in_pieces, used
from lodgepole.chat.json_answers import JsonAnswerError, read_json_object
from lodgepole.chat.json_schema import SchemaTooComplexError, problem
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.chat.prompts import correction
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest, UpstreamRejected
from lodgepole.model import (
    AnswerEnded,
    AnswerEvent,
    ModelEnded,
    ModelRequest,
    ModelText,
    Usage,
)
from lodgepole.ports.telemetry import Metrics
from lodgepole.ports.tokenizer import Tokenizer

JSON_ATTEMPTS = 2


class Replies:
    """Has models answer, and checks what they cite."""

    def __init__(self, tokenizer: Tokenizer, metrics: Metrics | None) -> None:
        self._tokenizer = tokenizer
        self._metrics = metrics

    async def text(
        self, request: ModelRequest, model: ConfiguredModel, *, highlights: bool, spent: Usage
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield the answer as it is written; `spent` is what was used up before."""
        citer = Citer(
            request.sources,
            question=request.question,
            highlights=highlights,
            attribute=model.attribute,
        )
        stream = in_pieces(model.model.stream(request))
        written: list[str] = []
        ended = False
        try:
            async for event in stream:
                if isinstance(event, ModelText):
                    written.append(event.text)
                    for out in citer.feed(event.text):
                        yield out
                    continue
                ended = True
                for out in citer.close():
                    yield out
                usage = await used(self._tokenizer, request, "".join(written), event)
                verdicts, cost = await judged(citer.judging(), request, model, self._tokenizer)
                for out in citer.judged(verdicts):
                    yield out
                yield _ended(event, spent + usage + cost)
        finally:
            await close(stream)
            self._count(citer)
        assert ended, "a chat model ends with ModelEnded or raises"

    async def json(
        self, request: ModelRequest, model: ConfiguredModel, *, highlights: bool, spent: Usage
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield an answer that is one JSON object; what is none is asked for once more.

        So is one that does not follow its schema, where there is one.

        What the safety filter ended is an empty object; what the output limit cut off is closed
        where it ends. The finish reason says so.
        """
        asked, wrong = request, ""
        for _ in range(JSON_ATTEMPTS):
            text, end = await collect(model, asked)
            spent += await used(self._tokenizer, asked, text, end)
            if end.tool_calls:
                yield _ended(end, spent)
                return
            try:
                cut_off = end.finish_reason == "length"
                answer = await read_apart(len(text), read_json_object, text, cut_off=cut_off)
            except JsonAnswerError:
                if end.finish_reason != "content_filter":
                    asked = replace(request, messages=correction(request.messages, text))
                    continue
                answer = "{}"
            wrong = _against(request.json_schema, answer) if end.finish_reason == "stop" else ""
            if wrong:
                messages = correction(request.messages, text, wrong)
                asked = replace(request, messages=messages)
                continue
            citer = Citer(
                request.sources, question=request.question, highlights=highlights, json=True
            )
            for start in range(0, len(answer), PIECE_CHARS):
                for event in citer.feed(answer[start : start + PIECE_CHARS]):
                    yield event
                await asyncio.sleep(0)
            for event in citer.close():
                yield event
            self._count(citer)
            yield _ended(end, spent)
            return
        if wrong:
            raise UpstreamRejected(
                f"Model {model.name!r} did not follow the JSON Schema in {JSON_ATTEMPTS} attempts: "
                f"{wrong}. Ask for less at once, or use another model"
            )
        raise UpstreamRejected(
            f"Model {model.name!r} did not answer with a JSON object in {JSON_ATTEMPTS} attempts. "
            "Ask for JSON in the message, raise the model's output limit, or use another model"
        )

    def _count(self, citer: Citer) -> None:
        if self._metrics is not None:
            for verification in citer.verifications:
                self._metrics.count("citations_total", kind=verification.kind)


def _ended(event: ModelEnded, usage: Usage) -> AnswerEnded:
    return AnswerEnded(
        finish_reason=event.finish_reason,
        usage=usage,
        content_filter=event.content_filter,
        tool_calls=event.tool_calls,
    )


def _against(schema: Mapping[str, Any] | None, answer: str) -> str:
    """What of an answer is against the schema; empty for nothing. Raises InvalidRequest."""
    if schema is None:
        return ""
    try:
        return problem(orjson.loads(answer), schema) or ""
    except SchemaTooComplexError:
        raise InvalidRequest("The JSON Schema takes too long to be checked: simplify it") from None
