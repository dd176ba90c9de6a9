"""OpenAI's chat completions, as most other servers speak them, too."""

import base64
from collections.abc import Sequence
from typing import Any, cast

from lodgepole.adapters.chat_models.openai.replies import Reply, count, fields
from lodgepole.model import (
    Figure,
    FinishReason,
    Message,
    ModelRequest,
    Source,
    ToolCall,
    Usage,
)

PATH = "/chat/completions"
MOST_IMAGES = 20
MOST_CALLS = 128  # of one answer; those beyond are not passed on
_OUTPUT = (
    *("content", "reasoning_content", "reasoning", "reasoning_details", "thinking"),
    *("tool_calls", "refusal"),
)
"""Fields of a delta that say that the model is at work; servers call its thoughts by many names."""
_REASONING = ("gpt-5", "gpt-6", "o1", "o3", "o4")
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


def body(request: ModelRequest, *, own_endpoint: bool) -> dict[str, Any]:
    """The request in this format; `own_endpoint` is OpenAI's itself."""
    last = last_question(request)
    asked: dict[str, Any] = {
        "model": request.model,
        "messages": [
            _message(m, request.sources if i == last else ())
            for i, m in enumerate(request.messages)
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None:
        asked["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        # Reasoning models take the new name alone; other servers often know the old one alone.
        new = own_endpoint or request.model.startswith(_REASONING)
        asked["max_completion_tokens" if new else "max_tokens"] = request.max_output_tokens
    sampling = request.sampling
    chosen = {"top_p": sampling.top_p, "seed": sampling.seed, "stop": list(sampling.stop) or None}
    asked.update((name, value) for name, value in chosen.items() if value is not None)
    if request.json_object:
        asked["response_format"] = {"type": "json_object"}
    if request.tools is not None:
        asked["tools"] = list(request.tools.definitions)
        if request.tools.choice is not None:
            asked["tool_choice"] = request.tools.choice
        if request.tools.parallel is not None:
            asked["parallel_tool_calls"] = request.tools.parallel
    return asked


class CompletionsReply(Reply):
    """See `Reply`."""

    def event(self, event: dict[str, Any]) -> Any:
        """See `Reply.event`."""
        if event.get("error"):
            raise self.failure(None, fields(event["error"]))
        usage = fields(event.get("usage"))
        if usage:
            self.usage = Usage(count(usage, "prompt_tokens"), count(usage, "completion_tokens"))
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            return None
        choice = fields(cast(list[Any], choices)[0])
        self.filter = choice.get("content_filter_results") or self.filter
        delta = fields(choice.get("delta"))
        if not self.begun and any(delta.get(name) for name in _OUTPUT):
            self.begun = True
        if delta.get("tool_calls"):
            self._note_calls(delta["tool_calls"])
        if delta.get("refusal"):
            self.refuse_in_words(delta["refusal"])
        elif choice.get("finish_reason") and self.finish != "content_filter":
            self.finish = _FINISH.get(str(choice["finish_reason"]), "stop")
        return delta.get("content")

    def _note_calls(self, raw: Any) -> None:
        """Calls come in pieces: the first has id and name, the others go on with its arguments."""
        for place, piece in enumerate(cast(list[Any], raw) if isinstance(raw, list) else []):
            call = fields(piece)
            index = call.get("index", place)
            if not isinstance(index, int) or not 0 <= index < MOST_CALLS:
                continue
            function = fields(call.get("function"))
            known = self.calls.get(index, ToolCall("", "", ""))
            arguments = function.get("arguments")
            self.calls[index] = ToolCall(
                id=known.id or str(call.get("id") or ""),
                name=known.name or str(function.get("name") or ""),
                arguments=known.arguments + (arguments if isinstance(arguments, str) else ""),
            )

    def whole(self, body: dict[str, Any]) -> Any:
        """See `Reply.whole`."""
        choices = body.get("choices")
        first = fields(cast(list[Any], choices)[0]) if isinstance(choices, list) and choices else {}
        return self.event({**body, "choices": [{**first, "delta": first.get("message")}]})


def last_question(request: ModelRequest) -> int:
    """The index of the last message by the user, which the figures go with; -1 without one."""
    return max((i for i, m in enumerate(request.messages) if m.role == "user"), default=-1)


def figures_of(sources: Sequence[Source]) -> list[tuple[str, str]]:
    """The sources' figures: the name of each, and its image as a data URL."""
    figures = [(s.number, f) for s in sources for f in s.snippet.figures if f.data][:MOST_IMAGES]
    return [
        (f"Figure in source {number}, page {figure.page}:", _data_url(figure))
        for number, figure in figures
    ]


def _data_url(figure: Figure) -> str:
    return f"data:{figure.mime_type};base64,{base64.b64encode(figure.data).decode()}"


def _message(message: Message, sources: Sequence[Source]) -> dict[str, Any]:
    if message.role == "tool":
        return {
            "role": "tool",
            "content": message.content,
            "tool_call_id": message.tool_call_id,
        }
    said: dict[str, Any] = {"role": message.role, "content": _content(message, sources)}
    if message.tool_calls:
        said["content"] = message.content or None
        said["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return said


def _content(message: Message, sources: Sequence[Source]) -> str | list[dict[str, Any]]:
    """The message's text, followed by the sources' figures, each named."""
    figures = figures_of(sources)
    if not figures:
        return message.content
    content: list[dict[str, Any]] = [{"type": "text", "text": message.content}]
    for name, url in figures:
        content.append({"type": "text", "text": name})
        content.append({"type": "image_url", "image_url": {"url": url}})
    return content
