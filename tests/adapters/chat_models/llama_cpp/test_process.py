"""The process that runs a model is there while it is needed, and never longer than we are."""

import asyncio
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lodgepole.adapters.chat_models import llama_cpp
from lodgepole.adapters.chat_models.llama_cpp import CHILD, LlamaCppChatModel, is_weights
from lodgepole.errors import Unavailable
from lodgepole.model import Message, ModelEnded, ModelRequest, ModelText

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
STAND_IN = (sys.executable, str(ROOT / "tests" / "support" / "model_process.py"))
REQUEST = ModelRequest(
    model="tiny", messages=(Message("user", "Hi"),), question="Hi", sources=(),
    temperature=0.0, max_output_tokens=9,
)  # fmt: skip


def make(fault="", **options):
    limits = {"context_tokens": 4096, "idle_seconds": 600.0, "start_seconds": 60.0,
              "first_event_seconds": 60.0, "total_seconds": 60.0, **options}  # fmt: skip
    return LlamaCppChatModel(
        Path("tiny.gguf"), environment=dict(os.environ), command=(*STAND_IN, fault), **limits
    )


async def answer(model):
    events = [event async for event in model.stream(REQUEST)]
    assert isinstance(events[-1], ModelEnded)
    return "".join(event.text for event in events if isinstance(event, ModelText))


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  a process tells nobody that it has ended
            await asyncio.sleep(0.01)


async def test_it_is_started_by_the_first_question_and_knows_its_key():
    model = make()
    assert not model.is_running
    try:
        assert await answer(model) == "4096 tokens"
        assert model.is_running
        answers = await asyncio.gather(*(answer(model) for _ in range(3)))
        assert answers == ["4096 tokens"] * 3
    finally:
        await model.close()
    assert not model.is_running


async def test_it_ends_when_nobody_asks_and_comes_back():
    model = make(idle_seconds=0.05)
    try:
        assert await answer(model)
        await until(lambda: not model.is_running)
        assert await answer(model)
    finally:
        await model.close()


async def test_one_that_died_is_started_again():
    model = make()
    try:
        assert await answer(model)
        process = model._process
        process.kill()
        await process.wait()
        assert await answer(model)
    finally:
        await model.close()


async def test_one_that_does_not_end_by_itself_is_killed(monkeypatch):
    monkeypatch.setattr(llama_cpp, "STOP_SECONDS", 0.1)
    model = make("stays")
    assert await answer(model)
    await model.close()
    assert not model.is_running


@pytest.mark.parametrize(
    ("fault", "words", "options"),
    [
        ("error", "no such architecture", {}),
        ("ends", "is there memory for it", {}),
        ("silent", "local_model_start_seconds", {"start_seconds": 0.3}),
    ],
)
async def test_one_that_does_not_start_is_told(fault, words, options):
    model = make(fault, **options)
    with pytest.raises(Unavailable, match=words):
        await answer(model)
    assert not model.is_running
    await model.close()


async def test_it_dies_with_whoever_started_it():
    program = (
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.adapters.chat_models.llama_cpp.test_process import answer, make\n"
        "async def main():\n"
        "    model = make()\n"
        "    await answer(model)\n"
        "    print(model._process.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert _runs(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_without_the_extra_the_real_process_says_what_is_missing():
    if find_spec("xllamacpp") is not None:
        pytest.skip("the extra is installed")
    options = json.dumps({"path": "x", "context_tokens": 1, "api_key": "k"})
    done = subprocess.run(CHILD, input=options + "\n", capture_output=True, text=True, timeout=60)
    assert "lodgepole[local]" in json.loads(done.stdout)["error"]


def test_weights_are_told_by_their_first_bytes(tmp_path: Path):
    (tmp_path / "a.gguf").write_bytes(b"GGUF\x03\x00")
    (tmp_path / "b.gguf").write_bytes(b"<html>")
    assert is_weights(tmp_path / "a.gguf")
    assert not is_weights(tmp_path / "b.gguf")
    assert not is_weights(tmp_path / "c.gguf")
