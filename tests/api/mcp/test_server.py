"""An assistant as an MCP server, driven by the official client and by bare requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.wire.requirements import requirement

from lodgepole.api.app import create_app
from lodgepole.api.mcp import server as mcp
from lodgepole.model import Role

pytestmark = pytest.mark.slow

KEY = "secret-of-the-tests"
CALL = {
    "jsonrpc": "2.0",
    "id": 7,
    "method": "tools/call",
    "params": {"name": "get_context", "arguments": {"query": "How much did revenue grow?"}},
}


@pytest.fixture
async def http(house: Any) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(house.services, public_url=None, ready=lambda: True)
    mcp.mount(app)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport,
        base_url="http://lodgepole.test",
        headers={"Authorization": f"Bearer {KEY}"},
    ) as client:
        yield client


@asynccontextmanager
async def connected(
    http: httpx2.AsyncClient, name: str, mode: Literal["auto", "legacy"] = "auto"
) -> AsyncIterator[Client]:
    url = f"http://lodgepole.test/mcp/assistants/{name}"
    async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
        yield client


async def fill(http: httpx2.AsyncClient, house: Any, name: str, text: str) -> None:
    await http.post("/assistant/assistants", json={"name": name})
    accepted = await http.post(f"/files/{name}", files={"file": ("notes.txt", text.encode())})
    assert accepted.status_code == 200, accepted.text  # no version header: the old family
    await house.work()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@requirement("mcp.tool")
async def test_the_official_client_finds_the_tool_and_calls_it(http, filled, mode):
    async with connected(http, filled, mode) as client:
        tool, *others = (await client.list_tools()).tools
        assert tool.name == "get_context"
        assert [other.name for other in others] == ["list_files", "find_in_file", "read_pages"]
        assert all(other.annotations.read_only_hint for other in others)
        assert tool.input_schema["required"] == ["query"]
        assert set(tool.input_schema["properties"]) == {"query", "top_k", "snippet_size", "filter"}
        result = await client.call_tool(
            "get_context", {"query": "How much did revenue grow?", "top_k": 1, "snippet_size": 512}
        )
    assert not result.is_error
    (item,) = result.content
    snippet = json.loads(item.text)
    assert "12 percent" in snippet["content"]
    assert snippet["reference"]["type"] == "pdf"
    assert snippet["reference"]["file"]["name"] == "report.pdf"
    assert snippet["reference"]["pages"][0] == 1


@requirement("mcp.snippets")
async def test_snippets_are_those_of_the_context_route(http, filled):
    response = await http.post(f"/mcp/assistants/{filled}", json=CALL)
    items = [json.loads(item["text"]) for item in response.json()["result"]["content"]]
    route = await http.post(f"/chat/{filled}/context", json=CALL["params"]["arguments"])
    snippets = route.json()["snippets"]
    for snippet in [*items, *snippets]:
        snippet["reference"]["file"].pop("signed_url")  # says when it expires
    assert items == snippets


@pytest.mark.parametrize(
    "accept", [None, "application/json", "application/json, text/event-stream", "*/*"]
)
@requirement("mcp.bare")
async def test_a_bare_call_without_initialize_is_answered(http, filled, accept):
    headers = {"Content-Type": "text/plain"}
    if accept:
        headers["Accept"] = accept
    else:
        del http.headers["Accept"]
    url = f"/mcp/assistants/{filled}"
    response = await http.post(url, content=json.dumps(CALL), headers=headers)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["id"] == 7
    assert all(item["type"] == "text" for item in body["result"]["content"])


async def test_a_number_written_with_a_point_is_whole(http, filled):
    arguments = {"query": "revenue", "top_k": 1.0, "snippet_size": 512.0}
    call = {**CALL, "params": {"name": "get_context", "arguments": arguments}}
    answer = (await http.post(f"/mcp/assistants/{filled}", json=call)).json()
    assert len(answer["result"]["content"]) == 1


async def test_a_batch_is_answered_message_by_message(http, filled):
    url = f"/mcp/assistants/{filled}"
    listing = {"jsonrpc": "2.0", "id": 8, "method": "tools/list"}
    notice = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = await http.post(url, json=[CALL, notice, listing, {"jsonrpc": "2.0", "id": 9}])
    assert answer.status_code == 200
    first, second, *broken = answer.json()
    assert (first["id"], second["id"]) == (7, 8)
    assert first["result"]["content"]
    assert second["result"]["tools"][0]["name"] == "get_context"
    assert all("error" in part for part in broken)
    assert (await http.post(url, json=[notice])).status_code == 202
    assert (await http.post(url, json=[notice] * 33)).status_code == 400


@requirement("mcp.isolated")
async def test_parallel_clients_of_different_assistants_see_their_own_documents(http, house):
    names = [f"assistant-{number}" for number in range(10)]
    for name in names:
        await fill(http, house, name, f"The harbour master of {name} is called Inge {name}.")

    async def ask(name: str) -> list[str]:
        async with connected(http, name) as client:
            result = await client.call_tool("get_context", {"query": "Who is harbour master?"})
        return [json.loads(item.text)["content"] for item in result.content]

    for name, texts in zip(names, await asyncio.gather(*map(ask, names)), strict=True):
        assert texts == [f"The harbour master of {name} is called Inge {name}."]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Invalid value for `query`"),
        ({"query": 4}, "Invalid value for `query`"),
        ({"query": " "}, "Query cannot be empty"),
        ({"query": "x", "top_k": 0}, "top_k must be between 1 and 64"),
        ({"query": "x", "top_k": "many"}, "Invalid value for `top_k`"),
        ({"query": "x", "snippet_size": 8193}, "snippet_size must be between 512 and 8192"),
    ],
)
@requirement("mcp.errors")
async def test_wrong_arguments_are_a_result_that_says_what_is_wrong(
    http, filled, arguments, message
):
    async with connected(http, filled) as client:
        result = await client.call_tool("get_context", arguments)
    assert result.is_error
    assert message in result.content[0].text


async def test_an_assistant_without_files_says_so(http, house):
    await http.post("/assistant/assistants", json={"name": "empty"})
    async with connected(http, "empty") as client:
        result = await client.call_tool("get_context", {"query": "anything"})
    assert result.is_error
    assert "no available files" in result.content[0].text


async def test_another_tool_is_a_protocol_error(http, filled):
    async with connected(http, filled) as client:
        with pytest.raises(MCPError, match="Unknown tool 'shell'"):
            await client.call_tool("shell", {})


async def test_what_nobody_expected_is_not_told(http, house, filled, monkeypatch, caplog):
    async def fail(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(house.services.chat, "context", fail)
    response = await http.post(f"/mcp/assistants/{filled}", json=CALL)
    assert response.json()["error"] == {"code": -32603, "message": "Internal server error"}
    assert "secret of the inside" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": ""},
        {"Authorization": "", "Api-Key": "wrong"},
    ],
)
@requirement("mcp.errors", "auth.wrong", "auth.first", "auth.bearer")
async def test_a_wrong_key_is_refused_before_anything_else(http, filled, headers):
    response = await http.post("/mcp/assistants/missing", json=CALL, headers=headers)
    assert response.status_code == 401
    assert response.json() == {
        "status": 401,
        "error": {"code": "UNAUTHENTICATED", "message": "Invalid API key."},
    }


async def test_the_header_of_the_other_routes_is_taken_too(http, filled):
    headers = {"Authorization": "", "Api-Key": KEY}
    response = await http.post(f"/mcp/assistants/{filled}", json=CALL, headers=headers)
    assert response.status_code == 200


@requirement("mcp.errors", "auth.project")
async def test_another_projects_key_sees_no_assistant(http, house, filled):
    key = await house.key(Role.ALL, project="other")
    headers = {"Authorization": f"Bearer {key}"}
    response = await http.post(f"/mcp/assistants/{filled}", json=CALL, headers=headers)
    assert response.status_code == 404
    assert response.json()["error"] == {
        "code": "NOT_FOUND",
        "message": 'Assistant "filled" not found.',
    }


@pytest.mark.parametrize(
    ("role", "status"), [(Role.DATA_READ, 200), (Role.DATA_WRITE, 200), (Role.CONTROL_READ, 403)]
)
async def test_reading_data_is_what_a_key_must_allow(http, house, filled, role, status):
    headers = {"Authorization": f"Bearer {await house.key(role)}"}
    response = await http.post(f"/mcp/assistants/{filled}", json=CALL, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@requirement("mcp.stateless")
async def test_there_are_no_sessions_to_listen_to_or_to_end(http, filled, method):
    response = await http.request(method, f"/mcp/assistants/{filled}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.json()["status"] == 405


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff"])
async def test_what_is_no_message_is_a_json_rpc_error(http, filled, body):
    response = await http.post(f"/mcp/assistants/{filled}", content=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] in {-32700, -32600, -32602}


async def test_a_body_over_the_limit_is_refused(http, house, filled):
    body = b" " * (house.services.limits.json_body_bytes + 1)
    response = await http.post(f"/mcp/assistants/{filled}", content=body)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "OUT_OF_RANGE"


async def test_a_notification_is_accepted_without_an_answer(http, filled):
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    response = await http.post(f"/mcp/assistants/{filled}", json=message)
    assert response.status_code == 202
    assert response.content == b""


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_files_are_resources_that_can_be_read(http, filled, mode):
    async with connected(http, filled, mode) as client:
        (resource,) = (await client.list_resources()).resources
        assert resource.name == "report.pdf"
        (content,) = (await client.read_resource(resource.uri)).contents
        assert "12 percent" in content.text
        for uri in ("lodgepole://files/nothing", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
