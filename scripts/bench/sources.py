"""How quickly a web source is read, and what an unchanged page costs.

A site of pages on loopback is crawled, and read by its sitemap, twice each, without waiting between
requests. What is uploaded is stored in memory and not embedded: that is the same for every upload,
and `bench-ingest` measures it.

    python scripts/bench/sources.py --pages 500
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.conftest import House  # noqa: E402  after the path is known
from tests.sources.conftest import Desk  # noqa: E402
from tests.support.changing_site import ChangingSite  # noqa: E402
from tests.support.web_site import WebSite  # noqa: E402

from lodgepole.adapters.origins.web import WebOrigin  # noqa: E402
from lodgepole.adapters.outbound_http import GuardedClient, Networks  # noqa: E402
from lodgepole.adapters.web_pages.foreign import ForeignPages, read_here  # noqa: E402
from lodgepole.ports.source_store import CrawlRules, ItemChange, SourceKind  # noqa: E402


async def measure(name: str, path: str, pages: ChangingSite, rules: CrawlRules) -> None:
    house = House()
    desk = Desk(house, await house.assistant(), kind=SourceKind.WEB)
    client = GuardedClient(Networks(["127.0.0.0/8"]))
    async with WebSite(pages) as site:

        async def at_once(_: float) -> None:
            await asyncio.sleep(0)

        desk.shelf = WebOrigin(
            client, pages=ForeignPages(read_here), limits=house.limits, sleep=at_once
        )
        source = await desk.add(url=site.url + path, rules=rules)
        for turn in ("first", "second"):
            requests, began, cpu = len(site.requests), time.perf_counter(), time.process_time()
            await desk.sources.run("p", source.id)
            await desk.runner().drain()
            took, used = time.perf_counter() - began, time.process_time() - cpu
            run = await desk.last(source)
            read = sum(run.counts.get(c, 0) for c in (ItemChange.ADDED, ItemChange.UNCHANGED))
            asked = len(site.requests) - requests
            shown = ", ".join(f"{n} {change}" for change, n in run.counts.items())
            print(
                f"{name}, {turn} run: {shown}; {read / took:.0f} pages/s, "
                f"{asked / max(read, 1):.3f} requests a page, "
                f"{1000 * used / max(read, 1):.2f} ms of CPU a page with the site's own"
            )
            await house.worker().drain()
    await client.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    count = parser.parse_args().pages
    crawl = CrawlRules(crawl=True, depth=20, pages=10_000)
    listed = CrawlRules(pages=10_000)
    await measure("crawl with ETags", "/docs/", ChangingSite(count=count), crawl)
    await measure(
        "crawl without ETags", "/docs/", ChangingSite(count=count, validators=False), crawl
    )
    await measure("sitemap with ETags", "/sitemap.xml", ChangingSite(count=count), listed)
    await measure(
        "sitemap with dates", "/sitemap.xml", ChangingSite(count=count, lastmods=True), listed
    )


if __name__ == "__main__":
    asyncio.run(main())
