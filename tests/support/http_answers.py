"""A server on loopback that answers each path with one JSON body, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager


@asynccontextmanager
async def answering(answers: Mapping[str, object] | None) -> AsyncIterator[int]:
    """The port of a server that knows these paths; with None one that never says a word."""
    leave = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if answers is None:
                    await leave.wait()
                    break
                path = head.split(b" ")[1].decode()
                known = path in answers
                body = json.dumps(answers.get(path, {"error": "unknown"})).encode()
                status = "200 OK" if known else "404 Not Found"
                writer.write(
                    f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        leave.set()
        server.close()
        await asyncio.wait_for(server.wait_closed(), 5)
