"""A cluster whose processes are killed, stopped and woken: real processes, PostgreSQL and S3."""

import re
import signal
import socket
import time

import httpx2
import pytest
from tests.support.cluster import KEY, cluster

WAIT_SECONDS = 240.0  # a worker gives way to everybody, also on a machine that is busy
LEASE = {"LODGEPOLE_LIMITS__OPERATION_LEASE_SECONDS": "6"}
TEXT = "The ferry to Anholt leaves at 09:15 on weekdays. "


@pytest.fixture(scope="module")
def many():
    with cluster() as made:
        yield made


@pytest.fixture(scope="module")
def clients(many):
    """One of each of two servers that only answer."""
    opened = [
        httpx2.Client(
            base_url=f"{many.api('--no-work', **LEASE).url}/assistant",
            headers={"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-07"},
            trust_env=False,
            timeout=60,
        )
        for _ in range(2)
    ]
    yield opened
    for client in opened:
        client.close()


def upload(client, assistant, name, text):
    answer = client.put(f"/files/{assistant}/{name}", files={"file": (f"{name}.txt", text)})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def until(condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)  # of other processes, which nothing here can be told of


def status(client, assistant, name):
    answer = client.get(f"/files/{assistant}/{name}")
    return answer.json()["status"] if answer.status_code == 200 else str(answer.status_code)


def holder(many, name):
    [worker] = [
        row[1] for row in many.rows("SELECT file_id, worker_id FROM operations") if row[0] == name
    ]
    return worker


@pytest.mark.timeout(600)
def test_every_server_answers_for_every_other(many, clients):
    one, two = clients
    with socket.create_server(("127.0.0.1", 0)) as probe:
        metrics = f"127.0.0.1:{probe.getsockname()[1]}"
    many.worker(LODGEPOLE_WORKER_METRICS=metrics, **LEASE)
    assert one.post("/assistants", json={"name": "shared"}).status_code == 200
    operation = upload(two, "shared", "f1", TEXT)
    until(lambda: status(one, "shared", "f1") == "Available")
    assert one.get(f"/operations/shared/{operation}").json()["status"] == "Completed"
    counted = httpx2.get(f"http://{metrics}/metrics", trust_env=False).text
    assert re.search(r"^lodgepole_operations_total\{.*\} 1\.0$", counted, re.MULTILINE)
    snippets = two.post("/chat/shared/context", json={"query": "When does the ferry leave?"})
    assert "09:15" in snippets.json()["snippets"][0]["content"]
    # A link that one server signed is good at the other.
    link = one.get("/files/shared/f1", params={"include_url": "true"}).json()["signed_url"]
    path = link.partition("/signed/")[2]
    answer = httpx2.get(f"{two.base_url.copy_with(path='/')}signed/{path}", trust_env=False)
    assert answer.text == TEXT
    assert two.delete("/files/shared/f1").status_code in (200, 202)
    answer = one.post("/chat/shared/context", json={"query": "When does the ferry leave?"})
    assert answer.status_code < 500
    assert "09:15" not in answer.text
    until(lambda: status(one, "shared", "f1") == "404")
    assert many.rows("SELECT count(*) FROM index_passages") == [(0,)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_work_of_a_lost_worker_is_taken_over_and_a_woken_one_changes_nothing(many, clients, how):
    one, _ = clients
    name = f"lost-{how.name.lower()}"
    for process in many.processes:
        if process.name.startswith("worker"):
            process.stop()
    assert one.post("/assistants", json={"name": name}).status_code == 200
    lost = many.worker(**LEASE)
    text = "".join(f"{TEXT}Number {n}. " for n in range(1500))
    upload(one, name, name, text)
    until(lambda: holder(many, name) is not None)
    lost.popen.send_signal(how)
    many.worker(**LEASE)
    until(lambda: status(one, name, name) == "Available")
    passages = many.rows("SELECT count(*), count(DISTINCT (number, ordinal)) FROM index_passages")
    if how is signal.SIGSTOP:
        lost.popen.send_signal(signal.SIGCONT)
        until(lambda: "taken over or cancelled" in lost.log.read_text())
        assert status(one, name, name) == "Available"
    [(rows, different)] = many.rows(
        "SELECT count(*), count(DISTINCT (number, ordinal)) FROM index_passages"
    )
    assert rows == different
    assert [(rows, different)] == passages
    assert many.rows("SELECT file_id FROM index_files").count((name,)) == 1
