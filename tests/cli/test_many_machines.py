"""What the command line says of a database and a bucket, and what it refuses there."""

import json

import pytest

from lodgepole.cli import main


@pytest.fixture
def many(monkeypatch, database_url, bucket_url, tmp_path):
    monkeypatch.setenv("LODGEPOLE_DATABASE_URL", database_url)
    monkeypatch.setenv("LODGEPOLE_BLOB_URL", bucket_url)
    monkeypatch.setenv("LODGEPOLE_DATA_DIR", str(tmp_path / "data"))


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    output = capsys.readouterr()
    return ended.value.code, output.out + output.err


def test_doctor_looks_at_database_extension_bucket_and_clock(many, capsys):
    _, output = run(capsys, "doctor", "--json")
    found = {f["what"]: f["state"] for f in json.loads(output)["findings"]}
    shared = ("Database", "pgvector", "Clock", "Bucket")
    assert {what: found[what] for what in shared} == dict.fromkeys(shared, "ok")


def test_doctor_says_what_does_not_answer(many, capsys, monkeypatch):
    monkeypatch.setenv("LODGEPOLE_DATABASE_URL", "postgresql://postgres:hunter2@127.0.0.1:1/x")
    monkeypatch.setenv("LODGEPOLE_BLOB_URL", "s3://no-such-bucket/x")
    code, output = run(capsys, "doctor", "--json")
    found = {f["what"]: f["state"] for f in json.loads(output)["findings"]}
    assert code == 1
    assert (found["Database"], found["Bucket"]) == ("problem", "problem")
    assert "hunter2" not in output


def test_keys_are_those_of_the_database(many, capsys):
    code, _ = run(capsys, "keys", "create", "ci")
    assert code == 0
    _, output = run(capsys, "keys", "list")
    assert "ci" in output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("backup", "nowhere"), "pg_dump"),
        (("restore", "nowhere"), "pg_dump"),
        (("verify", "--absent", "word"), "data directory"),
        (("migrate", "--to", "postgresql://x", "--blobs", "s3://b"), "unset it"),
    ],
)
def test_what_is_of_one_machine_is_refused_with_what_to_do_instead(many, capsys, command, said):
    code, output = run(capsys, *command)
    assert code == 1
    assert said in output
