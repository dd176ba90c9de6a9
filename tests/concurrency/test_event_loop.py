import asyncio
import sys

import pytest

from lodgepole.concurrency.event_loop import run


async def module_of_loop() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


def test_the_quickest_loop_is_taken():
    pytest.importorskip("uvloop")
    assert run(module_of_loop()) == "uvloop"


def test_without_it_the_usual_one_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(module_of_loop()).startswith("asyncio")


def test_what_fails_within_is_raised():
    async def fails() -> None:
        raise KeyError("of the test")

    with pytest.raises(KeyError, match="of the test"):
        run(fails())
