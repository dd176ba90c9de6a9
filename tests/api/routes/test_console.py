import re
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[3] / "src" / "lodgepole" / "console"
SCRIPT = re.search(r"/console/assets/[^\"]+\.js", (CONSOLE / "index.html").read_text())[0]


@pytest.mark.parametrize("path", ["/console", "/console/"])
async def test_the_page_needs_no_key_and_is_asked_for_anew_each_time(house, path):
    async with house.client(key=None) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == (CONSOLE / "index.html").read_bytes()


async def test_the_bare_address_leads_to_it(house):
    async with house.client(key=None) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/console")


async def test_nothing_from_elsewhere_may_run_or_frame_it(house):
    async with house.client(key=None) as client:
        for path in ("/console", SCRIPT, "/console/fonts/FoxitSerif.pfb"):
            answer = await client.get(path)
            policy = dict(
                part.strip().split(" ", 1)
                for part in answer.headers["Content-Security-Policy"].split(";")
            )
            assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
            assert policy["script-src"] == policy["connect-src"] == "'self'"
            assert "unsafe" not in str(policy)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_assets_are_kept_for_good_and_sent_compressed(house):
    async with house.client(key=None) as client:
        answer = await client.get(SCRIPT)
        plain = await client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
        again = await client.get("/console", headers={"If-None-Match": "other"})
        known = await client.get("/console", headers={"If-None-Match": again.headers["ETag"]})
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert answer.content == plain.content
    assert (again.status_code, known.status_code) == (200, 304)


@pytest.mark.parametrize(
    "path",
    [
        *("/console/assets/none.js", "/console/assets/..%2findex.html", "/console/sources.sha256"),
        *("/console/assets/..%2f..%2ferrors.py", "/console/fonts/LICENSE_FOXIT", "/console/index"),
    ],
)
async def test_nothing_but_the_bundle_is_served(house, path):
    async with house.client(key=None) as client:
        assert (await client.get(path)).status_code == 404
