"""A model that takes 33 seconds before its first word, streamed to every generation of clients.

The official Python client gives up after 30 seconds without a byte. Part of `make test-clients`.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.clients.clients import CLIENTS, Client, installed, run
from tests.clients.model_server import serving
from tests.support.served import assistant_with, served
from tests.wire.conftest import Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
MODEL_SECONDS = 33.0
NAME = "rules"
KINDS = {"pinecone_plugin.py": "plugin", "pinecone_sdk.py": "sdk", "openai_sdk.py": "openai"}
WANTED = [
    client
    for client in CLIENTS
    if client.driver == "pinecone_sdk.mjs"
    or (client.driver in KINDS and "--async" not in client.arguments)
]


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    model = serving(wait=MODEL_SECONDS)
    url = f"http://127.0.0.1:{model.server_port}/v1"
    home = tmp_path_factory.mktemp("slow")
    with served(home, OPENAI_API_KEY="none", OPENAI_BASE_URL=url) as server:
        assistant_with(server, NAME, "rules.md", b"Mooring costs 14 euros a day.")
        yield server
    model.shutdown()
    model.server_close()


@pytest.fixture(scope="module")
def reports(slow: Server) -> dict[str, list[dict[str, object]]]:
    os.environ["LODGEPOLE_ASSISTANT"] = NAME

    def reported(client: Client) -> list[dict[str, object]]:
        driver = "slow_stream.mjs" if client.is_node else "slow_stream.py"
        arguments = () if client.is_node else (KINDS[client.driver],)
        wanted = replace(client, driver=driver, arguments=arguments)
        return run(wanted, url=slow.url, key=slow.key, documents=Path())

    for client in WANTED:
        installed(client.environment)
    with ThreadPoolExecutor(len(WANTED)) as pool:  # they all wait
        return dict(zip([c.name for c in WANTED], pool.map(reported, WANTED), strict=True))


@pytest.mark.parametrize("client", WANTED, ids=lambda client: client.name)
def test_a_slow_answer_reaches_the_client(client: Client, reports):
    failed = [r for r in reports[client.name] if not r["ok"]]
    assert not failed, "\n".join(f"{r['operation']}:\n{r['detail']}" for r in failed)
