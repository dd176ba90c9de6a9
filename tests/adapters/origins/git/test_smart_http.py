import io

import pytest
from tests.support.web_site import Answer, WebSite

from lodgepole.adapters.origins.git.smart_http import Head, Repository
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.errors import LodgepoleError, NotFound, PermissionDenied, TooLarge, Unavailable

COMMIT, OTHER = "a" * 40, "b" * 40
REFS = {"Content-Type": "application/x-git-upload-pack-advertisement"}
HEAD = Head(repository="", commit=COMMIT, capabilities=frozenset({"shallow", "side-band-64k"}))


def packets(*texts: bytes | None) -> bytes:
    return b"".join(b"0000" if t is None else f"{len(t) + 4:04x}".encode() + t for t in texts)


def advertised(*refs: tuple[str, str]) -> bytes:
    lines = [f"{commit} {name}" for commit, name in refs]
    lines[0] += "\0shallow side-band-64k"
    shown = [f"{line}\n".encode() for line in lines]
    return packets(b"# service=git-upload-pack\n", None, *shown, None)


@pytest.fixture
async def site():
    async with WebSite() as site:
        yield site


@pytest.fixture
async def repository(site):
    client = GuardedClient(Networks(["127.0.0.0/8"]), seconds=20)
    yield Repository(client, f"{site.url}/a.git/", None)
    await client.close()


async def test_a_branch_is_found_by_its_name(site, repository):
    body = advertised((COMMIT, "HEAD"), (COMMIT, "refs/heads/main"), (OTHER, "refs/heads/x"))
    site.handler = lambda _: Answer(200, body, REFS)
    head = await repository.head(None)
    assert (head.commit, head.repository) == (COMMIT, f"{site.url}/a.git")
    assert "shallow" in head.capabilities
    assert (await repository.head("x")).commit == OTHER
    with pytest.raises(NotFound):
        await repository.head("y")
    assert site.paths[0] == "/a.git/info/refs?service=git-upload-pack"


async def test_a_repository_that_moved_is_fetched_where_it_is(site, repository):
    body = advertised((COMMIT, "HEAD"))
    site.handler = lambda request: (
        Answer(301, headers={"Location": f"/b.git/info/refs?{request.path.partition('?')[2]}"})
        if request.path.startswith("/a.git")
        else Answer(200, body, REFS)
    )
    assert (await repository.head(None)).repository == f"{site.url}/b.git"


async def test_a_repository_that_sends_elsewhere_is_refused(site, repository):
    site.handler = lambda _: Answer(301, headers={"Location": "http://127.0.0.2:8080/x"})
    with pytest.raises(PermissionDenied):
        await repository.head(None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(401), PermissionDenied),
        (Answer(404), NotFound),
        (Answer(500), Unavailable),
        (Answer(200, b"<html>"), Unavailable),
        (Answer(200, b"zzzz", REFS), Unavailable),
        (Answer(200, b"0003", REFS), Unavailable),
        (Answer(200, b"0100abc", REFS), Unavailable),
        (Answer(200, b"", REFS), NotFound),
        (Answer(200, advertised(("0" * 40, "capabilities^{}")), REFS), NotFound),
    ],
)
async def test_answers_that_name_no_commit(site, repository, answer, error):
    site.handler = lambda _: answer
    with pytest.raises(error):
        await repository.head(None)


async def fetched(site, repository, body, *, most=1000, status=200):
    site.handler = lambda _: Answer(status, body)
    target = io.BytesIO()
    head = Head(repository=site.url, commit=COMMIT, capabilities=HEAD.capabilities)
    await repository.fetch(head, target, most=most)
    return target.getvalue()


async def test_a_pack_is_taken_out_of_its_bands(site, repository):
    shallow = f"shallow {COMMIT}".encode()
    body = packets(shallow, None, b"NAK\n", b"\x01PACK", b"\x02working", b"\x01more", None)
    assert await fetched(site, repository, body) == b"PACKmore"
    sent = site.requests[0]
    assert (sent.method, sent.path) == ("POST", "/git-upload-pack")
    assert f"want {COMMIT} side-band-64k shallow\n".encode() in sent.body
    assert b"deepen 1" in sent.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        packets(b"ERR no such commit\n"),
        packets(b"NAK\n", b"\x03out of \x1b[31mmemory"),
        packets(b"NAK\n") + b"0100",
    ],
)
async def test_a_server_that_gives_no_pack(site, repository, body):
    with pytest.raises(Unavailable) as refusal:
        await fetched(site, repository, body)
    assert "\x1b" not in str(refusal.value)


async def test_a_pack_larger_than_allowed(site, repository):
    body = packets(b"NAK\n", *[b"\x01" + b"x" * 100] * 20)
    with pytest.raises(TooLarge):
        await fetched(site, repository, body)


async def test_a_server_without_shallow_commits(repository):
    head = Head(repository="http://127.0.0.1", commit=COMMIT, capabilities=frozenset())
    with pytest.raises(LodgepoleError):
        await repository.fetch(head, io.BytesIO(), most=1)
