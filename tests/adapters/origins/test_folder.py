import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lodgepole.adapters.origins.folder import DEEP, DEPTH_MOST, LINK, NO_FILE, UNFIT, FolderOrigin
from lodgepole.errors import InvalidRequest, NotFound, PermissionDenied, Unavailable
from lodgepole.ports.origin import Found, NotTaken, ReadToEnd, Unchanged, Unknown
from lodgepole.ports.source_store import Source, SourceItem, SourceKind, SourceState

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD = 1_700_000_000


def source(path: Path | str, **values) -> Source:
    defaults = {
        "kind": SourceKind.FOLDER,
        "state": SourceState.ACTIVE,
        "every": None,
        "created_at": NOW,
        "due_at": NOW,
    }
    return Source(id="s", assistant_id="a", url=str(path), **{**defaults, **values})


def write(path: Path, data: bytes = b"text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


async def events(root: Path, folder: Path | None = None, known=None, **values):
    origin = FolderOrigin([root])
    found = source(folder or root, **values)
    origin.check(found)
    return [event async for event in origin.read(found, known or {})]


def items(told) -> dict[str, SourceItem]:
    return {
        e.key: SourceItem(key=e.key, file_id=e.key, sha256="", fingerprint=e.fingerprint)
        for e in told
        if isinstance(e, Found)
    }


async def content(event) -> bytes:
    return b"".join([chunk async for chunk in event.content()])


@pytest.fixture
def aged(monkeypatch):
    """A time long after what the test writes, so that nothing counts as just changed."""
    monkeypatch.setattr("time.time_ns", lambda: 4_000_000_000 * 10**9)


async def test_files_are_told_with_their_paths_and_bytes(tmp_path):
    write(tmp_path / "b" / "c.md", b"deep")
    write(tmp_path / "a.txt", b"shallow")
    told = await events(tmp_path)
    assert [(e.key, e.name, e.metadata) for e in told if isinstance(e, Found)] == [
        ("a.txt", "a.txt", {"path": "a.txt"}),
        ("b/c.md", "c.md", {"path": "b/c.md"}),
    ]
    assert [await content(e) for e in told[:2]] == [b"shallow", b"deep"]
    assert told[-1] == ReadToEnd()


async def test_a_folder_below_the_root(tmp_path):
    write(tmp_path / "x" / "y" / "a.txt", b"one")
    write(tmp_path / "z.txt")
    told = await events(tmp_path, tmp_path / "x")
    assert [e.key for e in told[:-1]] == ["y/a.txt"]
    assert await content(told[0]) == b"one"


async def test_what_did_not_change_is_not_opened(tmp_path, aged):
    path = write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    known = items(await events(tmp_path))
    assert await events(tmp_path, known=known) == [
        Unchanged(key="a.txt"),
        Unchanged(key="b.txt"),
        ReadToEnd(),
    ]
    os.utime(path, (OLD, OLD))
    told = await events(tmp_path, known=known)
    assert isinstance(told[0], Found)
    # The same size and time as before, and other bytes: the system's own time tells.
    known = items(told) | {"b.txt": known["b.txt"]}
    write(path, b"TEXT")
    os.utime(path, (OLD, OLD))
    assert isinstance((await events(tmp_path, known=known))[0], Found)


async def test_what_changed_a_moment_ago_is_looked_at_again(tmp_path, monkeypatch):
    path = write(tmp_path / "a.txt")
    monkeypatch.setattr("time.time_ns", lambda: path.stat().st_mtime_ns + 1000)
    known = items(await events(tmp_path))
    monkeypatch.setattr("time.time_ns", lambda: path.stat().st_mtime_ns + 10**10)
    told = await events(tmp_path, known=known)
    assert isinstance(told[0], Found)
    assert isinstance((await events(tmp_path, known=items(told)))[0], Unchanged)


async def test_patterns(tmp_path):
    for name in ("a.pdf", "a.txt", "drafts/b.pdf"):
        write(tmp_path / name)
    told = await events(tmp_path, include=("*.pdf",), exclude=("drafts/",))
    assert [e.key for e in told[:-1]] == ["a.pdf"]


async def test_hidden_files_are_passed_over(tmp_path):
    write(tmp_path / ".git" / "config.txt")
    write(tmp_path / ".env.txt")
    assert await events(tmp_path) == [ReadToEnd()]


async def test_links_lead_nowhere(tmp_path):
    outside = write(tmp_path / "outside" / "secret.txt", b"secret")
    root = tmp_path / "root"
    write(root / "a.txt")
    (root / "link.txt").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    told = await events(root)
    assert NotTaken(key="link.txt", reason=LINK) in told
    assert [e.key for e in told if isinstance(e, Found)] == ["a.txt"]
    with pytest.raises(NotFound):
        await events(root, root / "folder")


async def test_what_becomes_a_link_after_the_look_is_not_opened(tmp_path):
    outside = write(tmp_path / "outside" / "a.txt", b"secret")
    root = tmp_path / "root"
    write(root / "b" / "a.txt")
    write(root / "c.txt")
    told = await events(root)
    (root / "c.txt").unlink()
    (root / "c.txt").symlink_to(outside)
    (root / "b" / "a.txt").unlink()
    (root / "b").rmdir()
    (root / "b").symlink_to(outside.parent)
    for event in told[:2]:
        with pytest.raises((NotFound, Unavailable)):
            await content(event)


async def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
    told = await events(tmp_path)
    assert set(told[:-1]) == {
        NotTaken(key="pipe.txt", reason=NO_FILE),
        NotTaken(key="s.txt", reason=NO_FILE),
    }


async def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path):
    path = write(tmp_path / "a.txt")
    (event, _) = await events(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Unavailable):
        await content(event)


