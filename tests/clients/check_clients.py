"""Every generation of official clients against a live server: `make test-clients`.

Not collected with the other tests, because it installs the clients and takes about a minute.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.clients.clients import CLIENTS, OPERATIONS, RESULTS, Client, installed, run
from tests.wire.conftest import FILES, Server
from tests.wire.requirements import requirement

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
AT_ONCE = 6  # most of a client's time is its own waiting between two polls

Reports = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="session")
def reports(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    documents = tmp_path_factory.mktemp("documents")
    for name, content in FILES.items():
        (documents / name).write_bytes(content)

    def reported(client: Client) -> list[dict[str, object]]:
        return run(client, url=server.url, key=server.key, documents=documents)

    for client in CLIENTS:
        installed(client.environment)
    slowest_first = sorted(CLIENTS, key=lambda client: "plugin" not in client.name)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(slowest_first, pool.map(reported, slowest_first), strict=True))
    return {client.name: found[client] for client in CLIENTS}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@requirement("client.unmodified")
def test_every_operation_of_the_client_works(client: Client, reports: Reports):
    failed = [r for r in reports[client.name] if not r["ok"]]
    assert not failed, "\n".join(f"{r['operation']}:\n{r['detail']}" for r in failed)


def test_the_page_says_what_was_run(reports: Reports, request: pytest.FixtureRequest):
    found = {
        name: {
            str(r["operation"]): str(r["exercised"])
            for r in sorted(done, key=lambda r: OPERATIONS.index(str(r["operation"])))
            if r["ok"]
        }
        for name, done in reports.items()
    }
    if request.config.getoption("--write-results"):
        Path(RESULTS).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(RESULTS.read_text("utf-8")) == found, "run `make conformance`"
