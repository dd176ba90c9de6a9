"""The application under its real HTTP server, with a model that does as it is told."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from tests.api.conftest import House, build, opened
from tests.wire.requirements import requirement

from lodgepole.api.app import create_app
from lodgepole.api.connections import connections_within
from lodgepole.errors import Unavailable
from lodgepole.model import ModelText

ASK = {
    "messages": [{"role": "user", "content": "How did revenue grow?"}],
    "model": "scripted",
    "stream": True,
}


@asynccontextmanager
async def served(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(house.services, public_url=None, ready=lambda: True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            lifespan="off",
            http=connections_within(house.services.limits, most=100),
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        headers = {"Api-Key": "secret-of-the-tests"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            await client.post("/assistants", json={"name": "a"})
            await client.post("/files/a", files={"file": ("a.txt", b"Revenue grew.")})
            await house.work()
            yield client
        server.should_exit = True
        await serving


@requirement("stream.broken")
async def test_an_answer_that_fails_in_the_middle_is_never_taken_for_a_whole_one(
    caplog: pytest.LogCaptureFixture,
):
    long = "Revenue grew a little in the first year. " * 20
    house = await opened(build(script=(long, Unavailable("the model went away"))))
    async with served(house) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            async with client.stream("POST", "/chat/a", json=ASK) as response:
                assert response.status_code == 200
                async for _ in response.aiter_lines():
                    pass
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is None
    assert record.getMessage().endswith("broke off: POST '/chat/a': the model went away")


async def test_what_nobody_expected_in_the_middle_is_logged_with_its_place(
    caplog: pytest.LogCaptureFixture,
):
    house = await opened(build())

    async def broken(request):
        yield ModelText("Revenue grew a little in the first year. " * 20)
        raise RuntimeError("a bug")

    house.scripted.stream = broken
    async with served(house) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            async with client.stream("POST", "/chat/a", json=ASK) as response:
                await response.aread()
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is not None
    assert "a bug" in caplog.text


@requirement("chat.leaves")
async def test_the_model_stops_when_the_connection_closes():
    house = await opened(build())
    stopped = asyncio.Event()

    async def endless(request):
        try:
            while True:
                yield ModelText("Revenue grew a little. ")
                await asyncio.sleep(0)
        finally:
            stopped.set()

    house.scripted.stream = endless
    async with served(house) as client:
        async with client.stream("POST", "/chat/a", json=ASK) as response:
            await anext(response.aiter_bytes())
        async with asyncio.timeout(5):
            await stopped.wait()