async def test_a_name_that_is_not_unicode(tmp_path):
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    told = await events(tmp_path)
    assert told[0] == NotTaken(key="caf\\udce9.txt", reason=UNFIT)


async def test_a_folder_that_is_too_deep(tmp_path):
    deep = tmp_path.joinpath(*["d"] * (DEPTH_MOST + 1))
    write(deep / "a.txt")
    told = await events(tmp_path)
    assert [type(e) for e in told] == [NotTaken, ReadToEnd]
    assert told[0].reason == DEEP


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
async def test_a_folder_that_cannot_be_read_loses_nothing(tmp_path):
    write(tmp_path / "b" / "a.txt")
    known = items(await events(tmp_path))
    (tmp_path / "b").chmod(0)
    try:
        told = await events(tmp_path, known=known)
    finally:
        (tmp_path / "b").chmod(0o755)
    assert isinstance(told[0], Unknown)


async def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(NotFound):
        await events(tmp_path, tmp_path / "nowhere")
    path = write(tmp_path / "a.txt")
    with pytest.raises(NotFound):
        await events(tmp_path, path)


async def test_a_file_that_goes_away_before_it_is_opened(tmp_path):
    path = write(tmp_path / "a.txt")
    (event, _) = await events(tmp_path)
    path.unlink()
    with pytest.raises(NotFound):
        await content(event)


def test_without_roots_nothing_is_read():
    with pytest.raises(PermissionDenied, match="source_roots"):
        FolderOrigin([]).check(source("/etc"))


@pytest.mark.parametrize("path", ["/etc", "/", "/srv", "/srv/docsx", "/srv/docs/../x"])
def test_nothing_beside_the_roots_is_read(path):
    with pytest.raises((PermissionDenied, InvalidRequest)):
        FolderOrigin([Path("/srv/docs")]).check(source(path))


def test_an_address_of_a_network_share_is_no_folder():
    with pytest.raises(InvalidRequest):
        FolderOrigin([Path("/srv")]).check(source("//srv/share"))
