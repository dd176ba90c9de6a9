"""Git sources against a real server on loopback."""

import os
from contextlib import asynccontextmanager

import pytest
from dulwich import porcelain
from tests.sources.conftest import Desk
from tests.support.git_server import GitServer

from lodgepole.adapters.origins.credentials import Credential, Credentials
from lodgepole.adapters.origins.git import GitOrigin
from lodgepole.adapters.origins.git.origin import KEPT_ELSEWHERE, LINK
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.ports.source_store import CrawlRules, ItemChange, RunStatus, SourceKind

ADDED, CHANGED, MOVED = ItemChange.ADDED, ItemChange.CHANGED, ItemChange.MOVED
REMOVED, UNCHANGED, SKIPPED = ItemChange.REMOVED, ItemChange.UNCHANGED, ItemChange.SKIPPED


@pytest.fixture
def server(tmp_path):
    with GitServer(tmp_path / "repository") as server:
        server.write("README.md", "# Pump\nIt runs at 42 bar.")
        server.write("docs/valve.md", "# Valve\nIt opens at 7 bar.")
        server.write("src/main.c", "int main;")
        server.commit()
        yield server


@asynccontextmanager
async def git_desk(house, *, networks=("127.0.0.0/8",), credentials=()):
    client = GuardedClient(Networks(networks), seconds=30)
    desk = Desk(house, await house.assistant(), kind=SourceKind.GIT)
    desk.shelf = GitOrigin(client, Credentials(credentials))
    yield desk
    await client.close()


@pytest.fixture
async def desk(house):
    async with git_desk(house) as desk:
        yield desk


async def test_the_files_of_a_branch_follow_it(desk, server):
    source = await desk.add(url=f"git+{server.url}")
    first = await desk.run(source)
    assert first.counts == {ADDED: 2, SKIPPED: 1}
    page = await desk.house.catalog.list_files(desk.assistant.id, limit=10, after=None)
    commit = (await desk.sources.get("p", source.id))[0].cursor
    assert {f.upload.name: f.upload.metadata for f in page.items}["valve.md"] == {
        "path": "docs/valve.md",
        "commit": commit,
        "source_id": source.id,
    }

    requests = len(server.paths)
    assert (await desk.run(source)).counts == {UNCHANGED: 2}
    assert server.paths[requests:] == ["/team/docs.git/info/refs"]

    server.write("docs/valve.md", "# Valve\nIt opens at 8 bar.")
    os.renames(server.folder / "README.md", server.folder / "guide" / "README.md")
    server.write("docs/new.md", "New.")
    server.commit()
    third = await desk.run(source)
    assert third.counts == {CHANGED: 1, MOVED: 1, ADDED: 1, SKIPPED: 1}

    (server.folder / "docs" / "new.md").unlink()
    server.commit()
    assert (await desk.run(source)).counts == {REMOVED: 1, UNCHANGED: 2, SKIPPED: 1}
    assert set(await desk.names()) == {"docs/valve.md", "guide/README.md"}


async def test_a_branch_and_a_tag_by_name(desk, server):
    porcelain.branch_create(str(server.folder), "release")
    porcelain.tag_create(str(server.folder), b"v1", annotated=True, author=b"T <t@x>", message=b"v")
    server.write("later.md", "Later.")
    server.commit()
    for branch in ("release", "v1", "refs/heads/release"):
        source = await desk.add(url=f"git+{server.url}#{branch}", include=["*.md"])
        assert (await desk.run(source)).counts == {ADDED: 2}
    run = await desk.run(await desk.add(url=f"git+{server.url}#nowhere"))
    assert (run.status, "nowhere" in run.error_message) == (RunStatus.FAILED, True)


async def test_what_is_no_file_of_its_own(desk, server):
    (server.folder / "link.md").symlink_to("/etc/passwd")
    server.write("big.pdf", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    server.write(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = http://127.0.0.1:1/x\n')
    server.commit()
    run = await desk.run(await desk.add(url=f"git+{server.url}", exclude=["src/", ".gitmodules"]))
    assert run.counts == {ADDED: 2, SKIPPED: 2}
    reasons = {note.key: note.reason for note in run.notes if note.reason}
    assert reasons == {"link.md": LINK, "big.pdf": KEPT_ELSEWHERE}


async def test_a_repository_larger_than_allowed(desk, server):
    server.write("noise.txt", os.urandom(50_000).hex())
    server.commit()
    source = await desk.add(url=f"git+{server.url}", rules=CrawlRules(bytes=10_000))
    run = await desk.run(source)
    assert (run.status, "larger than" in run.error_message) == (RunStatus.FAILED, True)


async def test_nothing_private_is_fetched(house, server):
    async with git_desk(house, networks=()) as desk:
        run = await desk.run(await desk.add(url=f"git+{server.url}"))
        assert (run.status, "private" in run.error_message) == (RunStatus.FAILED, True)
        assert server.paths == []


async def test_a_credential_is_sent_and_told_nowhere(house, server):
    known = [Credential(name="git", url=f"git+{server.url}", username="me", secret="s3cret")]
    async with git_desk(house, credentials=known) as desk:
        source = await desk.add(url=f"git+{server.url}", credential="git")
        run = await desk.run(source)
        assert run.counts[ADDED] == 2
        assert all(header and header.startswith("Basic ") for header in server.headers)
        server.refuses = True
        failed = await desk.run(source)
        assert "401" in failed.error_message
        assert "s3cret" not in repr((run, failed))


async def test_a_repository_that_is_not_there(desk, server):
    for url in (server.url.replace("docs", "other"), server.url.replace("/team/docs.git", "/")):
        run = await desk.run(await desk.add(url=f"git+{url}"))
        assert run.status is RunStatus.FAILED


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("git+https://user:s3cret@example.org/a.git", InvalidRequest),
        ("git+http://2130706433/a.git", PermissionDenied),
        ("git+https://example.org:22/a.git", PermissionDenied),
        ("git+https://example.org/a.git#a%20b", InvalidRequest),
        ("git+ssh://git@example.org/a.git", InvalidRequest),
        ("git+file:///srv/a.git", InvalidRequest),
    ],
)
async def test_addresses_that_are_refused(desk, url, error):
    with pytest.raises(error) as refusal:
        await desk.add(url=url)
    assert "s3cret" not in str(refusal.value)
