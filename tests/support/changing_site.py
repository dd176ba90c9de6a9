"""A documentation site of many pages that change, with all that sites do to those who read them."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.web_site import Answer, Request

LINKS_A_PAGE = 5


@dataclass
class ChangingSite:
    """Pages `/docs/p/N`, linked as a tree; what a test puts into `special` comes first."""

    count: int = 500
    texts: dict[int, str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    special: dict[str, Callable[[Request], Answer]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)  # on the first page, besides its own
    validators: bool = True
    lastmods: bool = False
    robots: str = "User-agent: *\nDisallow: /docs/private/\n"
    seen: list[int] = field(default_factory=list)  # statuses of pages

    def __call__(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        answer = self._answer(request, path)
        if path.startswith("/docs"):
            self.seen.append(answer.status)
        return answer

    def _answer(self, request: Request, path: str) -> Answer:
        if path in self.special:
            return self.special[path](request)
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), {"Content-Type": "text/plain"})
        if path == "/docs/":
            return self._page(request, 0)
        if path.startswith("/docs/p/") and path[8:].isdigit() and int(path[8:]) < self.count:
            return self._page(request, int(path[8:]))
        if path == "/sitemap.xml":
            return Answer(200, self.sitemap(request), {"Content-Type": "application/xml"})
        if path == "/sitemap.xml.gz":
            body = gzip.compress(self.sitemap(request))
            return Answer(200, body, {"Content-Type": "application/gzip"})
        return Answer(404)

    def text(self, number: int) -> str:
        return self.texts.get(number, f"Pump {number} runs at {1000 + number} bar. ")

    def html(self, number: int) -> bytes:
        first = LINKS_A_PAGE * number + 1
        targets = [f"/docs/p/{n}" for n in range(first, min(first + LINKS_A_PAGE, self.count))]
        targets += self.links if number == 0 else ["/docs/"]
        menu = "".join(f"<a href='{target}'>page</a>" for target in targets)
        main = f"<h1>Page {number}</h1><p>{self.text(number) * 5}</p>"
        return (
            f"<!doctype html><html><head><title>Page {number}</title></head>"
            f"<body><nav>{menu}</nav><main>{main}</main></body></html>"
        ).encode()

    def _page(self, request: Request, number: int) -> Answer:
        if number in self.removed:
            return Answer(404)
        body = self.html(number)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.validators and request.headers.get("if-none-match") == tag:
            return Answer(304, headers={"ETag": tag})
        return Answer(200, body, {"ETag": tag} if self.validators else {})

    def sitemap(self, request: Request) -> bytes:
        host = f"http://{request.headers['host']}"
        entries = "".join(
            f"<url><loc>{host}/docs/p/{n}</loc>{self._lastmod(n)}</url>"
            for n in range(self.count)
            if n not in self.removed
        )
        return f"<?xml version='1.0'?><urlset>{entries}</urlset>".encode()

    def _lastmod(self, number: int) -> str:
        if not self.lastmods:
            return ""
        digest = hashlib.sha256(self.text(number).encode()).hexdigest()[:10]
        return f"<lastmod>{digest}</lastmod>"


async def endless(writer: asyncio.StreamWriter) -> None:
    """A body without an end, as quick as it is read."""
    while not writer.is_closing():
        writer.write(b"<p>more</p>" * 10_000)
        await writer.drain()


async def trickling(writer: asyncio.StreamWriter) -> None:
    """A body without an end, a byte at a time."""
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)
