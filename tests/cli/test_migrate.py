"""A data directory brought to PostgreSQL and a bucket by the command, as an operator would."""

import json
import signal
import subprocess

import httpx2
import pytest
from tests.support.machine import LODGEPOLE
from tests.support.s3_server import BUCKET

FERRIES = "The ferry to Anholt leaves at 09:15 on weekdays. "
MUSEUM = "The museum of clocks in Horsens opens at 10:40 on Sundays. "
QUESTIONS = {"ferries": "When does the ferry to Anholt leave?", "museum": "When does it open?"}
MIGRATE_SECONDS = 60


def client_of(server, key):
    return httpx2.Client(
        base_url=f"{server.url}/assistant",
        headers={"Api-Key": key, "X-Pinecone-Api-Version": "2026-07"},
        trust_env=False,
        timeout=60,
    )


def upload(client, assistant, name, text):
    answer = client.put(f"/files/{assistant}/{name}", files={"file": (f"{name}.txt", text)})
    assert answer.status_code == 202, answer.text


def wait_for_files(client, assistant):
    under_way = {"status": "Processing", "limit": 1}
    while client.get(f"/operations/{assistant}", params=under_way).json()["operations"]:
        pass  # each look is a request; pytest's limit ends it


def seen(client):
    """What clients see of every assistant: files, answers, and where they were found."""
    found = {}
    for assistant, question in QUESTIONS.items():
        files = client.get(f"/files/{assistant}").json()["files"]
        context = client.post(f"/chat/{assistant}/context", json={"query": question}).json()
        snippets = [
            (snippet["content"], round(snippet["score"], 3), snippet["reference"]["file"]["id"])
            for snippet in context["snippets"]
        ]
        asked = {"messages": [{"role": "user", "content": question}]}
        answer = client.post(f"/chat/{assistant}", json=asked).json()
        found[assistant] = (
            sorted((file["id"], file["name"], file["status"], file["size"]) for file in files),
            snippets,
            answer["message"]["content"],
        )
    return found


@pytest.fixture
def many(database_url, s3_server, tmp_path):
    """The settings of a server on many machines, and the arguments that name the same."""
    blobs = f"s3://{BUCKET}/{tmp_path.name}"
    settings = {
        **s3_server.environment(),
        "LODGEPOLE_DATABASE_URL": database_url,
        "LODGEPOLE_BLOB_URL": blobs,
    }
    return settings, ("--to", database_url, "--blobs", blobs)


@pytest.fixture
def filled(machine):
    """A data directory whose server has stopped, its key, a link, and what clients saw."""
    data_dir = machine.home / "data"
    server = machine.start(data_dir)
    with client_of(server, server.api_key) as client:
        for assistant, text in (("ferries", FERRIES), ("museum", MUSEUM)):
            assert client.post("/assistants", json={"name": assistant}).status_code == 200
            for number in range(3):
                upload(client, assistant, f"{assistant}-{number}", f"{text}Number {number}. " * 40)
        for assistant in QUESTIONS:
            wait_for_files(client, assistant)
        one = client.get("/files/ferries/ferries-0", params={"include_url": "true"}).json()
        before = seen(client)
    server.stop()
    return data_dir, server.api_key, one["signed_url"].partition("/signed/")[2], before


def migrate(machine, data_dir, arguments, s3_server):
    return machine.run(
        "migrate", *arguments, "--data-dir", str(data_dir), **s3_server.environment()
    )


@pytest.mark.timeout(180)
def test_after_the_command_clients_see_the_same(machine, filled, many, s3_server):
    data_dir, key, link, before = filled
    settings, arguments = many
    done = migrate(machine, data_dir, arguments, s3_server)
    assert done.returncode == 0, done.stderr
    assert "every byte the same" in done.stdout
    elsewhere = machine.start(machine.home / "elsewhere", **settings)
    assert elsewhere.api_key is None
    with client_of(elsewhere, key) as client:
        assert seen(client) == before
        # Links that were handed out before stay good.
        answer = httpx2.get(f"{elsewhere.url}/signed/{link}", trust_env=False)
        assert answer.status_code == 200
        assert answer.text.startswith(FERRIES)
        # Work goes on there.
        upload(client, "ferries", "new", "The ferry to Tunø leaves at 11:50. ")
        wait_for_files(client, "ferries")
        context = client.post("/chat/ferries/context", json={"query": "Ferry to Tunø?"}).json()
        assert "11:50" in json.dumps(context)


@pytest.mark.timeout(180)
def test_killed_in_the_middle_it_goes_on_when_it_is_run_again(machine, filled, many, s3_server):
    data_dir, key, _, before = filled
    settings, arguments = many
    command = subprocess.Popen(
        [*LODGEPOLE, "migrate", *arguments, "--data-dir", str(data_dir)],
        env=machine.environment(**s3_server.environment()),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    assert "1 of 2" in command.stdout.readline()
    command.send_signal(signal.SIGKILL)
    command.communicate(timeout=MIGRATE_SECONDS)
    done = migrate(machine, data_dir, arguments, s3_server)
    assert done.returncode == 0, done.stderr
    assert "2 assistants, 6 Available files" in done.stdout
    elsewhere = machine.start(machine.home / "elsewhere", **settings)
    with client_of(elsewhere, key) as client:
        assert seen(client) == before


def test_a_folder_without_data_is_refused_and_stays_as_it_is(machine, many, s3_server):
    _, arguments = many
    empty = machine.home / "mistyped"
    for command in (("migrate", *arguments), ("verify",)):
        done = machine.run(*command, "--data-dir", str(empty), **s3_server.environment())
        assert done.returncode == 1
        assert "There is no catalog in" in done.stderr
    assert not empty.exists()
