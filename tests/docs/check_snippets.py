"""Every command and program in the documentation, run against a live server: `make check-docs`.

Not collected with the other tests, because it takes a minute of CPU, and installs OpenAI's
client in an environment of its own.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from tests.clients.clients import installed
from tests.docs.snippets import ROOT, Snippet, filled_in, of, only_make
from tests.wire.conftest import Server

WALKED = "tour.md"  # `make check-walk` runs it, and compares what it prints
RUN_SECONDS = 90
GONE_SECONDS = 20
FOREIGN = ("LODGEPOLE_", "PINECONE_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_")

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(300)]


def blocks() -> list[Snippet]:
    found = (snippet for snippet in of("sh", "python") if not only_make(snippet))
    return [snippet for snippet in found if snippet.page != WALKED]


@pytest.mark.parametrize("page", sorted({snippet.page for snippet in blocks()}))
def test_commands_and_programs_work(page: str, server: Server, tmp_path: Path):
    """The blocks of one page, in their order, in a folder with the examples."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for snippet in blocks():
        if snippet.page == page:
            run(snippet, server, tmp_path)


def run(snippet: Snippet, server: Server, folder: Path) -> None:
    text = filled_in(snippet.text, url=server.url, key=server.key)
    if snippet.language == "sh":
        command = ["sh", "-ec", f'lodgepole() {{ {sys.executable} -m lodgepole "$@"; }}\n{text}']
    elif snippet.environment is None:
        command = [sys.executable, "-c", text]
    else:
        command = [str(installed(snippet.environment) / "bin" / "python"), "-c", text]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(server, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"docs/{snippet}\n{done.stdout}\n{done.stderr}"
    assert done.stdout.strip() or "print(" not in snippet.text, f"docs/{snippet} prints nothing"


def environment(server: Server, home: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {
        "HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        "LODGEPOLE_URL": server.url,
        "LODGEPOLE_API_KEY": server.key,
    }


def api(server: Server) -> httpx2.Client:
    headers = {"Api-Key": server.key, "X-Pinecone-Api-Version": "2026-04"}
    return httpx2.Client(base_url=f"{server.url}/assistant", headers=headers)


@pytest.fixture(autouse=True)
def no_assistants_left(server: Server) -> Iterator[None]:
    """Each page starts with none, since several call theirs alike."""
    yield
    deadline = time.monotonic() + GONE_SECONDS
    with api(server) as client:
        for assistant in client.get("/assistants").json()["assistants"]:
            client.delete(f"/assistants/{assistant['name']}")
        while client.get("/assistants").json()["assistants"]:
            assert time.monotonic() < deadline, "the assistants of a page are still there"


@pytest.mark.parametrize("snippet", [s for s in of("json") if "mcpServers" in s.text], ids=str)
def test_mcp_settings_lead_a_client_to_the_assistant(snippet: Snippet, server: Server):
    with api(server) as client:
        assert client.post("/assistants", json={"name": "notes"}).status_code == 200
    text = filled_in(snippet.text, url=server.url, key=server.key)
    [settings] = json.loads(text)["mcpServers"].values()
    assert "get_context" in asyncio.run(tools(settings["url"], settings["headers"]))


async def tools(url: str, headers: dict[str, str]) -> list[str]:
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        streamable_http_client(url, http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        return [tool.name for tool in (await session.list_tools()).tools]
