import gzip
import zlib

import pytest

from lodgepole.adapters.web_pages import sitemaps
from lodgepole.adapters.web_pages.sitemaps import is_sitemap, read_sitemap, unpacked
from lodgepole.errors import InvalidRequest, TooLarge

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
URLS = f"""<?xml version="1.0"?><urlset {SPACE}>
<url><loc> https://d.example/a?x=1&amp;y=2 </loc><lastmod>2026-01-02</lastmod></url>
<url><loc>https://d.example/b</loc></url><url><lastmod>x</lastmod></url></urlset>""".encode()
INDEX = (
    f"<sitemapindex {SPACE}><sitemap><loc>https://d.example/1.xml</loc></sitemap></sitemapindex>"
)


def test_pages_with_their_times():
    found = read_sitemap(URLS)
    assert found.pages == (
        ("https://d.example/a?x=1&y=2", "2026-01-02"),
        ("https://d.example/b", ""),
    )
    assert found.sitemaps == ()


def test_a_list_of_sitemaps():
    assert read_sitemap(INDEX.encode()).sitemaps == ("https://d.example/1.xml",)


def test_packed_ones():
    assert unpacked(gzip.compress(URLS)) == URLS
    assert unpacked(URLS) == URLS
    with pytest.raises(InvalidRequest):
        unpacked(b"\x1f\x8bnothing")


def test_one_that_unpacks_without_end(monkeypatch):
    monkeypatch.setattr(sitemaps, "SITEMAP_BYTES", 1000)
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(b"0" * 100_000))
    assert zlib.MAX_WBITS


def test_what_begins_like_one():
    assert is_sitemap(b"\xef\xbb\xbf" + URLS)
    assert is_sitemap(INDEX.encode())
    assert is_sitemap(gzip.compress(URLS))
    assert not is_sitemap(b"<!doctype html><html>")
    assert not is_sitemap(b"")


@pytest.mark.parametrize("body", [b"", b"not xml", b"\0\1"])
def test_what_is_none(body):
    with pytest.raises(InvalidRequest):
        read_sitemap(body)


def test_entities_lead_nowhere():
    bomb = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY f SYSTEM "file:///etc/passwd">]>
    <urlset><url><loc>https://d.example/&b;</loc></url><url><loc>&f;</loc></url></urlset>"""
    found = read_sitemap(bomb)
    assert all("root:" not in place and "aaaa" not in place for place, _ in found.pages)
