"""Measure what Lodgepole adds to a language model's own time, over HTTP, with many streams at once.

    uv run python scripts/bench/chat.py [--streams 200] [--rate 30] [--seconds 30]

A stand-in for a provider writes answers with a marker on each sentence, a token every 1/rate
seconds after its first. A token is late by the time from when it was due at the provider's to when
the reader has all of it, so what the provider and the reader take counts against us. Both are
bare sockets in processes of their own, and say what they cost. The server runs as usual.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import orjson
from serving import KEY, serving, wait_for_files

START_SECONDS = 20.0  # over which the streams begin; less time than they last
TICK_SECONDS = 0.005  # how often the provider looks for what is due
TEXT = (
    "The office opens at nine and closes at six. The kettle has a warranty of two years from the "
    "purchase. A repair takes ten days once the kettle has arrived. Spare lids cost four euros. "
)
TOKENS = [
    token
    for sentence in TEXT.strip().split(". ")
    for token in (*(f"{word} " for word in sentence.rstrip(".").split()), "[1]", ". ")
]
ASKED = "How long is the warranty of the kettle?"
BASE = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench"}


def shown(written: list[str]) -> list[int]:
    """How many characters of the answer must have come for each token to be there."""
    ends = list(accumulate(0 if word == "[1]" else len(word) for word in written))
    # A marker takes the space before it away, and white space waits for what follows it.
    taken = list(accumulate(int(word == "[1]") for word in written))
    return [max(0, end - gone - 1) for end, gone in zip(ends, taken, strict=True)]


def script(count: int) -> list[str]:
    return [TOKENS[n % len(TOKENS)] for n in range(count)]


# --- the provider -----------------------------------------------------------------------------


def event(delta: dict[str, str] | None, reason: str | None = None, **more: object) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    data = b"data: " + orjson.dumps({**BASE, "choices": choices, **more}) + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def provide(rate: float, seconds: float) -> None:
    """Serve OpenAI's chat completions on a free port, printed first, until killed."""
    count = int(rate * seconds)
    written = [event({"content": token}) for token in script(count)]
    usage = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1}
    end = event({}, "stop") + event(None, usage=usage) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
    under_way: dict[asyncio.Transport, tuple[float, int]] = {}

    class Provider(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.request = transport, b""

        def data_received(self, data: bytes) -> None:
            self.request += data
            head, found, body = self.request.partition(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if not found or len(body) < int(length):
                return
            self.request = b""
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                b"transfer-encoding: chunked\r\n\r\n"
                # The first token says when it was due, and with it all the others.
                + event({"content": f"{time.monotonic():.6f}: "})
            )
            under_way[self.transport] = (time.monotonic(), 0)

        def connection_lost(self, _: Exception | None) -> None:
            under_way.pop(self.transport, None)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = time.monotonic()
        for transport, (begun, sent) in list(under_way.items()):
            due = min(count, int((now - begun) * rate))
            if due > sent:
                transport.write(b"".join(written[sent:due]))
                under_way[transport] = (begun, due)
            if due == count:
                transport.write(end)
                del under_way[transport]


# --- the reader -------------------------------------------------------------------------------


class Reader(asyncio.Protocol):
    """Asks once, and notes when each token of the answer is there."""

    def __init__(self, host: str, rate: float, ends: list[int]) -> None:
        self.rate, self.ends = rate, ends
        body = orjson.dumps(
            {"messages": [{"role": "user", "content": ASKED}], "stream": True, "model": "gpt-4o"}
        )
        self.request = (
            f"POST /assistant/chat/bench HTTP/1.1\r\nhost: {host}\r\napi-key: {KEY}\r\n"
            "x-pinecone-api-version: 2026-07\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        ).encode() + body
        loop = asyncio.get_running_loop()
        self.started, self.done = loop.create_future(), loop.create_future()
        self.asked = self.first = self.begun = 0.0
        self.late: list[float] = []
        self.citations = self.characters = 0
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.asked = time.monotonic()
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                self.take(orjson.loads(line[5:]), now)

    def take(self, chunk: dict, now: float) -> None:
        if chunk["type"] == "citation":
            self.citations += 1
        if chunk["type"] != "content_chunk":
            return
        text = chunk["delta"]["content"]
        if not self.begun:
            self.first = now - self.asked
            self.started.set_result(None)
            begun, _, text = text.partition(":")
            self.begun, text = float(begun), text[1:]
        self.characters += len(text)
        for n in range(len(self.late), bisect_right(self.ends, self.characters)):
            self.late.append(now - self.begun - (n + 1) / self.rate)

    def connection_lost(self, failure: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(failure)


async def read(url: str, rate: float, ends: list[int]) -> Reader:
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, reader = await loop.create_connection(
        lambda: Reader(where.netloc, rate, ends), where.hostname, where.port
    )
    await reader.done
    return reader


# --- what is measured -------------------------------------------------------------------------


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def many(url: str, pid: int, provider: int, options: argparse.Namespace) -> None:
    ends = shown(script(int(options.rate * options.seconds)))
    memory, begun = memory_mb(pid), time.monotonic()
    cpu, others = cpu_seconds(pid), (cpu_seconds(provider), time.process_time())
    tasks = []
    for _ in range(options.streams):
        tasks.append(asyncio.create_task(read(url, options.rate, ends)))
        await asyncio.sleep(START_SECONDS / options.streams)
    during = memory_mb(pid)
    readers = await asyncio.gather(*tasks)
    seconds = time.monotonic() - begun
    cpu = cpu_seconds(pid) - cpu
    others = (cpu_seconds(provider) - others[0], time.process_time() - others[1])
    late = sorted(x for reader in readers for x in reader.late)
    whole = sum(len(reader.late) >= len(ends) - 2 for reader in readers)
    print(f"answers that came whole                  {whole} of {options.streams}")
    print(f"tokens, citations                        {len(late)}, "
          f"{sum(r.citations for r in readers)}")  # fmt: skip
    for share in (0.5, 0.99, 0.999, 1.0):
        at = late[min(len(late) - 1, int(share * len(late)))]
        print(f"token late by, p{share * 100:<5g}               {at * 1000:10.1f} ms")
    print(f"CPU of one token, answer and all      {cpu / len(late) * 1e6:10.0f} us")
    print(f"memory of one stream                  {(during - memory) / options.streams:10.2f} MB")
    print(f"server, provider, reader              {cpu / seconds:10.2f} {others[0] / seconds:.2f} "
          f"{others[1] / seconds:.2f} cores")  # fmt: skip


def alone(http: httpx2.Client, url: str, pid: int, rate: float) -> None:
    """One answer at a time: to the first token, and the CPU of one that is quoted."""
    first, retrieval = [], []
    for _ in range(40):
        begun = time.monotonic()
        http.post("/chat/bench/context", json={"query": ASKED}).raise_for_status()
        retrieval.append(time.monotonic() - begun)
        first.append(asyncio.run(to_first_token(url, rate)))
    added = statistics.median(first) - statistics.median(retrieval)
    print(f"first token beyond retrieval, p50     {added * 1000:10.1f} ms")
    cpu = []
    quoted = {"messages": [{"role": "user", "content": ASKED}], "model": "lodgepole-extractive"}
    for path, body in (("/chat/bench/context", {"query": ASKED}), ("/chat/bench", quoted)):
        before = cpu_seconds(pid)
        for _ in range(50):
            http.post(path, json=body).raise_for_status()
        cpu.append((cpu_seconds(pid) - before) / 50 * 1000)
    print(f"CPU of a quoted answer, of /context   {cpu[1]:10.1f} {cpu[0]:.1f} ms")


async def to_first_token(url: str, rate: float) -> float:
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    transport, reader = await loop.create_connection(
        lambda: Reader(where.netloc, rate, [0]), where.hostname, where.port
    )
    await reader.started
    transport.abort()
    return reader.first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--wait", action="store_true", help="print the pid and wait for a profiler")
    parser.add_argument("--provider", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.provider:
        asyncio.run(provide(options.rate, options.seconds))
        return
    arguments = [f"--rate={options.rate}", f"--seconds={options.seconds}"]
    command = [sys.executable, __file__, "--provider", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        try:
            port = provider.stdout.readline().strip()
            with serving(OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1") as server:
                http, url = server.http, str(server.http.base_url)
                http.post("/assistants", json={"name": "bench"}).raise_for_status()
                content = (TEXT * 100).encode()
                http.post("/files/bench", files={"file": ("a.txt", content)}).raise_for_status()
                wait_for_files(http, "bench", 60)
                alone(http, url, server.pid, options.rate)
                if options.wait:
                    print(server.pid, flush=True)
                    sys.stdin.readline()
                asyncio.run(many(url, server.pid, provider.pid, options))
        finally:
            provider.kill()


if __name__ == "__main__":
    main()
