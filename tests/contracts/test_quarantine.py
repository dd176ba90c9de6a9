"""What every Quarantine does, beside the blobs that it takes."""

from datetime import date

from tests.conftest import chunks
from tests.contracts.test_blobs import blobs, gcs_url  # noqa: F401  fixtures

DAY, LATER = date(2026, 3, 1), date(2026, 3, 2)


async def keys_of(blobs):  # noqa: F811
    return {key async for key in blobs.keys("")}


async def test_what_is_set_aside_has_no_key_and_is_counted(blobs):  # noqa: F811
    for key in ("a/f/1/original", "a/f/1/document.json", "a/g/1/original"):
        await blobs.put(key, chunks(b"bytes"))
    await blobs.set_aside("a/f/1/", DAY)
    assert await keys_of(blobs) == {"a/g/1/original"}
    assert await blobs.set_aside_by_day() == {DAY: 2}
    await blobs.set_aside("nothing/", DAY)


async def test_the_same_key_may_be_set_aside_again(blobs):  # noqa: F811
    for day in (DAY, LATER):
        await blobs.put("a/f/1/original", chunks(b"bytes"))
        await blobs.set_aside("a/", day)
    assert await blobs.set_aside_by_day() == {DAY: 1, LATER: 1}


async def test_a_day_is_removed_for_good(blobs):  # noqa: F811
    for day, key in ((DAY, "a/f/1/original"), (LATER, "a/g/1/original")):
        await blobs.put(key, chunks(b"bytes"))
        await blobs.set_aside("a/", day)
    await blobs.remove_set_aside(DAY)
    assert await blobs.set_aside_by_day() == {LATER: 1}
