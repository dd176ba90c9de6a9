"""A folder and an assistant, made equal by a real server."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

pytestmark = pytest.mark.live


@pytest.fixture
def assistant(served) -> Generator[str]:
    served.run("assistants", "create", "synced")
    yield "synced"
    assert served.run("assistants", "delete", "synced", "--yes").returncode == 0


def sync(served, *arguments: str, code: int = 0) -> dict[str, list[str]]:
    ended = served.run("files", "sync", *arguments, "--json")
    assert ended.returncode == code, ended.stderr or ended.stdout
    return json.loads(ended.stdout)


def work(plan: dict[str, list[str]]) -> tuple[list[str], list[str], list[str]]:
    return plan["add"], plan["change"], plan["delete"]


def test_a_folder_goes_up_and_comes_down_and_a_second_run_does_nothing(
    served, assistant: str, tmp_path: Path
):
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "deep").mkdir(parents=True)
    (here / "a.md").write_text("# One\n\nThe first file.")
    (here / "deep" / "a.md").write_text("# Two\n\nThe second file has the same name.")
    (here / "photo.tiff").write_text("x")
    dry = sync(served, assistant, str(here), "--dry-run")
    assert work(dry) == (["a.md", "deep/a.md"], [], [])
    assert served.run("files", "list", assistant, "--json").stdout.count('"id"') == 0

    first = sync(served, assistant, str(here))
    assert work(first) == (["a.md", "deep/a.md"], [], [])
    assert set(first["left_out"]) == {"photo.tiff"}
    assert work(sync(served, assistant, str(here))) == ([], [], [])
    down = sync(served, assistant, str(there), "--pull")
    assert work(down) == (["a.md", "deep/a.md"], [], [])
    assert (there / "deep" / "a.md").read_bytes() == (here / "deep" / "a.md").read_bytes()
    assert work(sync(served, assistant, str(there), "--pull", "--delete")) == ([], [], [])

    (here / "a.md").write_text("# One\n\nThe first file, changed.")
    (here / "deep" / "a.md").unlink()
    assert work(sync(served, assistant, str(here))) == ([], ["a.md"], [])
    assert work(sync(served, assistant, str(here), "--delete")) == ([], [], ["deep/a.md"])
    assert work(sync(served, assistant, str(here), "--delete")) == ([], [], [])
    (there / "own.txt").write_text("only here")
    down = sync(served, assistant, str(there), "--pull", "--delete")
    assert work(down) == ([], ["a.md"], ["deep/a.md", "own.txt"])
    assert [path.name for path in there.rglob("*") if path.is_file()] == ["a.md"]
    assert work(sync(served, assistant, str(there), "--pull", "--delete")) == ([], [], [])


@pytest.mark.parametrize("path", ["../outside.txt", "/tmp/outside.txt", ".ssh/keys.txt"])  # noqa: S108  a path that is refused
def test_a_server_does_not_choose_a_path_outside_the_folder(
    served, assistant: str, tmp_path: Path, path: str
):
    (tmp_path / "evil.txt").write_text("Written where nobody asked for it.")
    sent = served.run(
        *("files", "upload", assistant, str(tmp_path / "evil.txt")),
        *("--metadata", json.dumps({"path": path})),
    )
    assert sent.returncode == 0, sent.stderr
    (tmp_path / "into").mkdir()
    plan = sync(served, assistant, str(tmp_path / "into"), "--pull")
    assert (plan["add"], list(plan["left_out"])) == ([], [path])
    assert list((tmp_path / "into").iterdir()) == []
    assert not (tmp_path / "outside.txt").exists()
