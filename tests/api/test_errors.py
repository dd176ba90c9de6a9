import asyncio
from typing import Any

import httpx2
import orjson
import pytest
from tests.api.conftest import KEY, House, build, opened
from tests.wire.requirements import requirement

from lodgepole.api.app import create_app
from lodgepole.errors import Unavailable
from lodgepole.library.files import Files
from lodgepole.limits import Limits
from lodgepole.model import Role


def error(response: httpx2.Response) -> tuple[int, str, str]:
    body = response.json()
    assert set(body) == {"status", "error"}
    assert body["status"] == response.status_code
    assert response.headers["content-type"] == "application/json"
    assert len(response.headers["x-request-id"]) == 16
    return body["status"], body["error"]["code"], body["error"]["message"]


ROUTES = [
    ("GET", "/assistants"),
    ("POST", "/assistants"),
    ("GET", "/assistants/a"),
    ("PATCH", "/assistants/a"),
    ("DELETE", "/assistants/a"),
    ("GET", "/files/a"),
    ("POST", "/files/a"),
    ("GET", "/files/a/f"),
    ("PUT", "/files/a/f"),
    ("DELETE", "/files/a/f"),
    ("GET", "/operations/a"),
    ("GET", "/operations/a/o"),
    ("POST", "/chat/a"),
    ("POST", "/chat/a/chat/completions"),
    ("POST", "/chat/a/context"),
    ("POST", "/evaluation/metrics/alignment"),
]


