"""Backups: copies, compared with what was uploaded, restored with or without what is damaged."""

import os
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest

from lodgepole.adapters.host.data_backup import back_up, restore
from lodgepole.errors import InvalidRequest

NAMES = ("one", "two")


@pytest.fixture
def data_dir(tmp_path):
    """A data directory as far as backups look into it: two files of one assistant."""
    path = tmp_path / "data"
    (path / "index" / "a").mkdir(parents=True)
    with closing(sqlite3.connect(path / "catalog.db")) as catalog:
        catalog.execute("CREATE TABLE assistants (id)")
        catalog.execute("CREATE TABLE files (assistant_id, id, generation, sha256, status)")
        catalog.execute("CREATE TABLE operations (assistant_id, file_id, generation, status, type)")
        catalog.execute("INSERT INTO assistants VALUES ('a')")
        for name in NAMES:
            digest = sha256(name.encode()).hexdigest()
            catalog.execute("INSERT INTO files VALUES ('a', ?, 1, ?, 'Available')", (name, digest))
            original(path, name).parent.mkdir(parents=True)
            original(path, name).write_bytes(name.encode())
        catalog.commit()
    with closing(sqlite3.connect(path / "index" / "a" / "index.db")) as index:
        index.execute("CREATE TABLE files (file_id, generation)")
        index.executemany("INSERT INTO files VALUES (?, 1)", [(name,) for name in NAMES])
        index.commit()
    return path


def original(path, name):
    return path / "blobs" / "a" / name / "1" / "original"


def test_what_happens_to_the_original_does_not_happen_to_the_backup(data_dir, tmp_path):
    report = back_up(data_dir, tmp_path / "backup")
    assert (report.files, report.damaged) == (2, ())
    with original(data_dir, "one").open("r+b") as stream:
        stream.write(b"X")
    assert original(tmp_path / "backup", "one").read_bytes() == b"one"


def test_bytes_that_are_not_what_was_uploaded_are_named(data_dir, tmp_path):
    original(data_dir, "two").write_bytes(b"tw0")
    report = back_up(data_dir, tmp_path / "backup")
    assert report.damaged == ("blobs/a/two/1/original",)


def test_a_damaged_backup_is_restored_without_what_is_damaged_when_that_is_asked_for(
    data_dir, tmp_path
):
    backup = tmp_path / "backup"
    back_up(data_dir, backup)
    original(backup, "two").write_bytes(b"tw0")
    with pytest.raises(InvalidRequest, match="is not what was written"):
        restore(backup, tmp_path / "refused")
    report = restore(backup, tmp_path / "restored", skip_damaged=True)
    assert report.damaged == ("blobs/a/two/1/original is not what was written",)
    assert original(tmp_path / "restored", "one").read_bytes() == b"one"
    assert not original(tmp_path / "restored", "two").exists()


def test_a_damaged_catalog_is_never_skipped(data_dir, tmp_path):
    backup = tmp_path / "backup"
    back_up(data_dir, backup)
    (backup / "catalog.db").write_bytes(b"x")
    with pytest.raises(InvalidRequest, match=r"catalog\.db is not what was written"):
        restore(backup, tmp_path / "refused", skip_damaged=True)


@pytest.mark.parametrize("linked", ["blobs/a/two/1/original", "blobs/a/two", "signing_secret"])
def test_a_link_in_a_backup_is_never_followed(data_dir, tmp_path, linked):
    (data_dir / "signing_secret").write_text("own")
    backup, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    back_up(data_dir, backup)
    (backup / linked).rename(elsewhere)  # the same bytes, so that sums tell nothing
    (backup / linked).symlink_to(elsewhere)
    with pytest.raises(InvalidRequest, match="is a link, or no file"):
        restore(backup, tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    restore(backup, tmp_path / "restored", skip_damaged=True)
    assert not (tmp_path / "restored" / linked).exists()


def test_a_pipe_in_place_of_a_file_or_of_the_manifest_is_not_read(data_dir, tmp_path):
    backup = tmp_path / "backup"
    back_up(data_dir, backup)
    original(backup, "two").unlink()
    os.mkfifo(original(backup, "two"))
    with pytest.raises(InvalidRequest, match="is a link, or no file"):
        restore(backup, tmp_path / "refused")
    (backup / "manifest.json").unlink()
    os.mkfifo(backup / "manifest.json")
    with pytest.raises(InvalidRequest, match="is no backup"):
        restore(backup, tmp_path / "refused")


def test_a_file_in_place_of_a_folder_is_refused_too(data_dir, tmp_path):
    backup = tmp_path / "backup"
    back_up(data_dir, backup)
    shutil.rmtree(backup / "blobs" / "a" / "two")
    (backup / "blobs" / "a" / "two").touch()
    with pytest.raises(InvalidRequest, match="is a link, or no file"):
        restore(backup, tmp_path / "refused")


def test_what_is_restored_is_closed_to_others(data_dir, tmp_path):
    back_up(data_dir, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    files = [path for path in (tmp_path / "restored").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
