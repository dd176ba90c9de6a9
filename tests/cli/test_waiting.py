"""Waiting for a deletion: until it is done, and no longer than its bound."""

import pytest

from lodgepole.cli import waiting
from lodgepole.errors import DeadlineExceeded, NotFound


class Deleting:
    """A client to whom the deletion ends after so many looks."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def assistant(self, name: str) -> dict[str, str]:
        self.left -= 1
        if self.left < 0:
            raise NotFound(name)
        return {"name": name}

    def operation(self, _assistant: str, id_: str) -> dict[str, str]:
        self.left -= 1
        return {"id": id_, "status": "Processing" if self.left > 0 else "Completed"}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "pause", lambda: None)


def test_it_returns_when_the_name_is_free() -> None:
    client = Deleting(3)
    waiting.until_gone(client, "docs")
    assert client.left == -1


def test_it_gives_up_and_says_what_holds(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "DELETION_SECONDS", 0.01)
    with pytest.raises(DeadlineExceeded, match="not cited any more"):
        waiting.until_gone(Deleting(10**9), "docs")
    operation = {"id": "o", "status": "Processing", "file_id": "f"}
    with pytest.raises(DeadlineExceeded, match="The file"):
        waiting.until_deleted(Deleting(10**9), "docs", operation)


def test_an_operation_is_looked_at_until_it_has_ended() -> None:
    ended = waiting.until_deleted(Deleting(3), "docs", {"id": "o", "status": "Processing"})
    assert ended == {"id": "o", "status": "Completed"}


def test_one_that_has_ended_is_not_looked_at() -> None:
    client = Deleting(3)
    waiting.until_deleted(client, "docs", {"id": "o", "status": "Failed"})
    assert client.left == 3
