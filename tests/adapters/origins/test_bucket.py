"""Bucket sources against a server of S3 on loopback."""

import uuid

import obstore
import pytest
from obstore.store import from_url
from tests.sources.conftest import Desk
from tests.support.s3_server import BUCKET

from lodgepole.adapters.origins.bucket import BucketOrigin
from lodgepole.adapters.origins.credentials import Credential, Credentials
from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.ports.source_store import ItemChange, RunStatus, SourceKind

ADDED, CHANGED, MOVED = ItemChange.ADDED, ItemChange.CHANGED, ItemChange.MOVED
REMOVED, UNCHANGED, SKIPPED = ItemChange.REMOVED, ItemChange.UNCHANGED, ItemChange.SKIPPED


def options(url: str) -> dict[str, str]:
    return {
        "endpoint": url,
        "access_key_id": "tester",
        "secret_access_key": "made-up",
        "region": "us-east-1",
    }


async def desk_at(house, *credentials) -> Desk:
    desk = Desk(house, await house.assistant(), kind=SourceKind.BUCKET)
    desk.shelf = BucketOrigin(Credentials(credentials))
    return desk


async def test_objects_are_followed_by_their_etags(house, s3_server):
    url = f"s3://{BUCKET}/{uuid.uuid4().hex}"
    store = from_url(url, config=options(s3_server.url), client_options={"allow_http": True})
    for path, data in (("a.txt", b"one"), ("docs/b.md", b"two"), ("photo.png", b"x")):
        await obstore.put_async(store, path, data)
    desk = await desk_at(house, Credential(name="b", url=url, options=options(s3_server.url)))
    source = await desk.add(url=url, credential="b")
    assert (await desk.run(source)).counts == {ADDED: 2, SKIPPED: 1}
    page = await desk.house.catalog.list_files(desk.assistant.id, limit=10, after=None)
    assert {f.upload.name: f.upload.metadata for f in page.items}["b.md"] == {
        "path": "docs/b.md",
        "source_url": f"{url}/docs/b.md",
        "source_id": source.id,
    }
    operations = await desk.operations()
    assert (await desk.run(source)).counts == {UNCHANGED: 2, SKIPPED: 1}
    assert await desk.operations() == operations
    await obstore.put_async(store, "a.txt", b"1")
    await obstore.rename_async(store, "docs/b.md", "guide/b.md")
    await obstore.put_async(store, "new.txt", b"new")
    assert (await desk.run(source)).counts == {CHANGED: 1, MOVED: 1, ADDED: 1, SKIPPED: 1}
    await obstore.delete_async(store, "new.txt")
    assert (await desk.run(source)).counts == {REMOVED: 1, UNCHANGED: 2, SKIPPED: 1}


async def test_a_bucket_that_does_not_answer_loses_nothing(house):
    url = f"s3://{BUCKET}/x"
    wrong = {**options("http://127.0.0.1:1"), "secret_access_key": "s3cret"}
    desk = await desk_at(house, Credential(name="b", url=url, options=wrong))
    run = await desk.run(await desk.add(url=url, credential="b"))
    assert run.status is RunStatus.FAILED
    assert "s3cret" not in repr(run)


async def test_options_that_cannot_be_used_are_not_told(house):
    url = f"s3://{BUCKET}/x"
    desk = await desk_at(
        house, Credential(name="b", url=url, options={"secret_acess_kee": "s3cret"})
    )
    run = await desk.run(await desk.add(url=url, credential="b"))
    assert run.status is RunStatus.FAILED
    assert "s3cret" not in repr(run)


async def test_a_bucket_is_read_with_a_credential_of_its_own(house):
    desk = await desk_at(house, Credential(name="b", url="s3://one/prefix"))
    with pytest.raises(PermissionDenied):
        await desk.add(url="s3://one/prefix")
    for url in ("s3://other/prefix", "s3://one/", "s3://one/prefixed", "gs://one/prefix"):
        with pytest.raises(PermissionDenied):
            await desk.add(url=url, credential="b")
    with pytest.raises(InvalidRequest):
        await desk.add(url="s3://one/prefix", credential="c")
    await desk.add(url="s3://one/prefix/below", credential="b")
