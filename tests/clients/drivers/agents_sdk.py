"""The OpenAI Agents SDK, whose file search is a vector store, and whose MCP server an assistant."""

import asyncio
import json
import os

from preparing import prepare
from recording import KEY, URL, finish, fresh, same, step

os.environ |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{URL}/v1"}
os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"

from agents import Agent, FileSearchTool, Runner
from agents.mcp import MCPServerStreamableHttp

QUESTION = "Which ships must take a pilot on board?"


def agent(name: str) -> Agent:
    search = FileSearchTool(
        vector_store_ids=[f"vs_{name}"], max_num_results=3, include_search_results=True
    )
    return Agent(name="Harbour", instructions="Be brief.", model="gpt-4o", tools=[search])


async def main() -> None:
    name = fresh("agents")
    await asyncio.to_thread(prepare, name)
    with step("respond", "Runner.run(Agent(tools=[FileSearchTool([store])]), question)"):
        result = await Runner.run(agent(name), QUESTION)
        assert "90 metres" in result.final_output, result.final_output
        same(result.new_items[0].raw_item.type, "file_search_call")
        assert any("pilot" in one.text for one in result.new_items[0].raw_item.results)
    with step("go on from a response", "Runner.run(agent, result.to_input_list() + […])"):
        items = [*result.to_input_list(), {"role": "user", "content": "And who pays?"}]
        assert (await Runner.run(agent(name), items)).final_output
        more = await Runner.run(
            agent(name), "And who pays?", previous_response_id=result.last_response_id
        )
        assert more.final_output
    with step("respond with events", "Runner.run_streamed(agent, question)"):
        streamed = Runner.run_streamed(agent(name), QUESTION)
        async for _ in streamed.stream_events():
            pass
        same(streamed.final_output, result.final_output)
    with step("list tools", "MCPServerStreamableHttp({url, headers}).list_tools()"):
        where = {
            "url": f"{URL}/mcp/assistants/{name}",
            "headers": {"Authorization": f"Bearer {KEY}"},
        }
        async with MCPServerStreamableHttp(params=where) as server:
            assert "find_in_file" in [tool.name for tool in await server.list_tools()]
            asked = {"file": "rules.pdf", "words": "pilot on board"}
            found = await server.call_tool("find_in_file", asked)
            same(json.loads(found.content[0].text)["page"], 1)


asyncio.run(main())
finish()
