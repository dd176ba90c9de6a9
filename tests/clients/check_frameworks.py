"""Libraries that speak the OpenAI API, with a model of a few rules: `make test-clients-all`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clients.clients import Client, installed, run
from tests.clients.frameworks import FRAMEWORKS, RESULTS, STEPS
from tests.clients.model_server import serving
from tests.support.served import assistant_with, served
from tests.wire.conftest import Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
NAME = "rules"
Reports = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    model = serving()
    url = f"http://127.0.0.1:{model.server_port}/v1"
    with served(
        tmp_path_factory.mktemp("frameworks"), OPENAI_API_KEY="none", OPENAI_BASE_URL=url
    ) as server:
        assistant_with(server, NAME, "rules.md", b"Mooring costs 14 euros a day.")
        yield server
    model.shutdown()
    model.server_close()


@pytest.fixture(scope="module")
def reports(answering: Server) -> Reports:
    os.environ["LODGEPOLE_ASSISTANT"] = NAME
    found: Reports = {}
    for client in FRAMEWORKS:
        installed(client.environment)
        found[client.name] = run(client, url=answering.url, key=answering.key, documents=Path())
    return found


@pytest.mark.parametrize("client", FRAMEWORKS, ids=lambda client: client.name)
def test_every_step_of_the_library_works(client: Client, reports: Reports):
    failed = [r for r in reports[client.name] if not r["ok"]]
    assert not failed, "\n".join(f"{r['operation']}:\n{r['detail']}" for r in failed)


def test_the_page_says_what_was_run(reports: Reports, request: pytest.FixtureRequest):
    found = {
        name: {str(r["operation"]): str(r["exercised"]) for r in done if r["ok"]}
        for name, done in reports.items()
    }
    assert {step for done in found.values() for step in done} == set(STEPS)
    if request.config.getoption("--write-results"):
        RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(RESULTS.read_text("utf-8")) == found, "run `make conformance`"
