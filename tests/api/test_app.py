"""What surrounds all routes: here, who may call from a browser."""

import httpx2
import pytest
from tests.api.conftest import KEY

from lodgepole.api.app import create_app

ORIGIN = "https://app.example.com"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": (
        "api-key, authorization, content-type, x-pinecone-api-version, mcp-session-id, "
        "mcp-protocol-version, x-stainless-lang"
    ),
}


def client(house, *origins: str) -> httpx2.AsyncClient:
    app = create_app(house.services, public_url=None, ready=lambda: True, cors_origins=origins)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://lodgepole.test")


async def test_by_default_no_page_elsewhere_may_call(house):
    async with client(house) as browser:
        answer = await browser.options("/assistants/a", headers=PREFLIGHT)
        assert answer.status_code == 405
        answer = await browser.get("/healthz", headers={"Origin": ORIGIN})
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origins", [(ORIGIN,), ("https://x.example", ORIGIN), ("*",)])
async def test_pages_of_named_origins_may_send_what_clients_send(house, origins):
    async with client(house, *origins) as browser:
        answer = await browser.options("/assistants/a", headers=PREFLIGHT)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] in (ORIGIN, "*")
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        for name in PREFLIGHT["Access-Control-Request-Headers"].split(", "):
            assert name in allowed
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]


async def test_pages_of_other_origins_may_not(house):
    async with client(house, "https://x.example") as browser:
        refused = await browser.options("/assistants/a", headers=PREFLIGHT)
        assert refused.status_code == 400
        answer = await browser.get("/healthz", headers={"Origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_pages_may_read_failures_and_what_answers_say_beside_the_body(house):
    async with client(house, ORIGIN) as browser:
        answer = await browser.get("/assistants", headers={"Origin": ORIGIN})
        assert answer.status_code == 401
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
        headers = {"Origin": ORIGIN, "Api-Key": KEY}
        assert (await browser.get("/assistants", headers=headers)).status_code == 200
