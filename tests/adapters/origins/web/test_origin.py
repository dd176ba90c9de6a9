"""Web sources against real servers on loopback, over the features in memory."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.sources.conftest import Desk
from tests.support.changing_site import ChangingSite, endless, trickling
from tests.support.web_site import Answer, WebSite

from lodgepole.adapters.origins.credentials import Credential, Credentials
from lodgepole.adapters.origins.web import WebOrigin
from lodgepole.adapters.origins.web.origin import MORE, NOINDEX, ROBOTS, TRAP
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.adapters.web_pages.foreign import ForeignPages, read_here
from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.limits import Limits
from lodgepole.ports.source_store import CrawlRules, ItemChange, RunStatus, SourceKind
from lodgepole.sources.sync import MISSED

ADDED, CHANGED, REMOVED = ItemChange.ADDED, ItemChange.CHANGED, ItemChange.REMOVED
UNCHANGED, SKIPPED, FAILED = ItemChange.UNCHANGED, ItemChange.SKIPPED, ItemChange.FAILED
HTML = {"Content-Type": "text/html"}


@dataclass
class Web(Desk):
    """A desk whose sources are of the web, and the site that they read."""

    site: Any = None
    pages: ChangingSite = field(default_factory=ChangingSite)
    slept: list[float] = field(default_factory=list)
    kind: SourceKind = SourceKind.WEB

    async def follow(self, path: str, **values):
        rules = CrawlRules(**{"crawl": False, "requests_per_second": 50, **values.pop("rules", {})})
        return await self.add(url=self.site.url + path, rules=rules, **values)

    async def crawl(self, path: str = "/docs/", **values):
        rules = {"crawl": True, "depth": 20, **values.pop("rules", {})}
        return await self.follow(path, rules=rules, **values)

    async def files(self):
        page = await self.house.catalog.list_files(self.assistant.id, limit=1000, after=None)
        return {f.upload.metadata["source_url"].removeprefix(self.site.url): f for f in page.items}


@asynccontextmanager
async def web_desk(house, *, seconds=20.0, credentials=None, networks=("127.0.0.0/8",)):
    async with WebSite() as site:
        desk = Web(house, await house.assistant(), site=site)
        site.handler = desk.pages

        async def sleep(wait):
            desk.slept.append(wait)

        client = GuardedClient(Networks(networks), seconds=seconds)
        desk.shelf = WebOrigin(
            client,
            pages=ForeignPages(read_here),
            limits=Limits(file_bytes=1_000_000),
            credentials=Credentials(credentials(site) if credentials else ()),
            sleep=sleep,
        )
        yield desk
        await client.close()


@pytest.fixture
async def web(house):
    async with web_desk(house) as desk:
        desk.pages.count = 12
        yield desk


# --- a large site -----------------------------------------------------------------------------


@pytest.mark.slow
async def test_five_hundred_pages_their_changes_and_their_end(web):
    web.pages.count = 500
    source = await web.crawl()
    first = await web.run(source)
    # The page `/docs/` and `/docs/p/0` are the same; the crawl comes to the first alone.
    assert first.counts == {ADDED: 500}
    requests = len(web.site.requests)
    assert requests == 501  # with robots.txt
    operations = await web.operations()

    second = await web.run(source)
    assert second.counts == {UNCHANGED: 500}
    assert web.pages.seen[500:] == [304] * 500
    assert len(web.site.requests) - requests == 501
    assert await web.operations() == operations

    web.pages.texts = {7: "Pump 7 was replaced. ", 8: "Pump 8 too. "}
    web.pages.removed = {499}
    third = await web.run(source)
    assert third.counts == {CHANGED: 2, UNCHANGED: 498}
    assert [n.reason for n in third.notes if n.change is UNCHANGED] == [MISSED]
    fourth = await web.run(source)
    assert fourth.counts == {UNCHANGED: 499, REMOVED: 1}
    files = await web.files()
    assert files["/docs/p/7"].upload.metadata["title"] == "Page 7"


# --- the three ways ---------------------------------------------------------------------------


async def test_one_page_carries_its_address_and_no_menu(web):
    source = await web.follow("/docs/p/3")
    assert (await web.run(source)).counts == {ADDED: 1}
    (file,) = (await web.files()).values()
    assert file.upload.name == "3.html"
    assert file.upload.metadata == {
        "source_url": f"{web.site.url}/docs/p/3",
        "title": "Page 3",
        "source_id": source.id,
    }
    stored = [
        data async for key in web.house.blobs.keys("") async for data in web.house.blobs.stream(key)
    ]
    text = b"".join(stored)
    assert b"Pump 3" in text
    assert b"<nav>" not in text
    assert (await web.run(source)).counts == {UNCHANGED: 1}
    assert web.pages.seen == [200, 304]


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap.xml.gz"])
async def test_the_pages_of_a_sitemap(web, path):
    source = await web.follow(path, include=["docs/p/*"], exclude=["docs/p/1?"])
    assert (await web.run(source)).counts == {ADDED: 10}
    assert (await web.run(source)).counts == {UNCHANGED: 10}
    web.pages.removed = {4}
    assert (await web.run(source)).counts == {UNCHANGED: 10}
    assert (await web.run(source)).counts == {UNCHANGED: 9, REMOVED: 1}


async def test_a_sitemap_with_times_costs_no_request_for_an_unchanged_page(web):
    web.pages.lastmods = True
    source = await web.follow("/sitemap.xml")
    await web.run(source)
    requests = len(web.site.requests)
    web.pages.texts[3] = "Other words. "
    assert (await web.run(source)).counts == {UNCHANGED: 11, CHANGED: 1}
    assert web.site.paths[requests:] == ["/robots.txt", "/sitemap.xml", "/docs/p/3"]


async def test_sitemaps_of_sitemaps(web):
    def index(request):
        host = f"http://{request.headers['host']}"
        places = (f"{host}/sitemap.xml", f"{host}/index.xml", "https://other.example/s.xml")
        inner = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
        return Answer(200, f"<sitemapindex>{inner}</sitemapindex>".encode(), HTML)

    web.pages.special["/index.xml"] = index
    source = await web.follow("/index.xml")
    assert (await web.run(source)).counts == {ADDED: 12}
    web.pages.special["/sitemap.xml"] = lambda _: Answer(500)
    run = await web.run(source)
    assert (run.status, REMOVED in run.counts) == (RunStatus.FAILED, False)
    assert len(await web.files()) == 12


async def test_pages_of_other_sites_are_not_read(web):
    body = b"<urlset><url><loc>http://10.0.0.1/</loc></url><url><loc>x</loc></url></urlset>"
    web.pages.special["/other.xml"] = lambda _: Answer(200, body, {"Content-Type": "text/xml"})
    run = await web.run(await web.follow("/other.xml"))
    assert run.counts == {SKIPPED: 2}


async def test_a_site_without_validators_costs_bodies_and_no_embedding(web):
    web.pages.validators = False
    source = await web.crawl()
    await web.run(source)
    operations = await web.operations()
    assert (await web.run(source)).counts == {UNCHANGED: 12}
    assert set(web.pages.seen) == {200}
    assert await web.operations() == operations


# --- what sites do ----------------------------------------------------------------------------


async def test_a_crawl_keeps_to_its_rules(web):
    web.pages.links = ["/docs/private/a", "/outside", "https://other.example/", "mailto:a@b", "#x"]
    web.pages.special["/docs/private/a"] = lambda _: Answer(200, b"<p>secret</p>", HTML)
    run = await web.run(await web.crawl(rules={"depth": 1}))
    assert {n.key.removeprefix(web.site.url): n.reason for n in run.notes if n.reason} == {
        "/docs/private/a": ROBOTS
    }
    assert set(await web.files()) == {"/docs/", *(f"/docs/p/{n}" for n in range(1, 6))}


async def test_documents_that_pages_link_to_are_read_as_themselves(web):
    web.pages.links = ["/assets/manual.pdf", "/assets/photo.png", "/docs/data.csv", "/assets/x.csv"]
    web.pages.special["/assets/manual.pdf"] = lambda _: Answer(
        200, b"%PDF-1.4 text", {"Content-Type": "application/pdf"}
    )
    web.pages.special["/docs/data.csv"] = lambda _: Answer(
        200, b"a,b\n1,2\n", {"Content-Type": "text/csv"}
    )
    await web.run(await web.crawl(rules={"depth": 1}))
    files = await web.files()
    assert files["/assets/manual.pdf"].upload.name == "manual.pdf"
    assert files["/docs/data.csv"].upload.name == "data.csv"
    assert "/assets/x.csv" not in files


async def test_pages_as_many_as_allowed(web):
    source = await web.crawl(rules={"pages": 5})
    run = await web.run(source)
    assert run.counts == {ADDED: 5, SKIPPED: 1}
    assert run.notes[-1].reason == MORE
    assert len(web.site.requests) == 6
    run = await web.run(await web.crawl(rules={"bytes": 1000}))
    assert run.notes[-1].reason == MORE


async def test_traps_end(web):
    def deeper(request):
        return Answer(200, f"<a href='{request.path}/a/b'>x</a><p>Deep.</p>".encode(), HTML)

    class Everywhere(dict):
        def __contains__(self, path):
            return path.startswith("/docs/calendar")

        def __getitem__(self, path):
            return deeper

    web.pages.links = ["/docs/calendar/a/b"]
    web.pages.special = Everywhere()
    run = await web.run(await web.crawl())
    assert TRAP in {n.reason for n in run.notes}
    assert run.status is RunStatus.COMPLETED


async def test_redirects_lead_to_one_file(web):
    web.pages.links = ["/docs/old", "/docs/loop", "/docs/away", "/docs/login"]
    for path, target in (
        ("/docs/old", "/docs/p/1"),
        ("/docs/loop", "/docs/loop"),
        ("/docs/away", "http://169.254.169.254/latest/meta-data/"),
        ("/docs/login", "/login"),
    ):
        web.pages.special[path] = lambda _, target=target: Answer(302, headers={"Location": target})
    web.pages.special["/login"] = lambda _: Answer(200, b"<p>Who are you?</p>", HTML)
    run = await web.run(await web.crawl())
    assert run.counts == {ADDED: 12, FAILED: 2, SKIPPED: 1}
    reasons = {n.key.removeprefix(web.site.url): n.reason for n in run.notes if n.reason}
    assert "redirects more than" in reasons["/docs/loop"]
    assert "169.254.169.254" in reasons["/docs/away"]
    assert "/login" in reasons["/docs/login"]


async def test_pages_that_ask_to_be_left_out(web):
    web.pages.links = ["/docs/draft", "/docs/copy?x=1"]
    web.pages.special["/docs/draft"] = lambda _: Answer(
        200, b"<meta name=robots content='noindex, nofollow'><a href='/docs/hidden'>x</a>", HTML
    )
    canonical = b"<link rel=canonical href='/docs/p/1'><p>The same.</p>"
    web.pages.special["/docs/copy"] = lambda _: Answer(200, canonical, HTML)
    run = await web.run(await web.crawl())
    reasons = {n.key.removeprefix(web.site.url): n.reason for n in run.notes if n.reason}
    assert reasons["/docs/draft"] == NOINDEX
    assert reasons["/docs/copy?x=1"].endswith("/docs/p/1.")
    assert not any("hidden" in path for path in web.site.paths)


async def test_a_site_that_asks_to_wait_is_waited_for(web):
    answers = [
        Answer(429, headers={"Retry-After": "7"}),
        Answer(503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}),
    ]
    page = web.pages.html(3)
    web.pages.special["/docs/p/3"] = lambda _: (
        answers.pop(0) if answers else Answer(200, page, HTML)
    )
    run = await web.run(await web.crawl())
    assert run.counts == {ADDED: 12}
    assert 7.0 in web.slept


async def test_a_page_that_asks_to_wait_too_long_is_left_to_the_next_run(web):
    web.pages.special["/docs/p/3"] = lambda _: Answer(503, headers={"Retry-After": "86400"})
    source = await web.crawl()
    run = await web.run(source)
    assert run.counts == {ADDED: 11, FAILED: 1}
    del web.pages.special["/docs/p/3"]
    # Its parent did not change, and is read again for its links.
    assert (await web.run(source)).counts == {ADDED: 1, UNCHANGED: 11}
    assert (await web.run(source)).counts == {UNCHANGED: 12}


async def test_a_site_that_fails_all_the_time_ends_the_run_and_loses_nothing(web):
    source = await web.crawl()
    await web.run(source)
    for number in range(1, 12):
        web.pages.special[f"/docs/p/{number}"] = lambda _: Answer(500)
    run = await web.run(source)
    assert run.status is RunStatus.FAILED
    assert "in a row" in run.error_message
    assert len(await web.files()) == 12


@pytest.mark.parametrize("status", [404, 410, 500, 403])
async def test_a_site_whose_first_page_is_gone_loses_nothing(web, status):
    source = await web.crawl()
    await web.run(source)
    web.pages.special["/docs/"] = lambda _: Answer(status)
    for _ in range(3):
        assert (await web.run(source)).status is RunStatus.FAILED
    assert len(await web.files()) == 12


async def test_robots_that_cannot_be_read_end_the_run(web):
    web.pages.special["/robots.txt"] = lambda _: Answer(500)
    run = await web.run(await web.crawl())
    assert (run.status, "robots.txt" in run.error_message) == (RunStatus.FAILED, True)
    del web.pages.special["/robots.txt"]
    web.pages.robots = "User-agent: *\nDisallow: /"
    assert (await web.run(await web.crawl())).status is RunStatus.FAILED
    assert web.pages.seen == []
    web.pages.special["/robots.txt"] = lambda _: Answer(404)
    assert (await web.run(await web.crawl())).counts == {ADDED: 12}


async def test_the_pace_is_the_slower_of_both(web):
    web.pages.robots = "User-agent: *\nCrawl-delay: 3"
    await web.run(await web.follow("/sitemap.xml"))
    assert max(web.slept) > 2


async def test_bodies_that_do_not_end(house):
    async with web_desk(house, seconds=0.5) as web:
        web.pages.count = 3
        web.pages.links = ["/docs/endless", "/docs/slow"]
        web.pages.special["/docs/endless"] = lambda _: Answer(stream=endless)
        web.pages.special["/docs/slow"] = lambda _: Answer(stream=trickling)
        run = await web.run(await web.crawl())
    reasons = {n.key.rpartition("/")[2]: (n.change, n.reason) for n in run.notes if n.reason}
    assert reasons["endless"][0] is SKIPPED
    assert "larger than" in reasons["endless"][1]
    assert reasons["slow"][0] is FAILED
    assert "longer than" in reasons["slow"][1]
    assert run.counts[ADDED] == 3


async def test_a_page_of_another_type_is_skipped(web):
    web.pages.special["/docs/p/3"] = lambda _: Answer(200, b"GIF89a", {"Content-Type": "image/gif"})
    run = await web.run(await web.crawl())
    assert run.counts == {ADDED: 11, SKIPPED: 1}


# --- safety -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/"),
        *("http://user:secret@example.org/", "http://example.org:25/", "ftp://example.org/"),
    ],
)
async def test_addresses_in_disguise_are_refused_when_they_are_added(web, url):
    with pytest.raises((InvalidRequest, PermissionDenied)) as refusal:
        await web.add(url=url)
    assert "secret" not in str(refusal.value)


async def test_a_private_address_is_refused_when_it_is_read(house):
    async with web_desk(house, networks=()) as web:
        run = await web.run(await web.follow("/docs/"))
        assert run.status is RunStatus.FAILED
        assert "private" in run.error_message
        assert web.site.requests == []


async def test_credentials_go_where_they_belong_and_are_told_nowhere(house):
    def credentials(site):
        return [Credential(name="docs", url=f"{site.url}/docs/", secret="s3cret")]

    async with web_desk(house, credentials=credentials) as web, WebSite() as other:
        other.handler = lambda _: Answer(200, b"<p>Other.</p>", HTML)
        web.pages.count = 3
        web.pages.links = ["/docs/away"]
        web.pages.special["/docs/away"] = lambda _: Answer(302, headers={"Location": other.url})
        source = await web.crawl(credential="docs")
        run = await web.run(source)
        sent = {r.path: r.headers.get("authorization") for r in web.site.requests}
        assert sent["/docs/"] == "Bearer s3cret"
        assert sent["/robots.txt"] is None
        assert all("authorization" not in r.headers for r in other.requests)
        assert "s3cret" not in repr((run, await web.sources.get("p", source.id)))
        with pytest.raises(PermissionDenied):
            await web.follow("/other/", credential="docs")
        with pytest.raises(InvalidRequest):
            await web.follow("/docs/", credential="unknown")


async def test_two_sources_of_one_site_are_apart(web):
    one, other = await web.follow("/docs/p/1"), await web.follow("/docs/p/1")
    runs = await asyncio.gather(web.run(one), web.run(other))
    assert [run.counts for run in runs] == [{ADDED: 1}, {ADDED: 1}]
    page = await web.house.catalog.list_files(web.assistant.id, limit=10, after=None)
    assert len(page.items) == 2
