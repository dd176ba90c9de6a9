"""Metadata, links and main content of a web page. Pure."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

LINKS_MOST = 5_000
TITLE_CHARS = 300
MAIN_CHARS = 200
"""A part with less text than this is not taken for the main one, unless the page has no more."""
MAIN_SHARE = 0.3
_SURROUNDINGS = (
    "script, style, noscript, template, iframe, svg, nav, footer, aside, dialog, "
    "[role=navigation], [role=banner], [role=contentinfo], [role=search], [role=complementary], "
    "[aria-hidden=true], [hidden]"
)
_MAIN = ("main", "[role=main]", "article", "#main-content", "#content", "#main")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    title: str
    links: tuple[str, ...]  # as they are written
    base: str  # what they are relative to, or ""
    canonical: str  # or ""
    may_index: bool
    may_follow: bool


def read_page(html: bytes | str) -> HtmlPage:
    """What the page says of itself, and its links in order."""
    tree = _parsed(html)
    directives = {
        word.strip().lower()
        for node in tree.css("meta[name=robots i], meta[name=lodgepole i]")
        for word in (node.attributes.get("content") or "").split(",")
    }
    links: dict[str, None] = {}
    for node in tree.css("a[href], area[href]"):
        nofollow = "nofollow" in (node.attributes.get("rel") or "").lower().split()
        if not nofollow and len(links) < LINKS_MOST:
            links[(node.attributes.get("href") or "").strip()] = None
    links.pop("", None)
    return HtmlPage(
        title=_title(tree),
        links=tuple(links),
        base=_attribute(tree, "base[href]", "href"),
        canonical=_attribute(tree, "link[rel=canonical i][href]", "href"),
        may_index=not directives & {"noindex", "none"},
        may_follow=not directives & {"nofollow", "none"},
    )


def main_content(html: bytes | str) -> str:
    """An HTML document of the page's title and main part.

    That is its `main` or `article` where it has one with a fair share of the text, else its body;
    in both without menus, margins and footers.
    """
    tree = _parsed(html)
    title = _title(tree)
    body = tree.body
    if body is None:
        return _document(title, "")
    for node in _outermost(body, _SURROUNDINGS):
        node.decompose()
    whole = _length(body)
    if not whole:
        return _document(title, "")
    found = _main_part(body, whole)
    if found is None:
        # A banner of the site; within the main part a header is the article's own.
        left = whole
        for node in body.css("body > header, body > div > header"):
            length = _length(node)
            if left - length >= MAIN_CHARS:
                node.decompose()
                left -= length
        found = body
    return _document(title, found.html or "")


def _parsed(html: bytes | str) -> "LexborHTMLParser":
    # 2 MB, which a server that reads no page does without.
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415

    return LexborHTMLParser(html)


def _main_part(body: "LexborNode", whole: int) -> "LexborNode | None":
    for selector in _MAIN:
        nodes = body.css(selector)
        if selector == "article" and len(nodes) > 1:
            continue  # a list of them, of which none is the page
        for node in nodes[:1]:
            length = _length(node)
            if length >= MAIN_SHARE * whole and (length >= MAIN_CHARS or length > whole / 2):
                return node
    return None


def _outermost(body: "LexborNode", selector: str) -> list["LexborNode"]:
    """Matches that lie in no other match: what goes with another must not be touched after it."""
    matches = {node.mem_id for node in body.css(selector)}
    found: list[LexborNode] = []
    node = body.first_child if matches else None
    while node is not None:
        if node.mem_id in matches:
            found.append(node)
            node = _after(node, body)
        else:
            node = node.first_child or _after(node, body)
    return found


def _after(node: "LexborNode", root: "LexborNode") -> "LexborNode | None":
    """The next node of `root` that is not within this one."""
    while node.mem_id != root.mem_id:
        if node.next is not None:
            return node.next
        if node.parent is None:
            break
        node = node.parent
    return None


def _length(node: "LexborNode") -> int:
    return len(" ".join((node.text_lexbor() or "").split()))


def _title(tree: "LexborHTMLParser") -> str:
    node = tree.css_first("title") or tree.css_first("h1")
    text = "" if node is None else " ".join(node.text(deep=True).split())
    return text[:TITLE_CHARS]


def _attribute(tree: "LexborHTMLParser", selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return "" if node is None else (node.attributes.get(name) or "").strip()


def _document(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<!doctype html>\n<html><head>{head}</head><body>{body}</body></html>\n"
