"""`fastmcp`'s client with a bearer token: tools, and files as resources."""

import asyncio
import json

from fastmcp import Client
from fastmcp.client.auth import BearerAuth
from fastmcp.exceptions import ToolError
from preparing import prepare
from recording import KEY, URL, finish, fresh, same, step


async def main() -> None:
    name = fresh("fastmcp")
    await asyncio.to_thread(prepare, name)
    async with Client(f"{URL}/mcp/assistants/{name}", auth=BearerAuth(KEY)) as client:
        with step("list tools", "client.list_tools()"):
            names = [tool.name for tool in await client.list_tools()]
            same(names, ["get_context", "list_files", "find_in_file", "read_pages"])
        with step("call get_context", "client.call_tool('get_context', {query, filter})"):
            asked = {"query": "What does mooring cost?", "top_k": 1}
            found = await client.call_tool("get_context", asked)
            assert "14 euros" in json.loads(found.content[0].text)["content"]
            nothing = {**asked, "filter": {"year": 1999}}
            same((await client.call_tool("get_context", nothing)).content, [])
        with step("read files over MCP", "call_tool('list_files' | 'find_in_file' | 'read_pages')"):
            (file,) = (await client.call_tool("list_files", {})).content
            known = json.loads(file.text)
            same((known["name"], known["status"]), ("rules.pdf", "Available"))
            place = {"file": known["id"], "words": "take a pilot"}
            found = await client.call_tool("find_in_file", place)
            same(json.loads(found.content[0].text)["page"], 1)
            pages = {"file": "rules.pdf", "first_page": 1, "last_page": known["pages"]}
            same(len((await client.call_tool("read_pages", pages)).content), known["pages"])
        with step("read resources over MCP", "client.list_resources(), read_resource(uri)"):
            (resource,) = await client.list_resources()
            (content, *_) = await client.read_resource(resource.uri)
            assert "pilot" in content.text
        with step("report what is wrong", "call_tool('read_pages', {first_page: 99}) raises"):
            try:
                await client.call_tool("read_pages", {"file": "rules.pdf", "first_page": 99})
            except ToolError as error:
                assert "pages count from 1" in str(error), error
            else:
                raise AssertionError("nothing was raised")


asyncio.run(main())
finish()
