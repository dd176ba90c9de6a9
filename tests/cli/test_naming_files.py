"""A file is found by its id, else by its name; a name that several have is not guessed."""

from typing import Any

import pytest

from lodgepole.cli.naming_files import find_file
from lodgepole.errors import InvalidRequest, NotFound


class Files:
    """A client of an assistant that has these files."""

    def __init__(self, **named: str) -> None:
        self._named = named

    def file(self, _: str, file_id: str, *, include_url: bool = False) -> dict[str, Any]:
        if "." in file_id:
            raise InvalidRequest("An id has letters, digits, - and _ alone.")
        if file_id not in self._named:
            raise NotFound("There is no such file.")
        found = {"id": file_id, "name": self._named[file_id]}
        return {**found, "signed_url": "http://h/x"} if include_url else found

    def files(self, _: str) -> list[dict[str, Any]]:
        return [{"id": file_id, "name": name} for file_id, name in self._named.items()]


def test_an_id_goes_before_a_name():
    client: Any = Files(a="b", b="a")
    assert find_file(client, "x", "a") == {"id": "a", "name": "b"}


def test_a_name_finds_its_file_with_the_link_that_was_asked_for():
    client: Any = Files(a="plan.pdf", b="other.pdf")
    assert find_file(client, "x", "plan.pdf", include_url=True) == {
        "id": "a",
        "name": "plan.pdf",
        "signed_url": "http://h/x",
    }


def test_a_name_of_several_files_is_refused_with_their_ids():
    client: Any = Files(**{f"id{n}": "plan.pdf" for n in range(7)})
    with pytest.raises(InvalidRequest, match=r"7 files are called 'plan.pdf'.* id4 and 2 more"):
        find_file(client, "x", "plan.pdf")


def test_an_unknown_name_says_where_to_look():
    client: Any = Files()
    with pytest.raises(NotFound, match="`lodgepole files list x` shows them"):
        find_file(client, "x", "plan.pdf")
