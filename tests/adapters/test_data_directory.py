import stat

import pytest

from lodgepole.adapters.data_directory import check_whole, held, read_secret, write_secret
from lodgepole.errors import Conflict, Unavailable


def test_a_second_holder_is_told_who_has_the_directory(tmp_path):
    with (
        held(tmp_path / "data"),
        pytest.raises(Conflict, match="in use by another"),
        held(tmp_path / "data"),
    ):
        pass


def test_the_directory_can_be_held_again_after_release(tmp_path):
    for _ in range(2):
        with held(tmp_path / "data") as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_path_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="Cannot write"), held(tmp_path / "file" / "data"):
        pass


def test_a_secret_is_private_and_read_back(tmp_path):
    path = tmp_path / "api_key"
    assert read_secret(path) is None
    write_secret(path, "one")
    write_secret(path, "two")
    assert read_secret(path) == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("folder", ["blobs", "index"])
@pytest.mark.parametrize("catalog", [None, b""])
def test_a_directory_that_lost_its_catalog_is_refused(tmp_path, folder, catalog):
    (tmp_path / folder / "assistant").mkdir(parents=True)
    if catalog is not None:
        (tmp_path / "catalog.db").write_bytes(catalog)
    with pytest.raises(Unavailable, match="catalog"):
        check_whole(tmp_path)
    (tmp_path / "catalog.db").write_bytes(b"something")
    check_whole(tmp_path)


def test_a_directory_that_was_never_used_is_whole(tmp_path):
    check_whole(tmp_path)
    (tmp_path / "blobs" / ".partial").mkdir(parents=True)
    (tmp_path / "index").mkdir()
    check_whole(tmp_path)
