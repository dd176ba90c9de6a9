"""OpenAI's responses, for endpoints and models that speak nothing else."""

from collections.abc import Sequence
from typing import Any

from lodgepole.adapters.chat_models.openai.completions import figures_of, last_question
from lodgepole.adapters.chat_models.openai.replies import Reply, count, fields
from lodgepole.errors import InvalidRequest
from lodgepole.model import FinishReason, Message, ModelRequest, Source, Usage

PATH = "/responses"
_INCOMPLETE: dict[str, FinishReason] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}


def body(request: ModelRequest) -> dict[str, Any]:
    """The request in this format. Nothing is kept at the provider's."""
    last = last_question(request)
    asked: dict[str, Any] = {
        "model": request.model,
        "input": [
            {"role": m.role, "content": _content(m, request.sources if i == last else ())}
            for i, m in enumerate(request.messages)
        ],
        "stream": True,
        "store": False,
    }
    if request.temperature is not None:
        asked["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        asked["max_output_tokens"] = request.max_output_tokens
    if request.sampling.seed is not None or request.sampling.stop:
        raise InvalidRequest(f"Model {request.model!r} takes neither `seed` nor `stop`")
    if request.sampling.top_p is not None:
        asked["top_p"] = request.sampling.top_p
    if request.json_object:
        asked["text"] = {"format": {"type": "json_object"}}
    return asked


class ResponsesReply(Reply):
    """See `Reply`."""

    def event(self, event: dict[str, Any]) -> Any:
        """See `Reply.event`."""
        match event.get("type"):
            case "response.output_text.delta":
                return event.get("delta")
            case "response.refusal.delta":
                self.refuse_in_words(event.get("delta", ""))
            case "response.completed" | "response.incomplete":
                self._ended(fields(event.get("response")))
            case "response.failed":
                raise self.failure(None, fields(fields(event.get("response")).get("error")))
            case "error":
                raise self.failure(None, fields(event.get("error")) or event)
            case str(kind) if kind.startswith("response.reasoning"):
                self.begun = True
            case _:
                pass
        return None

    def whole(self, body: dict[str, Any]) -> Any:
        """See `Reply.whole`."""
        if body.get("error"):
            raise self.failure(None, fields(body["error"]))
        self._ended(body)
        output: list[Any] = body.get("output") or []
        parts: list[Any] = [part for item in output for part in fields(item).get("content") or ()]
        return "".join(str(fields(part).get("text") or "") for part in parts)

    def _ended(self, response: dict[str, Any]) -> None:
        usage = fields(response.get("usage"))
        self.usage = Usage(count(usage, "input_tokens"), count(usage, "output_tokens"))
        if self.finish is None:
            reason = fields(response.get("incomplete_details")).get("reason")
            self.finish = _INCOMPLETE.get(str(reason), "stop")


def _content(message: Message, sources: Sequence[Source]) -> str | list[dict[str, Any]]:
    """The message's text, followed by the sources' figures, each named."""
    figures = figures_of(sources)
    if not figures:
        return message.content
    content: list[dict[str, Any]] = [{"type": "input_text", "text": message.content}]
    for name, url in figures:
        content.append({"type": "input_text", "text": name})
        content.append({"type": "input_image", "image_url": url, "detail": "auto"})
    return content
