from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lodgepole.cli.uploading import gather, upload_all
from lodgepole.client.api_client import Client
from lodgepole.errors import InvalidRequest, Unauthenticated


def test_folders_are_searched_for_files_that_are_read_and_hidden_ones_passed_over(tmp_path: Path):
    for name in ("b.pdf", "a.md", "photo.tiff", ".hidden.md", "deep/c.txt", ".git/d.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    taken, left_out = gather([tmp_path])
    assert [str(path.relative_to(tmp_path)) for path in taken] == ["a.md", "b.pdf", "deep/c.txt"]
    assert [path.name for path in left_out] == ["photo.tiff"]


def test_a_file_named_by_itself_is_always_taken(tmp_path: Path):
    path = tmp_path / "photo.tiff"
    path.write_text("x")
    assert gather([path]) == ([path], [])


def test_a_path_that_does_not_exist_is_told(tmp_path: Path):
    with pytest.raises(InvalidRequest, match=r"nowhere\.pdf"):
        gather([tmp_path / "nowhere.pdf"])


Answer = Callable[[httpx2.Request], httpx2.Response]


def server(uploads: dict[str, Any], operations: dict[str, list[dict[str, Any]]]) -> Answer:
    """Answers an upload by the file's name, then an operation's states one after another."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            body = request.read()
            name = next(name for name in uploads if f'filename="{name}"'.encode() in body)
            status, body = uploads[name]
            return httpx2.Response(status, content=body)
        if "/files/" in request.url.path:
            return httpx2.Response(200, json={"id": "f-1", "notice": "Page 3 cannot be read."})
        states = operations[request.url.path.rsplit("/", 1)[1]]
        return httpx2.Response(200, json=states.pop(0) if len(states) > 1 else states[0])

    return answer


def files(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_text(name)
    return [folder / name for name in names]


def accepted(operation_id: str) -> tuple[int, bytes]:
    return (202, f'{{"id": "{operation_id}", "file_id": "f-{operation_id}"}}'.encode())


def refused(status: int) -> tuple[int, bytes]:
    return (status, b'{"error": {"code": "X", "message": "No such kind."}}')


def test_each_file_is_watched_to_its_end_and_one_failure_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    paths = files(tmp_path, "good.md", "odd.tiff", "broken.pdf")
    uploads = {
        "good.md": accepted("1"),
        "odd.tiff": refused(400),
        "broken.pdf": accepted("2"),
    }
    states: dict[str, list[dict[str, Any]]] = {
        "1": [
            {"status": "Processing", "percent_complete": 40},
            {"status": "Completed", "file_id": "f-1"},
        ],
        "2": [{"status": "Failed", "file_id": "f-2", "error_message": "It is not a PDF."}],
    }
    transport = httpx2.MockTransport(server(uploads, states))
    with Client("http://127.0.0.1:1", "k", transport=transport) as client:
        results = upload_all(client, "a", paths)
    assert [(item.path.name, item.file_id, item.error, item.notice) for item in results] == [
        ("good.md", "f-1", None, "Page 3 cannot be read."),
        ("odd.tiff", None, "No such kind.", None),
        ("broken.pdf", "f-2", "It is not a PDF.", None),
    ]
    assert "good.md: ready" in capsys.readouterr().out


def test_an_unknown_key_stops_the_upload(tmp_path: Path):
    transport = httpx2.MockTransport(server({"a.md": refused(401)}, {}))
    with (
        Client("http://127.0.0.1:1", "k", transport=transport) as client,
        pytest.raises(Unauthenticated),
    ):
        upload_all(client, "a", files(tmp_path, "a.md"))
