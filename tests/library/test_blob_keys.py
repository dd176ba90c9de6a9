"""Keys of blobs: each can be read back, and none reaches outside its file."""

import pytest

from lodgepole.library.blob_keys import (
    assistant_prefix,
    document_key,
    figure_key,
    file_prefix,
    given_key,
    given_version,
    original_key,
    version_of,
    version_prefix,
)
from lodgepole.model import FileVersion

IDS = ["f1", "A", "a", "aB", "Ab", "own-Id_1", "x" * 128, "0", "-", "_"]


@pytest.mark.parametrize("file_id", IDS)
def test_what_a_key_is_of_can_be_read_off_it(file_id: str) -> None:
    version = FileVersion(file_id, 12)
    keys = [original_key("one", version), document_key("one", version)]
    for key in (*keys, figure_key("one", version, 3)):
        assert version_of(key) == ("one", version)
        assert key.startswith(version_prefix("one", version))
        assert key.startswith(file_prefix("one", file_id))
        assert key.startswith(assistant_prefix("one"))
        assert ".." not in key.split("/")
        assert "\\" not in key


def test_ids_that_differ_have_prefixes_that_differ_without_regard_to_case() -> None:
    prefixes = [file_prefix("one", file_id).casefold() for file_id in IDS]
    assert len(set(prefixes)) == len(IDS)


def test_no_version_is_within_another() -> None:
    one, twelve = (version_prefix("a", FileVersion("f", n)) for n in (1, 12))
    assert not twelve.startswith(one)


def test_what_a_client_brought_along_belongs_to_no_content() -> None:
    assert version_of(given_key("one", "f")) == ("one", given_version("f"))
    assert given_version("f").generation == 0


@pytest.mark.parametrize("key", ["", "one", "one/f", "one/f/1", "one/f/x/original", ".partial/1"])
def test_other_keys_are_of_nothing(key: str) -> None:
    assert version_of(key) is None
