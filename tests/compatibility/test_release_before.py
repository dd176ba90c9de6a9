"""A data directory, exports, settings, metrics and commands of the release before still hold.

`release_0_1/README.md` says how its files were made.
"""

import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
import typer.main
from tests.compatibility import surface
from tests.compatibility.conftest import KEY, RELEASE, serve
from tests.support.machine import Machine, Server

from lodgepole.cli import app
from lodgepole.runtime.settings import Settings
from lodgepole.telemetry.metrics import DEFINITIONS, PREFIX

READER = "lp_9bFPWoOYw2ss493fm7q8wDHnQcr69CjfNFjvWzEMlM0"  # of that directory alone
HANDBOOK = Path(__file__).parents[2] / "examples" / "operator-handbook.pdf"
NOTE = {"kind": "note", "pages": 1}
WAIT_SECONDS = 30.0


def client(server: Server, key: str = KEY) -> httpx2.Client:
    headers = {"Api-Key": key, "X-Pinecone-Api-Version": "2026-04"}
    return httpx2.Client(base_url=f"{server.url}/assistant", headers=headers, timeout=WAIT_SECONDS)


def got(client: httpx2.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def posted(client: httpx2.Client, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def files(client: httpx2.Client, assistant: str = "harbour") -> dict[str, dict[str, Any]]:
    return {file["id"]: file for file in got(client, f"/files/{assistant}")["files"]}


def question(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


# --- a data directory -------------------------------------------------------------------------


@pytest.mark.live
def test_all_that_was_kept_is_there(server: Server) -> None:
    with client(server) as reader:
        assistants = {one["name"]: one for one in got(reader, "/assistants")["assistants"]}
        kept = files(reader)
        own = kept.pop("own-Id_1")
        operations = got(reader, "/operations/harbour")["operations"]
        handbook = next(f for f in kept.values() if f["name"] == HANDBOOK.name)
        link = got(reader, f"/files/harbour/{handbook['id']}?include_url=true")["signed_url"]

    assert set(assistants) == {"harbour", "empty"}
    assert assistants["harbour"]["instructions"] == "Answer briefly."
    assert assistants["harbour"]["metadata"] == {"team": "harbour", "year": 2026}
    assert {(f["name"], f["status"]): f["metadata"] for f in kept.values()} == {
        ("berths.json", "Available"): None,
        ("damaged.pdf", "ProcessingFailed"): None,
        ("notes.txt", "Available"): NOTE,
        ("operator-handbook.pdf", "Available"): {"kind": "manual", "tags": ["ops", "pdf"]},
    }
    assert own["status"] == "Available"
    assert {(o["operation_type"], o["status"]) for o in operations} == {
        ("upload_file", "Completed"),
        ("upload_file", "Failed"),
        ("upsert_file", "Completed"),
        ("delete_file", "Completed"),
    }
    assert httpx2.get(link).content == HANDBOOK.read_bytes()


@pytest.mark.live
def test_it_answers_from_what_it_was_given_before(server: Server) -> None:
    with client(server) as reader:
        context = posted(
            reader,
            "/chat/harbour/context",
            {"query": "memory to read one file", "filter": {"kind": "manual"}},
        )
        answer = posted(reader, "/chat/harbour", question("How many tonnes does the crane lift?"))

        measured = httpx2.get(f"{server.url}/metrics").text

    first = context["snippets"][0]
    assert first["reference"]["file"]["name"] == HANDBOOK.name
    assert "2 GB" in first["content"]
    assert "40 tonnes" in answer["message"]["content"]
    cited = answer["citations"][0]["references"][0]
    assert cited["file"]["name"] == "notes.txt"
    stages = set(re.findall(r'lodgepole_stage_seconds_count{stage="(\w+)"}', measured))
    assert stages >= {"embed_query", "search", "pack", "retrieve", "model"}


@pytest.mark.live
def test_its_keys_open_what_they_opened(server: Server) -> None:
    with client(server, READER) as reader:
        assert len(files(reader)) == 5
        assert reader.delete("/files/harbour/own-Id_1").status_code == 403
    with client(server, "another") as stranger:
        assert stranger.get("/files/harbour").status_code == 401


@pytest.mark.live
def test_it_can_be_changed(machine: Machine) -> None:
    server = serve(machine, "data-directory.zip")
    with client(server) as writer:
        sent = {"file": ("notes.txt", b"The crane lifts 45 tonnes.")}
        accepted = writer.put("/files/harbour/own-Id_1", files=sent)
        assert accepted.status_code == 202, accepted.text
        assert finished(writer, accepted.json()["id"]) == "Completed"
        old = next(f["id"] for f in files(writer).values() if f["metadata"] == NOTE)
        removed = writer.delete(f"/files/harbour/{old}")
        assert removed.status_code == 202, removed.text
        answer = posted(writer, "/chat/harbour", question("How many tonnes does the crane lift?"))
        assert "45 tonnes" in answer["message"]["content"]
    server.stop()
    verified = machine.run("verify", "--data-dir", str(server.data_dir))
    assert verified.returncode == 0, verified.stdout


def finished(client: httpx2.Client, operation: str) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        status = got(client, f"/operations/harbour/{operation}")["status"]
        if status != "Processing":
            return status
    raise AssertionError(f"{operation} did not finish")


@pytest.mark.live
def test_what_it_had_accepted_when_it_was_killed_is_finished(machine: Machine) -> None:
    server = serve(machine, "data-directory-killed.zip")
    with client(server) as reader:
        operations = got(reader, "/operations/harbour")["operations"]
        newest = max(operations, key=lambda operation: operation["created_on"])
        assert finished(reader, newest["id"]) == "Completed"
        assert files(reader)[newest["file_id"]]["status"] == "Available"
    server.stop()
    verified = machine.run("verify", "--data-dir", str(server.data_dir))
    assert verified.returncode == 0, verified.stdout


# --- exports ----------------------------------------------------------------------------------


@pytest.mark.live
@pytest.mark.parametrize("name", ["plain.lodgepole", "with-passages.lodgepole"])
def test_an_export_is_taken_in(machine: Machine, name: str) -> None:
    server = machine.start(machine.home / "data", LODGEPOLE_API_KEY=KEY)
    made = machine.run(
        *("import", str(RELEASE / name), "--json", "--data-dir", str(server.data_dir)),
        LODGEPOLE_API_KEY=KEY,
    )

    told = json.loads(made.stdout)
    assert (told["assistant"], told["files"]) == ("harbour", 5), made.stderr
    assert [failed["name"] for failed in told["failed"]] == ["damaged.pdf"]
    with client(server) as reader:
        answer = posted(reader, "/chat/harbour", question("How many tonnes does the crane lift?"))
        kept = files(reader)
    assert "40 tonnes" in answer["message"]["content"]
    assert "own-Id_1" in kept
    with zipfile.ZipFile(RELEASE / name) as archive:
        manifest = json.loads(archive.read("lodgepole.json"))
    assert {f["crc32c_hash"] for f in kept.values()} == {
        f["crc32c_hash"] for f in manifest["files"]
    }


# --- what scripts, configuration and dashboards name ------------------------------------------


def recorded() -> dict[str, list[str]]:
    return json.loads((RELEASE / "surface.json").read_text("utf-8"))


def test_every_setting_is_still_there() -> None:
    assert set(recorded()["settings"]) - set(surface.settings(Settings)) == set()


def test_every_metric_is_still_there() -> None:
    assert set(recorded()["metrics"]) - set(surface.metrics(DEFINITIONS, PREFIX)) == set()


def test_every_command_is_still_there() -> None:
    command = typer.main.get_command(app)
    now = surface.commands(command, "lodgepole") + surface.without_arguments(command, "lodgepole")
    assert set(recorded()["commands"]) - set(now) == set()
