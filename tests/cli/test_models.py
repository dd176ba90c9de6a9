"""The embedder is changed on a running machine."""

import json
import time
from pathlib import Path
from signal import SIGKILL

import httpx2
import pytest

from lodgepole.adapters.embedders.builtin import find_model
from lodgepole.adapters.embedders.builtin.conversion import converted_model

pytestmark = pytest.mark.live
TEXT = "\n\n".join(
    f"Room {number} is painted {colour}. Its window looks at the {view}."
    for number, (colour, view) in enumerate(
        (colour, view)
        for colour in ("red", "blue", "green", "white", "yellow")
        for view in ("harbour", "hills", "market", "church")
    )
)
WAIT_SECONDS = 60


class Api:
    def __init__(self, server, key: str) -> None:
        self._client = httpx2.Client(
            base_url=server.url, headers={"Api-Key": key}, trust_env=False, timeout=30
        )

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fill(self) -> None:
        assert self._client.post("/assistant/assistants", json={"name": "house"}).is_success
        answer = self._client.post(
            "/assistant/files/house", files={"file": ("rooms.txt", TEXT.encode())}
        )
        assert answer.is_success, answer.text
        file_id = answer.json()["id"]
        wait_for(
            lambda: (
                self._client.get(f"/assistant/files/house/{file_id}").json()["status"]
                == "Available"
            )
        )

    def found(self) -> str:
        answer = self._client.post(
            "/assistant/chat/house/context", json={"query": "Which room is blue and sees hills?"}
        )
        assert answer.is_success, answer.text
        return answer.json()["snippets"][0]["content"]


def wait_for(condition) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_changed_embedder_takes_over_while_questions_are_answered(
    machine, tmp_path: Path, cache_dir: Path
):
    data = tmp_path / "data"
    first = machine.start(data)
    assert first.api_key is not None
    with Api(first, first.api_key) as api:
        api.fill()
    first.stop(SIGKILL)

    exported = tmp_path / "exported"
    exported.mkdir()
    (exported / "model.onnx").write_bytes(converted_model(cache_dir, "f32").read_bytes())
    tokenizer = find_model(cache_dir).tokenizer
    (exported / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    changed = {
        "LODGEPOLE_EMBEDDER__KIND": "onnx",
        "LODGEPOLE_EMBEDDER__PATH": str(exported),
        "LODGEPOLE_EMBEDDER__MAX_TOKENS": "256",
        "LODGEPOLE_DATA_DIR": str(data),
    }

    def engines() -> set[str]:
        done = machine.run("models", "status", "--json", **changed)
        assert done.returncode == 0, done.stderr
        return {shown["embedder"]["engine"] for shown in json.loads(done.stdout)}

    assert engines() <= {"onnxruntime-int8", "onnxruntime-f32"}
    second = machine.start(data, **changed)
    with Api(second, first.api_key) as api:
        assert "blue" in api.found()  # by the former embedder or by the new
        wait_for(lambda: engines() == {"onnx-directory"})
        assert "blue" in api.found()
    said = machine.run("models", "status", "--data-dir", str(data), **changed).stdout
    assert "exported@" in said
    assert "passages in 1 assistant." in said
