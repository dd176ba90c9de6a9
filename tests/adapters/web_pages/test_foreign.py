"""Pages and sitemaps of others, asked for and read elsewhere."""

import gzip

import orjson
import pytest

from lodgepole.adapters.web_pages.foreign import ForeignPages, read_foreign, read_here
from lodgepole.adapters.web_pages.html_pages import main_content, read_page
from lodgepole.errors import UnreadableFile

HTML = (
    b"<title>Pumps</title><link rel=canonical href=/p><base href=/b/>"
    b"<nav>Menu</nav><main>The pump is blue. <a href=x>More</a></main>"
)
SITEMAP = b"<urlset><url><loc>http://a/</loc><lastmod>2026</lastmod></url></urlset>"


async def test_a_page_comes_back_as_it_was_read():
    read = await ForeignPages(read_here).page(HTML)
    assert read.page == read_page(HTML)
    assert (read.page.links, read.page.canonical) == (("x",), "/p")
    assert read.main == main_content(HTML)
    assert "Menu" not in read.main


@pytest.mark.parametrize("body", [SITEMAP, gzip.compress(SITEMAP)])
async def test_a_sitemap_comes_back_packed_or_plain(body):
    sitemap = await ForeignPages(read_here).sitemap(body)
    assert sitemap.pages == (("http://a/", "2026"),)
    assert sitemap.sitemaps == ()


@pytest.mark.parametrize("body", [b"\x1f\x8bx", b"", b"no"])
async def test_what_is_no_sitemap_is_refused_in_words(body):
    with pytest.raises(UnreadableFile, match=r"sitemap"):
        await ForeignPages(read_here).sitemap(body)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<p>\xed\xa0\x80", b"<p>\x00"])
def test_any_bytes_make_a_page(body):
    assert set(orjson.loads(read_foreign("page", body))) == {"page", "main"}
