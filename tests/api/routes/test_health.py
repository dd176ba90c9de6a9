"""Alive, and ready: asked by whoever watches, without a key."""

import httpx2

from lodgepole.api.app import create_app


async def asked(house, path: str, **options) -> httpx2.Response:
    app = create_app(house.services, public_url=None, **options)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path)


async def test_a_process_that_answers_is_alive(house) -> None:
    answer = await asked(house, "/healthz", ready=lambda: False)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_once_it_works(house) -> None:
    answer = await asked(house, "/readyz", ready=lambda: True)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_until_then_it_says_when_to_ask_again(house) -> None:
    answer = await asked(house, "/readyz", ready=lambda: False)
    assert (answer.status_code, answer.json()) == (503, {"status": "starting"})
    assert answer.headers["retry-after"] == "1"


async def test_indexes_that_are_made_again_are_told(house) -> None:
    answer = await asked(house, "/readyz", ready=lambda: True, incomplete=lambda: 2)
    assert answer.json() == {"status": "ready", "assistants_being_rebuilt": 2}
