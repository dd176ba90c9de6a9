"""HTML read in the order of the page, without recursion: elements may be nested without end."""

import re
from collections.abc import Sequence
from string import ascii_lowercase

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.tables import CELL_GAP, Cell, Grid
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

TABLE_COLUMNS = 200  # beyond which a cell spans nothing
TABLE_NODES = 200_000  # of one table
NESTING = 1000  # the time to build the tree rises with its square
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_ENDLESS = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup",
     "br", "hr", "img", "input", "meta", "link", "col", "area", "base", "embed", "source", "track",
     "wbr", "param", "rt", "rp", "html", "head", "body", "path", "use", "circle", "rect", "line"}
)  # fmt: skip
_SKIPPED = frozenset(
    {"script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "canvas",
     "select", "button", "input", "textarea", "video", "audio"}
)  # fmt: skip
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
     "font", "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp",
     "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "br",
     "picture", "nobr"}
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SOFT_HYPHEN = "\xad"  # where a word may be broken; it shows nothing
_INTEGER = re.compile("-?[0-9]{1,6}")
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


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
    walk = _Walk(builder)
    if tree.body is not None:
        walk.through(tree.body)
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


class _Walk:
    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._text: list[str] = []  # of the block under way
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
            self._text.append(node.text_content or "")
            return False
        if not node.is_element_node or tag in _SKIPPED or _is_hidden(node):
            return False
        if tag == "br":
            self._text.append("\v")
            return False
        if tag == "img":
            self._text.append(f" {node.attributes.get('alt') or ''} ")
            return False
        if tag in _INLINE:
            return True
        self._flush()
        if tag == "table" and (rows := _rows(node)) is not None:
            caption = node.css_first("caption")
            if caption is not None and not _is_hidden(caption):
                self._builder.add(_cell(caption), BlockKind.CAPTION)
            self._builder.add("\n".join(rows), BlockKind.TABLE)
            return False
        if tag == "li":
            self._label = self._number(node)
        if (kind := _kind(tag)) is not None:
            self._kinds.append((tag, kind, _HEADINGS.get(tag, 0)))
        return True

    def _number(self, item: LexborNode) -> str:
        """What a browser shows before an item of a numbered list."""
        parent = item.parent
        if parent is None or parent.tag != "ol" or _UNNUMBERED.search(_style(parent)):
            return ""
        said = _int(item.attributes.get("value"))
        start = _int(parent.attributes.get("start"))
        before = self._counts.get(parent.mem_id, (1 if start is None else start) - 1)
        number = self._counts[parent.mem_id] = before + 1 if said is None else said
        if parent.attributes.get("type") in {"a", "A"} and 0 < number <= len(ascii_lowercase):
            letter = ascii_lowercase[number - 1]
            return f"{letter.upper() if parent.attributes['type'] == 'A' else letter}. "
        return f"{number}. "

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _INLINE:
            return
        self._flush()
        if tag == "li":
            self._label = ""
        if self._kinds and self._kinds[-1][0] == tag:
            self._kinds.pop()

    def _flush(self) -> None:
        """Write the block under way."""
        raw, self._text = "".join(self._text).replace(_SOFT_HYPHEN, ""), []
        _, kind, level = self._kinds[-1] if self._kinds else ("", BlockKind.PARAGRAPH, 0)
        if any(outer is BlockKind.RUNNING for _, outer, _ in self._kinds):
            kind, level = BlockKind.RUNNING, 0
        if kind is BlockKind.CODE:
            text = clean_text(raw.replace("\v", "\n")).strip("\n")
        else:
            lines = _SPACES.sub(" ", raw).replace("\v", "\n").split("\n")
            text = clean_text("\n".join(line.strip() for line in lines)).strip()
        if kind is BlockKind.HEADING:
            text = " ".join(text.split())
            self.first_heading = self.first_heading or text
        if text:
            text, self._label = self._label + text, ""
        close = kind in {BlockKind.LIST_ITEM, BlockKind.RUNNING}
        self._builder.add(text, kind, level=level, gap="\n" if close else "\n\n")


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


def _int(value: str | None) -> int | None:
    return int(value) if value is not None and _INTEGER.fullmatch(value.strip()) else None


def _rows(table: LexborNode) -> list[str] | None:
    """Lines of a table of data; None for one that only lays out a page.

    One that names its columns or rows, or itself, is of data whatever stands in its cells.
    """
    if table.css_first("table table, h1, h2, h3, h4, h5, h6, pre") is not None:
        return None
    if table.css_first("ul, ol") is not None and table.css_first("th, caption") is None:
        return None
    grid = Grid(_placed(table.css("tr")[: TABLE_NODES + 1]))
    lines = (
        CELL_GAP.join(cell for cell in row if cell is not None).strip(" |") for row in grid.rows()
    )
    rows = [line for line in lines if line]
    several = any(CELL_GAP in row for row in rows)
    return rows if rows and (several or len(rows) > 1) else None


def _placed(rows: Sequence[LexborNode]) -> list[list[Cell]]:
    """Cells at their columns: each in the next that no cell of a row above reaches down to."""
    ends = {_group(row): number for number, row in enumerate(rows, 1)}
    placed: list[list[Cell]] = []
    free: dict[int, int] = {}  # the first row, by column, in which a cell from above has ended
    for number, row in enumerate(rows):
        cells: list[Cell] = []
        column = 0
        for node in row.css("td, th"):
            while free.get(column, 0) > number:
                column += 1
            spare = max(TABLE_COLUMNS - column, 1)
            columns = min(max(_int(node.attributes.get("colspan")) or 1, 1), spare)
            spanned = _int(node.attributes.get("rowspan"))
            left = ends[_group(row)] - number
            down = 1 if spanned is None or spanned < 0 else min(spanned or left, left)
            cells.append(Cell(column, _cell(node), down, columns))
            if down > 1 and column < TABLE_COLUMNS:
                free.update(dict.fromkeys(range(column, column + columns), number + down))
            column += columns
        placed.append(cells)
    return placed


def _group(row: LexborNode) -> int:
    """The head, body or foot of a table that a row is in, out of which no cell reaches."""
    return 0 if row.parent is None else row.parent.mem_id


def _cell(cell: LexborNode) -> str:
    for skipped in cell.css("script, style, template, [hidden]"):
        skipped.decompose()
    return " ".join(clean_text(cell.text(separator=" ")).replace(_SOFT_HYPHEN, "").split())
