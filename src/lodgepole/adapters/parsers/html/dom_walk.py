"""HTML read in the order of the page, without recursion: elements may be nested without end."""

import re
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Protocol
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lodgepole.adapters.parsers.html import controls, mathml
from lodgepole.adapters.parsers.html.tables import integer, rows_of
from lodgepole.documents.builder import BLOCK_GAP, DocumentBuilder, clean_text
from lodgepole.documents.inline_notation import note_mark, note_start
from lodgepole.documents.links import after_link
from lodgepole.documents.styled_text import Run, Shift, joined
from lodgepole.documents.tables import CELL_GAP
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

NESTING = 1000  # the time to build the tree rises with its square
LINKS = 200  # on one page, beyond which where they lead would drown the text
LABEL_CHARS = 1000  # of a drawing's text
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_ENDLESS = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup",
     "br", "hr", "img", "input", "meta", "link", "col", "area", "base", "embed", "source", "track",
     "wbr", "param", "rt", "rp", "html", "head", "body", "path", "use", "circle", "rect", "line"}
)  # fmt: skip
_SKIPPED = frozenset(
    {"script", "style", "template", "noscript", "head", "iframe", "object", "canvas", "video",
     "audio", "datalist"}
)  # fmt: skip
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code", "data", "del",
     "dfn", "em", "font", "i", "img", "input", "ins", "kbd", "label", "mark", "math", "meter",
     "nobr", "output", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "select",
     "small", "span", "strike", "strong", "sub", "sup", "svg", "textarea", "time", "tt", "u",
     "var", "wbr", "br"}
)  # fmt: skip
_CONTROLS = frozenset({"input", "select", "textarea"})
_SHIFTS = {"sup": Shift.RAISED, "sub": Shift.LOWERED}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SOFT_HYPHEN = "\xad"  # where a word may be broken; it shows nothing
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MARK = re.compile(r"\[?(\d{1,3}|[a-z]|[*†‡]{1,3})\]?")
_NOTE_ROLES = re.compile(r"\b(?:doc-)?noteref\b")


def add_html(builder: DocumentBuilder, html: str, name: str) -> str:
    """Append the text of a page that a reader sees; its title, or the first heading.

    Raises:
        UnreadableFile: Its elements are nested deeper than `NESTING`.
    """
    if _depth(html) > NESTING:
        raise UnreadableFile(
            f"{name!r} nests its elements more than {NESTING:,} deep: flatten it and upload it "
            "again."
        )
    tree = LexborHTMLParser(html)
    page = _page(tree)
    walk = _Walk(builder, page)
    if tree.body is not None:
        walk.through(tree.body)
    if page.unsaid:
        builder.note(f"Where its {page.unsaid:,} links lead is not said in the text.")
    title = tree.css_first("head > title")
    shown = "" if title is None else clean_text(title.text()).strip()
    return shown or walk.first_heading


def _depth(html: str) -> int:
    """How deep elements may be nested, those left out that need no end."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _ENDLESS:
            depth = max(depth - 1, 0) if match[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of a page before it is walked."""

    host: str  # its own, links within which are not said
    unsaid: int  # links that are too many to be said
    notes: dict[str, str] = field(default_factory=dict[str, str])  # labels, by the notes' ids
    disclosed: frozenset[str] = frozenset()  # ids of what buttons show

    def discloses(self, node: LexborNode) -> bool:
        """Whether an element is hidden only until a reader asks for it: behind a button or tab."""
        attributes = node.attributes
        if attributes.get("role") == "tabpanel" or attributes.get("hidden") == "until-found":
            return True
        if (attributes.get("id") or "") in self.disclosed:
            return True
        before = node.prev
        while before is not None and not before.is_element_node:
            before = before.prev
        if before is None or "aria-expanded" in before.attributes:
            return before is not None
        return before.css_first("[aria-expanded]") is not None


def _page(tree: LexborHTMLParser) -> _Page:
    own = tree.css_first("base[href], link[rel=canonical][href]")
    host = "" if own is None else _host(own.attributes.get("href") or "")
    links = [node.attributes.get("href") or "" for node in tree.css("a[href]")]
    outer = sum(after_link("x", link) != "" and _host(link) != host for link in links)
    notes: dict[str, str] = {}
    for node in tree.css("a[href]") if any(link.startswith("#") for link in links) else ():
        label = _note_label(node)
        if label:
            notes.setdefault((node.attributes.get("href") or "")[1:], label)
    controlled = (
        node.attributes.get("aria-controls") or "" for node in tree.css("[aria-controls]")
    )
    disclosed = frozenset(id_ for ids in controlled for id_ in ids.split())
    return _Page(host, outer if outer > LINKS else 0, notes, disclosed)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _note_label(link: LexborNode) -> str:
    """The mark that leads to a note on the same page; empty for another link."""
    if not (link.attributes.get("href") or "").startswith("#"):
        return ""
    label = _MARK.fullmatch(link.text(deep=True).strip())
    if label is None:
        return ""
    role = f"{link.attributes.get('role') or ''} {link.attributes.get('epub:type') or ''}"
    outer = link.parent
    raised = link.css_first("sup") is not None or (outer is not None and outer.tag == "sup")
    return label[1] if raised or _NOTE_ROLES.search(role) else ""


