"""Metadata, links and main content of a web page. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

LINKS_MOST = 5_000
TITLE_CHARS = 300
NAME_CHARS = 500  # of the classes and the id of a box
MAIN_CHARS = 200
"""A part with less text than this is not taken for the main one, unless the page has no more."""
MAIN_SHARE = 0.3
MENU_SHARE = 0.6
"""Of the text of what is named like a menu, that is in links where it is one."""
MENUS_MOST = 500
_SURROUNDINGS = (
    "script, style, noscript, template, iframe, svg, nav, footer, dialog, "
    "[role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "[aria-hidden=true]:not([role=tabpanel]), [hidden]:not([role=tabpanel])"
)
_MARGINS = "aside, [role=complementary]"
"""Outside the main part; within it they are notes and warnings."""
_BOXES = "div, section, ul, ol, aside, header, table"
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_MENU_NAMES = frozenset(
    {
        *("breadcrumb", "breadcrumbs", "footer", "hot", "menu", "nav", "navbar", "navigation"),
        *("pager", "pagination", "recommended", "related", "sidebar", "similar", "toc", "topbar"),
    }
)
_CONSENT_NAMES = frozenset({"cookie", "cookies", "consent"})
_BANNER_NAMES = frozenset({"banner", "bar", "dialog", "modal", "notice", "overlay", "popup"})
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
    in both without menus and footers. Margins within the main part are notes, and stay.
    """
    tree = _parsed(html)
    title = _title(tree)
    body = tree.body
    if body is None:
        return _document(title, "")
    _remove(body, body.css(_SURROUNDINGS))
    whole = _length(body)
    if not whole:
        return _document(title, "")
    found = _main_part(body, whole)
    if found is None:
        _remove(body, body.css(_MARGINS))
        # A banner of the site; within the main part a header is the article's own.
        left = whole
        for node in body.css("body > header, body > div > header"):
            length = _length(node)
            if left - length >= MAIN_CHARS:
                node.decompose()
                left -= length
        found = body
    named = [node for node in found.css(_BOXES) if _is_named_like_a_menu(node, by_id=found is body)]
    menus = [node for node in named[:MENUS_MOST] if _is_menu(node)]
    if _length(found) - sum(map(_length, _outermost(found, menus))) >= MAIN_CHARS:
        _remove(found, menus)
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


def _names(node: "LexborNode", *, by_id: bool) -> set[str]:
    """The words of its classes, and of its id."""
    told = node.attributes.get("class") or ""
    if by_id:
        told += " " + (node.attributes.get("id") or "")
    return {word.lower() for word in _WORD.findall(told[:NAME_CHARS])}


def _is_named_like_a_menu(node: "LexborNode", *, by_id: bool) -> bool:
    names = _names(node, by_id=by_id)
    return bool(names & _MENU_NAMES) or bool(names & _CONSENT_NAMES and names & _BANNER_NAMES)


def _is_menu(node: "LexborNode") -> bool:
    """Whether nearly all of it is links, or it asks for consent."""
    if _names(node, by_id=True) & _CONSENT_NAMES:
        return True
    return sum(map(_length, node.css("a"))) >= MENU_SHARE * _length(node)


def _remove(body: "LexborNode", nodes: Iterable["LexborNode"]) -> None:
    for node in _outermost(body, nodes):
        node.decompose()


def _outermost(body: "LexborNode", nodes: Iterable["LexborNode"]) -> list["LexborNode"]:
    """Those that lie in no other one: what goes with another must not be touched after it."""
    matches = {node.mem_id for node in nodes}
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
