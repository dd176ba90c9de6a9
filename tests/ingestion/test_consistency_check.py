"""What the audit says of stores that are whole, and of ones that are not."""

import pytest

from lodgepole.ingestion.consistency_check import Audit
from lodgepole.library.blob_keys import document_key, original_key


def audit(house):
    return Audit(
        catalog=house.catalog,
        live=house.log,
        blobs=house.blobs,
        quarantine=house.blobs,
        index=house.index,
    )


@pytest.fixture
async def told(house):
    """Two files of one assistant, one replaced once, a third one deleted."""
    assistant = await house.assistant()
    one = await house.ingested(assistant, "a.txt", b"Old text about boats.")
    await house.upsert(assistant, one.id, "a.txt", b"New text about ships.")
    await house.ingested(assistant, "b.txt", b"About harbours.")
    gone = await house.ingested(assistant, "c.txt", b"About storms.")
    await house.files.delete(assistant, gone.id)
    await house.worker().drain()
    return assistant, await house.files.get(assistant, one.id)


async def test_nothing_is_said_of_stores_that_are_whole(house, told):
    report = await audit(house).run()
    assert (report.assistants, report.available_files, report.findings) == (1, 2, ())


async def test_what_is_accounted_for_nowhere_is_named(house, told):
    assistant, file = told
    stray = original_key("nobody", file.version)

    async def content():
        yield b"?"

    await house.blobs.put(stray, content())
    await house.blobs.put(f"{assistant.id}/{file.id}/99/original", content())
    findings = (await audit(house).run()).findings
    assert len(findings) == 2
    assert f"File {file.id}, content 99" in findings[0] + findings[1]
    assert "Assistant nobody is gone" in findings[0] + findings[1]


async def test_an_available_file_that_lacks_a_part_is_named(house, told):
    assistant, file = told
    await house.index.remove(assistant.id, [file.version])
    await house.blobs.remove_prefix(
        document_key(assistant.id, file.version).rpartition("/")[0] + "/"
    )
    findings = (await audit(house).run()).findings
    assert {finding.rpartition(" ")[2] for finding in findings} == {
        "passages.",
        "original.",
        "document.",
    }


@pytest.mark.parametrize(("originals", "found"), [(0, 0), (1, 1), (None, 2)])
async def test_bytes_that_are_not_what_was_uploaded_are_named(house, told, originals, found):
    keys = [key async for key in house.blobs.keys("") if key.endswith("/original")]

    async def flipped():
        yield b"other bytes"

    for key in keys:
        await house.blobs.put(key, flipped())
    report = await audit(house).run(originals=originals)
    assert len(report.findings) == found
    assert all("are not those that were uploaded" in finding for finding in report.findings)