class _Sink(Protocol):
    """Where blocks go: a document, or a cell's text."""

    def add(
        self, text: str, kind: BlockKind, *, level: int = 0, label: str = "", gap: str = BLOCK_GAP
    ) -> None: ...


class _CellText:
    """The blocks of a cell as one line."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def add(
        self, text: str, kind: BlockKind, *, level: int = 0, label: str = "", gap: str = BLOCK_GAP
    ) -> None:
        del level, label, gap
        if kind is BlockKind.TABLE:  # within a cell, whose own columns it has no part in
            text = text.replace(CELL_GAP, " ")
        self.parts += text.split()


class _Walk:
    def __init__(self, sink: _Sink, page: _Page) -> None:
        self._sink = sink
        self._page = page
        self._runs: list[Run] = []  # of the block under way
        self._shifts: list[Shift] = []  # of the open elements that are raised or lowered
        self._links: list[int] = []  # where the text of open links begins, in runs
        self._note = ""  # the label of the note that begins with the block
        self._label = ""  # of the list item that begins with it
        self._counts: dict[int, int] = {}  # numbers of the latest items, by their list
        self._kinds: list[tuple[str, BlockKind, int]] = []  # of the open elements that set one
        self.first_heading = ""

    def through(self, root: LexborNode) -> None:
        node = root.child
        while node is not None:
            if self._enter(node):
                if node.child is not None:
                    node = node.child
                    continue
                self._leave(node)
            while node.next is None:
                parent = node.parent
                if parent is None or parent.mem_id == root.mem_id:
                    self._flush()
                    return
                node = parent
                self._leave(node)
            node = node.next

    def _enter(self, node: LexborNode) -> bool:
        """Begin an element; False when what is in it has been dealt with or is not read."""
        tag = node.tag or ""
        if node.is_text_node:
            self._say(node.text_content or "")
            return False
        if not node.is_element_node or tag in _SKIPPED:
            return False
        if _is_hidden(node) and not self._page.discloses(node):
            return False
        if self._page.notes and (label := self._page.notes.get(node.attributes.get("id") or "")):
            self._note = self._note or label
        if tag in _INLINE:
            return self._enter_inline(node, tag)
        self._flush()
        if tag == "table" and (rows := rows_of(node, self._cell)) is not None:
            caption = node.css_first("caption")
            if caption is not None and not _is_hidden(caption):
                self._sink.add(self._cell(caption), BlockKind.CAPTION)
            self._sink.add("\n".join(rows), BlockKind.TABLE)
            return False
        if tag == "li":
            self._label = self._number(node)
        if (kind := _kind(tag)) is not None:
            self._kinds.append((tag, kind, _HEADINGS.get(tag, 0)))
        return True

    def _enter_inline(self, node: LexborNode, tag: str) -> bool:
        if tag == "br":
            self._say("\v")
        elif tag == "img":
            self._say(f" {node.attributes.get('alt') or ''} ")
        elif tag in _CONTROLS:
            self._say(f" {controls.shown(node)} ")
        elif tag == "math":
            self._say(mathml.linear(node, self._before()))
        elif tag == "svg":
            texts = (" ".join(text.text(deep=True).split()) for text in node.css("title, text"))
            self._say(f" {' '.join(texts)[:LABEL_CHARS]} ")
        elif tag == "a" and _note_label(node):
            before = self._before()
            space = " " if before and not before[-1].isspace() else ""
            self._runs.append((f"{space}{note_mark(_note_label(node))}", Shift.NONE))
        else:
            self._open(tag)
            return True
        return False

    def _open(self, tag: str) -> None:
        if tag in _SHIFTS:
            self._shifts.append(_SHIFTS[tag])
        elif tag == "a":
            self._links.append(len(self._runs))
        elif tag == "button":
            self._say(" ")

    def _close(self, node: LexborNode, tag: str) -> None:
        if tag in _SHIFTS and self._shifts:
            self._shifts.pop()
        elif tag == "a" and self._links:
            self._say_target(node, self._links.pop())
        elif tag == "button":
            self._say(" ")

    def _say(self, text: str) -> None:
        self._runs.append((text, self._shifts[-1] if self._shifts else Shift.NONE))

    def _say_target(self, link: LexborNode, start: int) -> None:
        """Where a link leads, after its text; not of menus, nor within the page's own site."""
        target = link.attributes.get("href") or ""
        menu = any(kind is BlockKind.RUNNING for _, kind, _ in self._kinds)
        if not target or self._page.unsaid or menu:
            return
        if self._page.host and _host(target) == self._page.host:
            return
        text = "".join(text for text, _ in self._runs[start:])
        shown = after_link(text, target)
        if shown:
            if text[-1:].isspace():
                shown = shown.lstrip() + " "
            self._runs.append((shown, Shift.NONE))

    def _before(self) -> str:
        """What stands on the line so far."""
        return _SPACES.sub(" ", "".join(text for text, _ in self._runs[-8:]))

    def _cell(self, cell: LexborNode) -> str:
        text = _CellText()
        _Walk(text, self._page).through(cell)
        return " ".join(text.parts)

    def _number(self, item: LexborNode) -> str:
        """What a browser shows before an item of a numbered list."""
        parent = item.parent
        if parent is None or parent.tag != "ol" or _UNNUMBERED.search(_style(parent)):
            return ""
        said = integer(item.attributes.get("value"))
        start = integer(parent.attributes.get("start"))
        before = self._counts.get(parent.mem_id, (1 if start is None else start) - 1)
        number = self._counts[parent.mem_id] = before + 1 if said is None else said
        if parent.attributes.get("type") in {"a", "A"} and 0 < number <= len(ascii_lowercase):
            letter = ascii_lowercase[number - 1]
            return f"{letter.upper() if parent.attributes['type'] == 'A' else letter}. "
        return f"{number}. "

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _INLINE:
            self._close(node, tag)
            return
        self._flush()
        if tag == "li":
            self._label = ""
        if self._kinds and self._kinds[-1][0] == tag:
            self._kinds.pop()

    def _flush(self) -> None:
        """Write the block under way."""
        runs, self._runs, self._links = self._runs, [], [0] * len(self._links)
        _, kind, level = self._kinds[-1] if self._kinds else ("", BlockKind.PARAGRAPH, 0)
        if any(outer is BlockKind.RUNNING for _, outer, _ in self._kinds):
            kind, level = BlockKind.RUNNING, 0
        if kind is BlockKind.CODE:
            raw = "".join(text for text, _ in runs).replace(_SOFT_HYPHEN, "")
            text = clean_text(raw.replace("\v", "\n")).strip("\n")
        else:
            text = _on_lines(runs)
        if kind is BlockKind.HEADING:
            text = " ".join(text.split())
            self.first_heading = self.first_heading or text
        if text and self._note:  # its mark says the number of its item too
            text, self._note, self._label = _as_note(text, self._note), "", ""
        if text:
            text, self._label = self._label + text, ""
        close = kind in {BlockKind.LIST_ITEM, BlockKind.RUNNING}
        self._sink.add(text, kind, level=level, gap="\n" if close else "\n\n")


def _on_lines(runs: list[Run]) -> str:
    """Runs as lines of text, parted where the page breaks them."""
    spaced = ((_SPACES.sub(" ", text.replace(_SOFT_HYPHEN, "")), shift) for text, shift in runs)
    lines = joined((text.replace("\v", "\n"), shift) for text, shift in spaced).split("\n")
    return clean_text("\n".join(_SPACES.sub(" ", line).strip() for line in lines)).strip()


def _as_note(text: str, label: str) -> str:
    """A note with its mark at its beginning, once."""
    begun = re.match(rf"(?:\[\^?)?{re.escape(label)}\]?\s*[.:)]?\s*", text)
    return note_start(label) + (text[begun.end() :] if begun else text)


def _kind(tag: str) -> BlockKind | None:
    if tag in _HEADINGS:
        return BlockKind.HEADING
    if tag == "nav":
        return BlockKind.RUNNING
    return {
        "li": BlockKind.LIST_ITEM,
        "pre": BlockKind.CODE,
        "figcaption": BlockKind.CAPTION,
        "caption": BlockKind.CAPTION,
        "p": None,
    }.get(tag)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    return _HIDDEN.search(_style(node)) is not None


def _style(node: LexborNode) -> str:
    return node.attributes.get("style") or ""
