"""Measure what Lodgepole adds to a language model's own time, over HTTP, with many streams at once.

    uv run python scripts/bench_chat.py [--streams 200] [--rate 30] [--seconds 20]

A stand-in for a provider sends tokens at a fixed rate; each token is the moment at which it was
sent. The server runs as usual, in its own process; this process reads the streams. Printed: time
to the first token beyond retrieval, how late tokens come, memory a stream costs.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

START_SECONDS = 10.0  # over which the streams begin
KEY = "bench-key-0123456789"
TEXT = "The office opens at nine. The kettle has a warranty of two years from the purchase. "


async def provider(rate: float, seconds: float) -> None:
    """Serve OpenAI's chat completions on a free port, printed first, until killed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ", 1)[1].split("\r\n", 1)[0])
                await reader.readexactly(length)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                    b"transfer-encoding: chunked\r\n\r\n"
                )
                begun = time.monotonic()
                count = int(rate * seconds)
                for n in range(count):
                    await asyncio.sleep(max(0.0, begun + n / rate - time.monotonic()))
                    send(writer, {"content": f"{time.monotonic():.6f} "}, None)
                send(writer, {}, "stop")
                usage = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1}
                write(writer, json.dumps({**BASE, "choices": [], "usage": usage}))
                write(writer, "[DONE]")
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


BASE = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "bench"}


def send(writer: asyncio.StreamWriter, delta: dict, reason: str | None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    write(writer, json.dumps({**BASE, "choices": [choice]}))


def write(writer: asyncio.StreamWriter, event: str) -> None:
    data = f"data: {event}\n\n".encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def read_stream(
    client: httpx2.AsyncClient, url: str, asked: str
) -> tuple[float, list[float]]:
    """The moment of asking to the first token's arrival, and each token's lateness, in seconds."""
    body = {"messages": [{"role": "user", "content": asked}], "stream": True, "model": "gpt-4o"}
    begun, first, late = time.monotonic(), 0.0, []
    async with client.stream("POST", url, json=body) as response:
        async for line in response.aiter_lines():
            now = time.monotonic()
            if line.startswith("data:") and '"content_chunk"' in line:
                # What came together is one event; each token in it counts.
                words = json.loads(line[5:])["delta"]["content"].split()
                if words:
                    first = first or now - begun
                    late += [now - float(word) for word in words]
    return first, late


async def measure(base: str, pid: int, streams: int) -> None:
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(headers=headers, timeout=120, limits=limits) as client:
        (await client.post(f"{base}/assistants", json={"name": "bench"})).raise_for_status()
        upload = await client.post(
            f"{base}/files/bench", files={"file": ("a.txt", (TEXT * 200).encode())}
        )
        operation = f"{base}/operations/bench/{upload.raise_for_status().json()['id']}"
        while (await client.get(operation)).json()["status"] == "Processing":  # noqa: ASYNC110  another process
            await asyncio.sleep(0.2)
        url = f"{base}/chat/bench"
        query = {"query": "How long is the warranty?"}
        await read_stream(client, url, query["query"])
        retrieval, alone = [], []
        for n in range(20):
            begun = time.monotonic()
            await client.post(f"{url}/context", json=query)
            retrieval.append(time.monotonic() - begun)
            if n % 2:
                alone.append((await read_stream(client, url, query["query"]))[0])
        before, begun_cpu = memory_mb(pid), cpu_seconds(pid)
        tasks = []
        for n in range(streams):
            tasks.append(asyncio.create_task(read_stream(client, url, f"Warranty number {n}?")))
            await asyncio.sleep(START_SECONDS / streams)
        during = memory_mb(pid)
        results = await asyncio.gather(*tasks)
        spent = cpu_seconds(pid) - begun_cpu
    late = sorted(x for _, tokens in results for x in tokens)
    overhead = statistics.median(alone) - statistics.median(retrieval)
    print(f"first token beyond retrieval, one stream (p50)  {overhead * 1000:8.1f} ms")
    print(f"tokens                                          {len(late):8d}")
    print(f"CPU of one token                                {spent / len(late) * 1e6:8.0f} us")
    for share in (0.5, 0.99, 0.999, 1.0):
        at = late[min(len(late) - 1, int(share * len(late)))]
        print(f"token lateness p{share * 100:<5g}                          {at * 1000:8.1f} ms")
    print(f"memory of one stream                            {(during - before) / streams:8.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--provider", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.provider:
        asyncio.run(provider(args.rate, args.seconds))
        return
    options = [f"--rate={args.rate}", f"--seconds={args.seconds}"]
    command = [sys.executable, __file__, "--provider", *options]
    with (
        tempfile.TemporaryDirectory() as data,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upstream,
    ):
        port = (upstream.stdout.readline() if upstream.stdout else "").strip()
        environment = {
            **os.environ,
            "LODGEPOLE_DATA_DIR": data,
            "LODGEPOLE_API_KEY": KEY,
            "LODGEPOLE_PORT": "18931",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        }
        serve = [sys.executable, "-m", "lodgepole", "serve"]
        with subprocess.Popen(
            serve, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            base = "http://127.0.0.1:18931/assistant"
            try:
                wait_until_up(base)
                asyncio.run(measure(base, server.pid, args.streams))
            finally:
                server.terminate()
                server.wait(20)
                upstream.terminate()


def wait_until_up(base: str) -> None:
    for _ in range(150):
        try:
            if httpx2.get(f"{base}/assistants", headers={"Api-Key": KEY}).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
