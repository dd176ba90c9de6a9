"""Changes below folders, told by a library that is an extra."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from lodgepole.adapters.origins import folder_changes
from lodgepole.adapters.origins.folder_changes import find_changes


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch):
    """A watchfiles that tells of two changes, and what it was asked."""
    asked = []

    async def awatch(*paths, **options):
        asked.append((paths, options))
        yield {(1, "/a/x"), (2, "/a/y")}
        yield set()

    monkeypatch.setitem(sys.modules, "watchfiles", SimpleNamespace(awatch=awatch))
    monkeypatch.setattr(folder_changes, "find_spec", lambda _: object())
    return asked


def test_without_the_extra_or_roots_nothing_tells(monkeypatch, tmp_path):
    monkeypatch.setattr(folder_changes, "find_spec", lambda _: None)
    assert find_changes([tmp_path]) is None
    monkeypatch.setattr(folder_changes, "find_spec", lambda _: object())
    assert find_changes([]) is None


async def test_paths_are_told_below_the_roots_that_are_there(library, tmp_path):
    stop = asyncio.Event()
    changes = find_changes([tmp_path, tmp_path / "missing"])
    assert [told async for told in changes(stop)] == [{"/a/x", "/a/y"}, set()]
    ((paths, options),) = library
    assert paths == (str(tmp_path),)
    assert options["stop_event"] is stop


async def test_where_no_root_is_there_it_ends(library, tmp_path):
    changes = find_changes([tmp_path / "missing"])
    assert [told async for told in changes(asyncio.Event())] == []
    assert library == []
