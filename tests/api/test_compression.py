import gzip
import zlib

import httpx2
import pytest
from starlette.datastructures import Headers
from tests.api.conftest import House, build, opened

from lodgepole.api.compression import SILENT_BYTES, accepts_gzip
from lodgepole.limits import Limits

BODY = b'{"name": "packed"}'
PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
async def test_json_in_gzip_is_read(new: httpx2.AsyncClient, coding: str):
    headers = {"Content-Encoding": coding}
    answer = await new.post("/assistants", content=gzip.compress(BODY), headers=headers)
    assert answer.status_code == 200
    assert answer.json()["name"] == "packed"


async def test_a_form_in_gzip_is_read(new: httpx2.AsyncClient, filled: str):
    text = b"Packed words. " * 1000
    form = new.build_request("POST", f"/files/{filled}", files={"file": ("a.txt", text)})
    body = gzip.compress(await form.aread())
    headers = {"Content-Type": form.headers["Content-Type"], **PACKED}
    answer = await new.post(f"/files/{filled}", content=body, headers=headers)
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"plain", gzip.compress(BODY)[:-9], gzip.compress(BODY) + b"x", zlib.compress(BODY)],
    ids=["nothing", "plain", "cut off", "more", "another format"],
)
async def test_what_is_no_gzip_is_refused(new: httpx2.AsyncClient, body: bytes):
    answer = await new.post("/assistants", content=body, headers=PACKED)
    assert answer.status_code == 400
    assert "gzip" in answer.json()["error"]["message"]


async def test_other_encodings_are_not_read(new: httpx2.AsyncClient):
    answer = await new.post("/assistants", content=BODY, headers={"Content-Encoding": "br"})
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"


async def test_limits_count_what_is_unpacked():
    house = await opened(build(Limits(json_body_bytes=100_000)))
    bomb = gzip.compress(b" " * 100_000_000, 9)
    async with house.client() as client:
        answer = await client.post("/assistants", content=bomb, headers=PACKED)
    assert answer.status_code == 413


async def test_input_that_stands_for_nothing_has_an_end(new: httpx2.AsyncClient):
    nothing = b"\0\0\0\xff\xff"  # a stored block of no bytes
    head = gzip.compress(b"")[:10]
    endless = head + nothing * (SILENT_BYTES // len(nothing) + 1000)
    answer = await new.post("/assistants", content=endless, headers=PACKED)
    assert answer.status_code == 400


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("gzip; q=0", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_for_who_accepts_it(offer: str, taken: bool):
    assert accepts_gzip(Headers({"Accept-Encoding": offer})) is taken


async def test_a_long_answer_is_packed_for_who_accepts_that(house: House, filled: str):
    async with house.client() as client:
        for number in range(40):
            name = f"assistant-{number}"
            await client.post("/assistants", json={"name": name, "instructions": "Be brief. " * 9})
        packed = await client.get("/assistants", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/assistants", headers={"Accept-Encoding": "identity"})
        short = await client.get(f"/assistants/{filled}", headers={"Accept-Encoding": "gzip"})
        asked = {"messages": [{"content": "revenue"}], "stream": True}
        stream = await client.post(f"/chat/{filled}", json=asked)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
    for other in (plain, short, stream):
        assert "Content-Encoding" not in other.headers
