"""The HTTP server says when it listens, and a signal ends it without ending the process."""

import asyncio
import signal
import socket

import pytest
import uvicorn

from lodgepole.runtime.http_server import HttpServer


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def held():
    """Open until it is set: the one answer of the application."""
    return asyncio.Event()


@pytest.fixture
def config(held):
    async def application(scope, receive, send):
        del receive
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await held.wait()
        await send({"type": "http.response.body", "body": b"complete"})

    return uvicorn.Config(application, log_config=None, lifespan="off", ws="none")


async def ask(listener):
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_it_announces_itself_once_it_answers(config, listener, held):
    listening = asyncio.Event()
    server = HttpServer(config, listening.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(5):
        await listening.wait()
        held.set()
        reader, writer = await ask(listener)
        assert (await reader.read()).endswith(b"complete\r\n0\r\n\r\n")
        writer.close()
        server.handle_exit(signal.SIGTERM, None)
        await serving


async def test_the_first_signal_waits_for_open_answers(config, listener, held):
    listening = asyncio.Event()
    server = HttpServer(config, listening.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(5):
        await listening.wait()
        reader, writer = await ask(listener)
        server.handle_exit(signal.SIGTERM, None)
        assert (server.should_exit, server.force_exit) == (True, False)
        held.set()
        assert b"complete" in await reader.read()
        await serving
        writer.close()


async def test_the_second_signal_does_not_wait(config, listener):
    listening = asyncio.Event()
    server = HttpServer(config, listening.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(5):
        await listening.wait()
        _, writer = await ask(listener)
        server.handle_exit(signal.SIGTERM, None)
        server.handle_exit(signal.SIGTERM, None)
        assert server.force_exit
        await serving  # though the one answer is open
        writer.close()
