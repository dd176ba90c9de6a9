import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lodgepole.adapters.host.data_directory import (
    check_whole,
    held,
    own_folder,
    read_secret,
    write_secret,
)
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


def test_folders_made_above_it_are_private_too(tmp_path):
    (tmp_path / "there").mkdir(mode=0o755)
    with held(tmp_path / "there" / "lodgepole" / "demo") as path:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "there").stat().st_mode) == 0o755


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


KILLED = """
import pathlib, sys
from lodgepole.adapters.host.data_directory import own_folder
with own_folder(pathlib.Path(sys.argv[1])) as own:
    (own / "document").write_text("confidential")
    print(own, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_was_reading_is_removed_by_the_next(tmp_path):
    copies = tmp_path / "data" / "copies"
    other = subprocess.Popen(
        [sys.executable, "-c", KILLED, copies],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    with own_folder(copies) as own:
        assert own != theirs
        assert (theirs / "document").is_file()  # it lives
    assert list(copies.iterdir()) == [theirs]
    other.kill()
    other.communicate()
    assert theirs.exists()
    with own_folder(copies) as own:
        assert list(copies.iterdir()) == [own]
    assert not list(copies.iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "copies").write_text("a file")
    with pytest.raises(Unavailable, match="copies"), own_folder(tmp_path / "copies"):
        pass


def test_a_directory_that_others_may_read_is_made_private(tmp_path, caplog):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    data_dir.chmod(0o755)
    with held(data_dir):
        assert data_dir.stat().st_mode & 0o777 == 0o700
    assert "private now" in caplog.text


def test_a_directory_that_all_share_is_left_alone_with_a_warning(tmp_path, caplog):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with held(shared):
        assert shared.stat().st_mode & 0o7777 == 0o1777
    assert "chmod 700" in caplog.text
