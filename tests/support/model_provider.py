"""A server of a few lines that speaks the wire formats of model providers, as told."""

import asyncio
import json

from lodgepole.adapters.chat_models.anthropic_google import PydanticAiChatModel
from lodgepole.adapters.chat_models.openai import OpenAiChatModel
from lodgepole.model import Message, ModelRequest

WORDS = ["Madrid ", "is the ", "capital [1]."]


# --- what the providers send ------------------------------------------------------------------


def sse(*events, names=False):
    out = []
    for event in events:
        data = event if isinstance(event, str) else json.dumps(event)
        name = f"event: {event['type']}\n" if names else ""
        out.append(f"{name}data: {data}\n\n")
    return out


def openai_reply(
    words=WORDS, finish="stop", usage=(21, 9), model="gpt-4o-2024-11-20", filtered=None
):
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}

    def choice(delta, reason=None):
        extra = {"content_filter_results": filtered} if filtered and reason else {}
        return {
            **base,
            "choices": [
                {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason, **extra}
            ],
            "usage": None,
        }

    return sse(
        choice({"role": "assistant", "content": "", "refusal": None}),
        *(choice({"content": w}) for w in words),
        choice({}, finish),
        {
            **base,
            "choices": [],
            "usage": {
                "prompt_tokens": usage[0],
                "completion_tokens": usage[1],
                "total_tokens": sum(usage),
            },
        },
        "[DONE]",
    )


def anthropic_reply(words=WORDS, finish="end_turn", usage=(21, 9)):
    start = {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [],
        "model": "claude-sonnet-4-5-20250929", "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": usage[0], "output_tokens": 1},
    }  # fmt: skip
    return sse(
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": w},
            }
            for w in words
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": finish, "stop_sequence": None},
            "usage": {"output_tokens": usage[1]},
        },
        {"type": "message_stop"},
        names=True,
    )


def google_reply(words=WORDS, finish="STOP", usage=(21, 9), ratings=None):
    def chunk(text, reason=None):
        candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
            if ratings:
                candidate["safetyRatings"] = ratings
        return {
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": usage[0],
                "candidatesTokenCount": usage[1],
                "totalTokenCount": sum(usage),
            },
            "modelVersion": "gemini-2.5-pro",
            "responseId": "r1",
        }

    return sse(*(chunk(w) for w in words[:-1]), chunk(words[-1], finish))


def ollama_reply(words=WORDS):
    """Ollama's chunks carry `fp_ollama`, and its usage chunk an empty list of choices."""
    base = {"id": "chatcmpl-9", "object": "chat.completion.chunk", "created": 1,
            "model": "llama3.1:8b", "system_fingerprint": "fp_ollama"}  # fmt: skip
    chunks = [
        {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": w},
                              "finish_reason": None}]}
        for w in words
    ]  # fmt: skip
    last = {"role": "assistant", "content": ""}
    chunks.append({**base, "choices": [{"index": 0, "delta": last, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30}
    chunks.append({**base, "choices": [], "usage": usage})
    return sse(*chunks, "[DONE]")


def responses_reply(words=WORDS, end=None, usage=(21, 9), kind="completed"):
    """The newer format of OpenAI: named events, numbered."""
    usage = {"input_tokens": usage[0], "output_tokens": usage[1], "total_tokens": sum(usage)}
    response = {"id": "resp_1", "object": "response", "model": "gpt-4o", "output": []}
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    begun = {**response, "status": "in_progress", "usage": None}
    events = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **where, "part": part},
        *({"type": "response.output_text.delta", **where, "delta": w} for w in words),
        {"type": "response.output_text.done", **where, "text": "".join(words)},
        {
            "type": f"response.{kind}",
            "response": {**response, "status": kind, "usage": usage, **(end or {})},
        },
    ]
    return sse(*({**e, "sequence_number": n} for n, e in enumerate(events)), names=True)


REPLIES = {
    "openai": openai_reply,
    "responses": responses_reply,
    "anthropic": anthropic_reply,
    "google": google_reply,
    "ollama": ollama_reply,
}
NAMES = {
    "openai": "gpt-4o",
    "responses": "gpt-4o",
    "anthropic": "claude-haiku-4-5",
    "google": "gemini-2.5-pro",
    "ollama": "llama3.1:8b",
}


# --- a server of a few lines ------------------------------------------------------------------


class Provider:
    """Serves one scripted reply per request, in order; the last one again."""

    def __init__(self, *replies):
        self.replies = replies
        self.requests = []
        self.left = asyncio.Event()
        self.hold = asyncio.Event()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.hold.set()
        self.server.close()
        await asyncio.wait_for(self.server.wait_closed(), 5)

    async def _serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.requests.append((lines[0], headers, json.loads(body)))
                reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
                if await self._reply(reader, writer, reply):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _reply(self, reader, writer, reply):
        """True when the connection is to be closed."""
        if isinstance(reply, tuple):
            status, headers, body = reply
            data = json.dumps(body).encode()
            head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{head}"
                f"content-length: {len(data)}\r\n\r\n".encode()
                + data
            )
            await writer.drain()
            return False
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        for event in reply:
            if event == "DROP":
                return True
            if event == "STALL":
                await writer.drain()
                await self._wait_for_leaving(reader)
                return True
            data = event.encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return False

    async def _wait_for_leaving(self, reader):
        waits = [asyncio.create_task(reader.read(1)), asyncio.create_task(self.hold.wait())]
        done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if waits[0] in done and waits[0].result() == b"":
            self.left.set()
        for task in pending:
            task.cancel()


def make_model(kind, provider, **options):
    if kind in ("openai", "ollama"):
        return OpenAiChatModel(api_key="sk-secret", base_url=f"{provider.url}/v1", **options)
    if kind == "responses":
        url = f"{provider.url}/v1"
        return OpenAiChatModel(api_key="sk-secret", base_url=url, api="responses", **options)
    return PydanticAiChatModel(kind, api_key="sk-secret", base_url=provider.url, **options)


def ask(kind="openai", **more):
    messages = more.pop(
        "messages",
        (
            Message("system", "Be brief."),
            Message("user", "Hi"),
            Message("assistant", "Hello."),
            Message("user", "What is the capital of Spain?"),
        ),
    )
    options = {"temperature": 0.3, "max_output_tokens": 77, "sources": (), **more}
    return ModelRequest(model=NAMES[kind], messages=messages, question="?", **options)
