"""What every Blobs does."""

import asyncio
import uuid
from itertools import pairwise

import obstore
import pytest
from obstore.store import MemoryStore, from_url
from tests.support.gcs_server import BUCKET as GCS_BUCKET
from tests.support.gcs_server import gcs_before

from lodgepole.adapters.blobs.obstore import MULTIPART_BYTES, ObstoreBlobs
from lodgepole.adapters.memory.blobs import MemoryBlobs
from lodgepole.errors import InvalidRequest, NotFound, TooLarge, Unavailable

MIB = 1024 * 1024


@pytest.fixture
def gcs_url(s3_server, tmp_path, monkeypatch):
    with gcs_before(s3_server.port, tmp_path) as credentials:
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(credentials))
        yield f"gs://{GCS_BUCKET}/{uuid.uuid4().hex}/files"


BUCKETS = [pytest.param(name, marks=pytest.mark.bucket) for name in ("s3", "gcs")]


@pytest.fixture(params=["memory", "directory", "object store", *BUCKETS])
def blobs(request, tmp_path):
    match request.param:
        case "gcs":
            return ObstoreBlobs.at(request.getfixturevalue("gcs_url"), plain_http=True)
        case "memory":
            return MemoryBlobs()
        case "directory":
            return ObstoreBlobs.in_directory(tmp_path / "blobs")
        case "s3":
            return ObstoreBlobs.at(request.getfixturevalue("bucket_url"), plain_http=True)
        case _:
            return ObstoreBlobs(MemoryStore())


async def chunks(*parts: bytes):
    for part in parts:
        yield part


async def keys(blobs, prefix=""):
    return sorted([key async for key in blobs.keys(prefix)])


async def test_bytes_come_back_as_they_were_put(blobs):
    await blobs.put("a/f/1/original", chunks(b"one ", b"", b"two"))
    assert await blobs.get("a/f/1/original") == b"one two"


async def test_no_bytes_are_bytes_too(blobs):
    await blobs.put("a/empty", chunks())
    assert await blobs.get("a/empty") == b""
    assert [chunk async for chunk in blobs.stream("a/empty") if chunk] == []


async def test_putting_again_replaces(blobs):
    await blobs.put("a/x", chunks(b"long content"))
    await blobs.put("a/x", chunks(b"short"))
    assert await blobs.get("a/x") == b"short"


async def test_a_put_that_breaks_off_leaves_what_was_there(blobs):
    async def broken():
        yield b"x" * MIB
        raise TooLarge("too much")

    with pytest.raises(TooLarge):
        await blobs.put("a/x", broken())
    assert await keys(blobs) == []
    await blobs.put("a/x", chunks(b"first"))
    with pytest.raises(TooLarge):
        await blobs.put("a/x", broken())
    assert await blobs.get("a/x") == b"first"


async def test_streams_come_in_chunks_of_at_most_a_mebibyte(blobs):
    data = bytes(range(256)) * (10 * 1024)
    await blobs.put("a/x", chunks(data[:MIB], data[MIB:]))
    received = [chunk async for chunk in blobs.stream("a/x")]
    assert b"".join(received) == data
    assert max(map(len, received)) <= MIB


async def test_what_is_not_there_is_not_found(blobs):
    with pytest.raises(NotFound):
        await blobs.get("a/none")
    with pytest.raises(NotFound):
        await anext(blobs.stream("a/none"))
    with pytest.raises(NotFound):
        async with blobs.local("a/none"):
            pass


async def test_a_local_path_holds_the_bytes(blobs):
    await blobs.put("a/x", chunks(b"here"))
    async with blobs.local("a/x") as path:
        assert path.read_bytes() == b"here"
    assert await blobs.get("a/x") == b"here"


async def test_a_prefix_is_removed_with_all_below_it_and_nothing_beside_it(blobs):
    for key in ("a/f/1/original", "a/f/1/figures/0", "a/f/10/original", "a/f2/1/original"):
        await blobs.put(key, chunks(b"x"))
    await blobs.remove_prefix("a/f/1/")
    assert await keys(blobs) == ["a/f/10/original", "a/f2/1/original"]
    await blobs.remove_prefix("a/f/1/")
    await blobs.remove_prefix("nobody/")
    await blobs.remove_prefix("a/")
    assert await keys(blobs) == []


async def test_keys_are_listed_by_prefix(blobs):
    assert await keys(blobs) == []
    for key in ("a/1", "a/2", "b/1"):
        await blobs.put(key, chunks(b"x"))
    assert await keys(blobs) == ["a/1", "a/2", "b/1"]
    assert await keys(blobs, "a/") == ["a/1", "a/2"]
    assert await keys(blobs, "none/") == []


