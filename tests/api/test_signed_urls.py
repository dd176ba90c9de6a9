"""Links without a key: what they answer, part by part, and how strangers' HTML is shown."""

import httpx2
import pytest

CONTENT = b"0123456789"


async def link(house, new: httpx2.AsyncClient, name: str, data: bytes = CONTENT) -> str:
    await new.post("/assistant/assistants", json={"name": "docs"})
    sent = await new.post("/assistant/files/docs", files={"file": (name, data)})
    assert sent.status_code == 202, sent.text
    await house.work()
    listed = (await new.get("/assistant/files/docs")).json()["files"]
    file = next(f for f in listed if f["name"] == name)
    described = await new.get(f"/assistant/files/docs/{file['id']}?include_url=true")
    return described.json()["signed_url"].removeprefix("http://lodgepole.test")


async def test_a_link_needs_no_key_and_names_the_file(house, new) -> None:
    url = await link(house, new, "grün & rot.txt")
    async with house.client(None, key=None) as stranger:
        answer = await stranger.get(url)
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        "inline; filename*=UTF-8''gr%C3%BCn%20%26%20rot.txt"
    )
    assert answer.headers["cache-control"] == "private, no-store"


async def test_html_of_strangers_is_text_here(house, new) -> None:
    answer = await new.get(await link(house, new, "a.html", b"<script>alert(1)</script><p>Hi"))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "status", "part", "said"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-50", 206, CONTENT, "bytes 0-9/10"),
        ("bytes=4-99", 206, b"456789", "bytes 4-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, CONTENT, None),
        ("bytes=-", 200, CONTENT, None),
        ("lines=1-2", 200, CONTENT, None),
        (f"bytes={'9' * 30}-", 200, CONTENT, None),
    ],
)
async def test_one_range_is_answered(house, new, *, asked, status, part, said) -> None:
    url = await link(house, new, "a.txt")
    answer = await new.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, part)
    assert answer.headers.get("content-range") == said


async def test_a_link_that_was_changed_or_is_old_is_refused(house, new) -> None:
    url = await link(house, new, "a.txt")
    _, token, name = url.rsplit("/", 2)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (changed, "x", token.split(".")[0]):
        refused = await new.get(f"/signed/{wrong}/{name}")
        assert refused.status_code == 403, wrong
        assert refused.json()["error"]["message"]


async def test_damaged_bytes_are_an_error_and_no_file(house, new) -> None:
    url = await link(house, new, "a.txt")
    keys = [key async for key in house.services.blobs.keys("") if key.endswith("/original")]

    async def flipped():
        yield b"0123456788"

    await house.services.blobs.put(keys[0], flipped())
    for headers in ({}, {"Range": "bytes=0-9"}):
        answer = await new.get(url, headers=headers)
        assert answer.status_code == 503
        assert "are not those that were uploaded" in answer.text
    await house.services.blobs.remove_prefix(keys[0].removesuffix("original"))
    assert (await new.get(url)).status_code == 503


async def test_a_link_to_a_deleted_file_opens_no_later_one_of_its_id(house, new) -> None:
    await new.post("/assistant/assistants", json={"name": "docs"})
    links = []
    for _ in range(2):
        await new.put("/assistant/files/docs/mine", files={"file": ("a.txt", CONTENT)})
        await house.work()
        described = await new.get("/assistant/files/docs/mine?include_url=true")
        links.append(described.json()["signed_url"].removeprefix("http://lodgepole.test"))
        if len(links) == 1:
            await new.delete("/assistant/files/docs/mine")
            await house.work()
    assert (await new.get(links[0])).status_code == 404
    assert (await new.get(links[1])).content == CONTENT