@pytest.mark.parametrize("prefix", ["", "/assistant"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", [None, "wrong", "schlüssel"])
@requirement("auth.wrong", "auth.first", "auth.api-key")
async def test_without_a_key_nothing_is_read_and_nothing_is_told(
    house: House, method: str, path: str, prefix: str, key: str | None
):
    async def body():
        raise AssertionError("the body was read")
        yield b""

    headers = {} if key is None else {"Api-Key": key.encode()}
    async with house.client(key=None) as client:
        response = await client.request(method, prefix + path, content=body(), headers=headers)
    assert error(response) == (401, "UNAUTHENTICATED", "Invalid API key.")


@requirement("auth.bearer")
async def test_openai_clients_may_send_the_key_as_a_bearer_token(house: House):
    async with house.client(key=None) as client:
        answer = await client.get("/assistants", headers={"Authorization": f"Bearer {KEY}"})
        assert answer.status_code == 200
        answer = await client.get("/assistants", headers={"authorization": f"bearer {KEY}"})
        assert answer.status_code == 200
        answer = await client.get("/assistants", headers={"Authorization": f"Basic {KEY}"})
        assert answer.status_code == 401


ALLOWED = {
    Role.CONTROL_READ: {("GET", "/assistants"), ("GET", "/assistants/a")},
    Role.CONTROL_WRITE: {route for route in ROUTES if route[1].startswith("/assistants")},
    Role.DATA_READ: {
        route
        for route in ROUTES
        if route == ("GET", "/assistants/a")
        or (route[0] == "GET" and not route[1].startswith("/assistants"))
        or route[1].startswith(("/chat", "/evaluation"))
    },
    Role.DATA_WRITE: {
        route
        for route in ROUTES
        if not route[1].startswith("/assistants") or route == ("GET", "/assistants/a")
    },
}


@pytest.mark.parametrize("role", ALLOWED)
@requirement("auth.role")
async def test_a_role_opens_its_routes_and_no_others(house: House, role: Role):
    async with house.client(key=await house.key(role)) as client:
        refused = {
            (method, path)
            for method, path in ROUTES
            if (await client.request(method, path)).status_code == 403
        }
        assert set(ROUTES) - refused == ALLOWED[role]
        if refused:
            status, code, message = error(await client.request(*sorted(refused)[0]))
            assert (status, code) == (403, "PERMISSION_DENIED")
            assert f"`{role}`" in message


@requirement("auth.project")
async def test_a_key_sees_its_own_project_alone(house: House, new: httpx2.AsyncClient):
    await new.post("/assistants", json={"name": "mine"})
    async with house.client(key=await house.key(Role.ALL, project="other")) as other:
        assert (await other.get("/assistants")).json() == {"assistants": []}
        status, code, message = error(await other.get("/assistants/mine"))
        assert (status, code, message) == (404, "NOT_FOUND", 'Assistant "mine" not found.')


@requirement("path.unknown", "error.shape")
async def test_unknown_paths_and_methods_have_the_error_shape(new: httpx2.AsyncClient):
    assert error(await new.get("/nope"))[:2] == (404, "NOT_FOUND")
    assert error(await new.get("/assistants/"))[:2] == (404, "NOT_FOUND")
    response = await new.put("/assistants")
    assert error(response)[:2] == (405, "UNIMPLEMENTED")
    assert response.headers["allow"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
        (b"\xff", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"{}", "`name`: Field required"),
        (b'{"name": 5}', "`name`"),
        (b'{"name": "a", "metadata": []}', "`metadata`"),
        (b'{"name": "a", "instructions": 1}', "`instructions`"),
    ],
)
@requirement("error.bad-json", "error.shape")
async def test_bodies_that_cannot_be_read_are_refused_in_words(
    new: httpx2.AsyncClient, body: bytes, words: str
):
    status, code, message = error(await new.post("/assistants", content=body))
    assert (status, code) == (400, "INVALID_ARGUMENT")
    assert words in message


@requirement("body.any-content-type")
async def test_json_is_read_whatever_its_content_type(new: httpx2.AsyncClient):
    response = await new.post(
        "/assistants",
        content=b'{"name": "texty"}',
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert response.status_code == 200


@requirement("error.too-large")
async def test_a_body_over_the_limit_is_refused_while_it_comes():
    house = await opened(build(Limits(json_body_bytes=1000)))
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 100

    async with house.client() as client:
        assert error(await client.post("/assistants", content=endless()))[0] == 413
        assert sent < 20
        assert error(await client.post("/assistants", content=b" " * 2000))[0] == 413


@requirement("error.unexpected")
async def test_an_unexpected_failure_tells_nothing_but_its_request_id(
    house: House, caplog: pytest.LogCaptureFixture
):
    def broken() -> bool:
        raise RuntimeError("a secret detail")

    house.ready = broken
    async with house.client() as client:
        response = await client.get("/readyz")
    assert error(response) == (500, "UNKNOWN", "Internal server error")
    assert response.headers["x-request-id"] in caplog.text
    assert "a secret detail" in caplog.text


async def test_the_record_of_a_failure_holds_no_link(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Files, "open_content", broken)
    async with house.client(key=None) as client:
        assert error(await client.get("/signed/secret.token/a.txt"))[0] == 500
    records = [record.getMessage() for record in caplog.records if record.exc_info]
    assert [message.partition(": ")[2] for message in records] == ["GET '/signed/…'"]


@requirement("evaluation.errors")
async def test_evaluation_has_its_own_shape_for_bad_requests(new: httpx2.AsyncClient):
    for prefix in ("", "/assistant"):
        path = f"{prefix}/evaluation/metrics/alignment"
        for content in (b"{", b'{"question": "q"}', b'{"question": 1}'):
            response = await new.post(path, content=content)
            assert response.status_code == 422
            assert set(response.json()) == {"message"}


async def test_a_401_says_how_a_key_is_sent(house: House):
    async with house.client(key=None) as client:
        refused = await client.get("/assistants")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


async def test_head_is_get_without_the_body(house: House, new: httpx2.AsyncClient, filled: str):
    [file] = (await new.get(f"/files/{filled}")).json()["files"]
    described = f"/files/{filled}/{file['id']}"
    link = (await new.get(described, params={"include_url": "true"})).json()["signed_url"]
    paths = ("/assistants", described, "/healthz", "/console", "/openapi.json", "/nowhere", link)
    for path in paths:
        got, head = await new.get(path), await new.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        for name in ("content-length", "content-type"):
            assert head.headers[name] == got.headers[name], path


@pytest.mark.parametrize("target", ["http://lodgepole.example:81/assistants?limit=1", "HTTPS://x/"])
async def test_a_target_may_name_the_host(house: House, target: str):
    await house.services.assistants.create("default", name="a", instructions=None, metadata=None)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path, _, query = target.partition("?")
    headers = [(b"host", b"other.example"), (b"api-key", KEY.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": query.encode(), "headers": headers, "root_path": ""}
    async with house.client() as client:
        await client._transport.app(scope, receive, send)
    if "assistants" in target:
        assert sent[0]["status"] == 200
        body = b"".join(message.get("body", b"") for message in sent)
        assert orjson.loads(body)["assistants"][0]["host"] == "http://lodgepole.example:81"
    else:
        assert sent[0]["status"] == 307  # the front door


async def test_json_may_begin_with_a_byte_order_mark(new: httpx2.AsyncClient):
    body = b'\xef\xbb\xbf{"name": "a"}'
    assert (await new.post("/assistants", content=body)).status_code == 200


@requirement("error.rate")
async def test_a_project_may_make_so_many_requests_a_minute():
    house = await opened(build(Limits(requests_per_minute=2)))
    other = await house.key(Role.ALL, project="other")
    async with house.client() as client:
        statuses = [(await client.get("/assistants")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        response = await client.get("/assistants")
        assert error(response)[1] == "TOO_MANY_REQUESTS"
        assert 1 <= int(response.headers["retry-after"]) <= 30
        older = await client.get("/assistants", headers={"X-Pinecone-Api-Version": "2025-10"})
        assert error(older)[:2] == (429, "RESOURCE_EXHAUSTED")
        theirs = await client.get("/assistants", headers={"Api-Key": other})
        assert theirs.status_code == 200


@pytest.mark.parametrize(("seconds", "header"), [(None, "5"), (0.2, "1"), (30.0, "30")])
async def test_whoever_finds_something_unavailable_is_told_when_to_come_back(
    house: House, seconds: float | None, header: str, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("No space left on device.", retry_after=seconds)

    monkeypatch.setattr(Files, "open_content", away)
    async with house.client(key=None) as client:
        response = await client.get("/signed/secret.token/a.txt")
    assert error(response) == (503, "UNAVAILABLE", "No space left on device.")
    assert response.headers["retry-after"] == header


async def test_health_needs_no_key(house: House):
    async with house.client(key=None) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        house.ready = lambda: False
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200


async def test_readiness_says_that_the_worker_is_down(house: House):
    app = create_app(house.services, public_url=None, ready=lambda: True, worker_down=lambda: True)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://lodgepole.test") as client:
        response = await client.get("/readyz")
        assert (response.status_code, response.json()) == (503, {"status": "worker restarting"})
        assert response.headers["retry-after"] == "5"


async def test_readiness_says_that_an_index_is_being_rebuilt(house: House):
    house.incomplete = lambda: 2
    async with house.client(key=None) as client:
        response = await client.get("/readyz")
        assert (response.status_code, response.json()) == (
            200,
            {"status": "ready", "assistants_being_rebuilt": 2},
        )


async def test_simultaneous_requests_have_different_ids(new: httpx2.AsyncClient):
    responses = await asyncio.gather(*(new.get("/healthz") for _ in range(20)))
    assert len({r.headers["x-request-id"] for r in responses}) == 20


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("GET /v1/models/nobody", 404, "not_found"),
        ("POST /v1/chat/completions", 400, "invalid_argument"),
        ("PUT /v1/models", 405, "unimplemented"),
        ("GET /v1/nothing", 404, "not_found"),
    ],
)
async def test_failures_of_the_openai_api_have_its_shape(
    new: httpx2.AsyncClient, asked: str, status: int, code: str
):
    answer = await new.request(*asked.split())
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    failure = answer.json()["error"]
    assert (failure["code"], failure["param"]) == (code, None)
    assert failure["type"] == "invalid_request_error"
    assert failure["message"]


async def test_methods_of_our_own_paths_are_told_to_every_version(legacy):
    refused = await legacy.request("OPTIONS", "/lodgepole/files/a/b/passages")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, PUT")