async def test_the_keys_of_a_folder_come_one_after_the_other(blobs):
    for number in range(40):
        await blobs.put(f"f{number % 8}/g{number % 3}/{number}", chunks(b"x"))
    folders = [key.partition("/")[0] async for key in blobs.keys("")]
    assert len(folders) == 40
    assert len([before for before, after in pairwise(folders) if before != after]) == 7


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", ".partial/x", "a\0b"]
)
async def test_a_key_that_could_leave_its_place_is_refused(tmp_path, key):
    blobs = ObstoreBlobs.in_directory(tmp_path / "blobs")
    with pytest.raises(ValueError, match="is no key"):
        await blobs.put(key, chunks(b"x"))
    with pytest.raises(ValueError, match="is no key"):
        await blobs.get(key)


async def test_partial_writes_of_a_crash_are_removed_at_the_next_start(tmp_path):
    ObstoreBlobs.in_directory(tmp_path)
    (tmp_path / ".partial" / "left").write_bytes(b"half")
    blobs = ObstoreBlobs.in_directory(tmp_path)
    assert list((tmp_path / ".partial").iterdir()) == []
    assert await keys(blobs) == []


async def test_putting_beside_removals_of_the_same_folder_loses_nothing(blobs):
    async def put_and_remove(number):
        for _ in range(20):
            await blobs.put(f"a/f/{number}/original", chunks(b"x"))
            assert await blobs.get(f"a/f/{number}/original") == b"x"
            await blobs.remove_prefix(f"a/f/{number}/")

    await asyncio.gather(*(put_and_remove(number) for number in range(4)))
    assert await keys(blobs) == []


async def test_no_empty_folder_with_an_id_in_its_name_is_left(tmp_path):
    blobs = ObstoreBlobs.in_directory(tmp_path / "blobs")
    await blobs.put("a/f/1/original", chunks(b"x"))
    await blobs.put("a/f/2/original", chunks(b"x"))
    await blobs.remove_prefix("a/f/1/")
    assert (tmp_path / "blobs/a/f").is_dir()
    await blobs.remove_prefix("a/f/2/")
    assert not (tmp_path / "blobs/a/f").exists()


async def test_a_small_put_is_one_request(bucket_url):
    blobs = ObstoreBlobs.at(bucket_url, plain_http=True)
    sizes = {"a/none": 0, "a/small": MULTIPART_BYTES - 1, "a/large": MULTIPART_BYTES}
    for key, size in sizes.items():
        await blobs.put(key, chunks(bytes(size)))
        assert len(await blobs.get(key)) == size
    store = from_url(bucket_url, client_options={"allow_http": True})
    tags = {entry["path"]: entry["e_tag"] for page in obstore.list(store) for entry in page}
    # S3 says of an object in how many parts it came.
    assert {key: "-" in tag for key, tag in tags.items()} == {
        "a/none": False,
        "a/small": False,
        "a/large": True,
    }


async def test_a_large_put_goes_in_parts_and_comes_back_whole(bucket_url):
    blobs = ObstoreBlobs.at(bucket_url, plain_http=True)
    part = bytes(range(256)) * 4096
    held = 0

    async def counted():
        nonlocal held
        for _ in range(20):
            held += len(part)
            yield part

    await blobs.put("a/large", counted())
    assert held == 20 * len(part)
    assert await blobs.get("a/large") == part * 20


async def test_more_keys_than_one_request_takes_are_listed_and_removed(bucket_url):
    blobs = ObstoreBlobs.at(bucket_url, plain_http=True)
    for first in range(0, 1100, 50):  # at once, as many as a busy machine connects in time
        await asyncio.gather(
            *(blobs.put(f"a/f/1/{n}", chunks(b"x")) for n in range(first, first + 50))
        )
    await blobs.put("b/f/1/0", chunks(b"x"))
    assert len(await keys(blobs, "a/")) == 1100
    await blobs.remove_prefix("a/")
    assert await keys(blobs) == ["b/f/1/0"]


async def test_a_bucket_that_does_not_answer_is_unavailable_whatever_is_asked(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    blobs = ObstoreBlobs.at("s3://bucket/x", plain_http=True)
    asked = [
        blobs.put("a/x", chunks(b"x")),
        blobs.get("a/x"),
        blobs.remove_prefix("a/"),
        blobs.check(),
        keys(blobs),
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * len(asked)


async def test_a_bucket_that_is_not_there_is_said_at_the_start(bucket_url):
    await ObstoreBlobs.at(bucket_url, plain_http=True).check()
    with pytest.raises(Unavailable, match="cannot be used"):
        await ObstoreBlobs.at("s3://no-such-bucket/x", plain_http=True).check()
    with pytest.raises(InvalidRequest, match="cannot be used"):
        ObstoreBlobs.at("ftp://somewhere/x")


async def test_a_copy_to_be_read_as_a_file_is_made_where_it_shall_be(bucket_url, tmp_path):
    blobs = ObstoreBlobs.at(bucket_url, plain_http=True, copies=tmp_path)

    async def content():
        yield b"text"

    await blobs.put("a/f/1/original", content())
    async with blobs.local("a/f/1/original") as path:
        assert tmp_path in path.parents
        assert path.read_bytes() == b"text"
    assert not list(tmp_path.iterdir())
