"""Older generations and programs, against a live server: `make test-clients-all`."""

import json

import pytest
from tests.clients.clients import Client, installed, run
from tests.clients.older import OLDER, RESULTS, STEPS
from tests.wire.conftest import FILES, Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
Reports = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def reports(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    documents = tmp_path_factory.mktemp("documents")
    for name, content in FILES.items():
        (documents / name).write_bytes(content)
    found: Reports = {}
    for client in OLDER:
        installed(client.environment)
        found[client.name] = run(client, url=server.url, key=server.key, documents=documents)
    return found


@pytest.mark.parametrize("client", OLDER, ids=lambda client: client.name)
def test_every_step_of_the_client_works(client: Client, reports: Reports):
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
