"""The official `mcp` client: with and without the handshake, and many at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from preparing import prepare
from recording import DOCUMENTS, KEY, URL, download, finish, fresh, same, step

MODES = ("auto", "legacy")  # the newest protocol without a handshake, the older ones with it


@asynccontextmanager
async def connected(name: str, *, mode: str = "auto", key: str = KEY) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(f"{URL}/mcp/assistants/{name}", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


async def tools(name: str) -> None:
    with step("list tools", "client.list_tools(), with and without a handshake"):
        for mode in MODES:
            async with connected(name, mode=mode) as client:
                same(
                    [tool.name for tool in (await client.list_tools()).tools],
                    ["get_context", "list_files", "find_in_file", "read_pages"],
                )
    with step("call get_context", "client.call_tool('get_context', {query, top_k, snippet_size})"):
        asked = {"query": "What does mooring cost?", "top_k": 2, "snippet_size": 512}
        for mode in MODES:
            async with connected(name, mode=mode) as client:
                result = await client.call_tool("get_context", asked)
            assert not result.is_error and 0 < len(result.content) <= 2, result
            snippet = json.loads(result.content[0].text)
            assert "14 euros" in snippet["content"], snippet
            same(snippet["reference"]["type"], "pdf")
            assert 2 in snippet["reference"]["pages"]
            link = snippet["reference"]["file"]["signed_url"]
            same(download(link), (DOCUMENTS / "rules.pdf").read_bytes())
    with step("report what is wrong", "client.call_tool('get_context', {top_k: 0}) is an error"):
        async with connected(name) as client:
            result = await client.call_tool("get_context", {"query": "What?", "top_k": 0})
        assert result.is_error and "top_k must be between 1 and 64" in result.content[0].text


async def many() -> None:
    with step("ten clients at once", "each on its own assistant, each sees its own document"):
        names = [fresh("mcp") for _ in range(10)]
        for name in names:
            sentence = f"The pilot of {name} is called Inge {name}."
            await asyncio.to_thread(prepare, name, document="pilot.txt", content=sentence.encode())

        async def ask(name: str) -> list[str]:
            async with connected(name) as client:
                result = await client.call_tool("get_context", {"query": "Who is the pilot?"})
            return [json.loads(item.text)["content"].strip() for item in result.content]

        for name, found in zip(names, await asyncio.gather(*map(ask, names)), strict=True):
            same(found, [f"The pilot of {name} is called Inge {name}."])


async def refusals(name: str) -> None:
    async def fails(**options: str) -> None:
        try:
            async with connected(options.pop("name", name), **options) as client:
                await client.list_tools()
        except Exception:  # the client wraps the status in groups of its own
            return
        raise AssertionError("the client was let in")

    with step("refuse a wrong key", "the connection is refused"):
        await fails(key="wrong")
    with step("report what is missing", "the connection to no assistant is refused"):
        await fails(name="nobody")


async def main() -> None:
    name = fresh("mcp")
    await asyncio.to_thread(prepare, name)
    await tools(name)
    await many()
    await refusals(name)
    finish()


asyncio.run(main())
