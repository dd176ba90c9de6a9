"""Text of drawings, diagrams and charts in Office files: ECMA-376 part 1, 20.1 and 21.2. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lodgepole.documents.archives import attribute, child_of, local_name
from lodgepole.documents.builder import DocumentBuilder, clean_text
from lodgepole.documents.links import after_link
from lodgepole.documents.omml import linear
from lodgepole.documents.styled_text import Run, Shift, joined
from lodgepole.documents.tables import CELL_GAP
from lodgepole.model import BlockKind

CHART_ROWS = 1000  # categories of one chart
_MACHINE_MADE = re.compile(
    r"\bautomati\w{1,10} (?:generated|erstellt|generiert|g[ée]n[ée]r)|"
    r"\bg[ée]n[ée]r\w{1,10} automati|"
    r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)\s*$",
    re.IGNORECASE,
)
_KIND = re.compile("(area|bar|bubble|doughnut|line|pie|radar|scatter|stock|surface)(?:3D)?Chart")
_INEXACT = re.compile(r"-?\d+\.\d{12,}(?:[eE][+-]?\d{1,3})?")  # 0.1 as a computer has it


def named(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if local_name(element) == name)


def paragraph_text(paragraph: Any, targets: Mapping[str, str] | None = None) -> str:
    """An `a:p` as one line, with where its links lead by the part's relations."""
    runs: list[Run] = []
    for child in paragraph:
        kind = local_name(child)
        if kind in {"r", "fld"}:
            text = "".join(t.text or "" for t in child if local_name(t) == "t")
            properties = child_of(child, "rPr")
            runs.append((text, _shift(properties)))
            link = child_of(properties, "hlinkClick")
            if link is not None and targets:
                target = targets.get(relation_id(link) or "", "")
                runs.append((after_link(text, target), Shift.NONE))
        elif kind in {"br", "tab"}:
            runs.append((" ", Shift.NONE))
        else:
            before = joined(runs)
            formulas = (f for f in child.iter() if local_name(f) == "oMath")
            runs.extend((linear(formula, before), Shift.NONE) for formula in formulas)
    return clean_text(joined(runs)).strip()


def relation_id(element: Any) -> str | None:
    """The id of what an element refers to."""
    return next((str(v) for k, v in element.attrib.items() if k.endswith("}id")), None)


def _shift(properties: Any) -> Shift:
    value = "" if properties is None else attribute(properties, "baseline") or ""
    if not re.fullmatch(r"-?\d{1,7}%?", value) or not value.strip("-0%"):
        return Shift.NONE
    return Shift.LOWERED if value.startswith("-") else Shift.RAISED


def description(text: str) -> str:
    """Alternative text of a picture, as somebody wrote it; empty for what a program put there."""
    text = " ".join(clean_text(text).split())
    return "" if _MACHINE_MADE.search(text) else text


def add_paragraphs(builder: DocumentBuilder, texts: list[str]) -> None:
    """Append the paragraphs of one shape, as a list where there are several."""
    texts = [text for text in texts if text]
    kind = BlockKind.LIST_ITEM if len(texts) > 1 else BlockKind.PARAGRAPH
    for index, text in enumerate(texts):
        builder.add(text, kind, gap="\n" if index else "\n\n")


def diagram_texts(root: Any) -> list[str]:
    """Texts of a diagram's shapes, in the order of its model."""
    if root is None:
        return []
    paragraphs = (p for shape in named(root, "t") if len(shape) for p in named(shape, "p"))
    return [text for text in map(paragraph_text, paragraphs) if text]


# --- charts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's titles and the numbers that it shows, a row for each category."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def add_to(self, builder: DocumentBuilder) -> None:
        builder.add("\n".join(self.titles), BlockKind.CAPTION)
        builder.add("\n".join(map(CELL_GAP.join, self.rows)), BlockKind.TABLE)


def chart(root: Any) -> Chart:
    """Read what a chart has kept of the cells that it was drawn from."""
    series = [
        (
            " ".join(_points(child_of(item, "tx")).values()) or _literal(child_of(item, "tx")),
            _points(_first(item, "cat", "xVal")),
            _points(values),
            _points(child_of(item, "bubbleSize")),
        )
        for item in named(root, "ser")
        if (values := _first(item, "val", "yVal")) is not None
    ]
    rows: dict[str, list[str]] = {}
    for name, categories, values, sizes in series:
        for place, value in values.items():
            category = categories.get(place, str(place + 1))
            if category not in rows and len(rows) >= CHART_ROWS:
                continue
            shown = f"{name}: {value}" if name else value
            size = f" ({sizes[place]})" if place in sizes else ""
            rows.setdefault(category, []).append(shown + size)
    titles = [*filter(None, (_title(t) for t in named(root, "title"))), *_kinds(root)]
    return Chart(
        titles=tuple(dict.fromkeys(titles)),
        rows=tuple((category, *values) for category, values in rows.items()),
    )


def _kinds(root: Any) -> Iterator[str]:
    """How the numbers are drawn: `Bar chart`, and `Line chart` where there are lines too."""
    for area in named(root, "plotArea"):
        for part in area:
            kind = _KIND.fullmatch(local_name(part) or "")
            if kind is not None:
                yield f"{kind[1].capitalize()} chart"


def _title(title: Any) -> str:
    texts = filter(None, map(paragraph_text, named(title, "p")))
    return " ".join(texts) or " ".join(_points(title).values())


def _literal(element: Any) -> str:
    """A name that is written in the chart itself."""
    value = child_of(element, "v")
    return "" if value is None else clean_text(value.text or "").strip()


def _first(element: Any, *names: str) -> Any:
    return next((found for name in names if (found := child_of(element, name)) is not None), None)


def _points(element: Any) -> dict[int, str]:
    """What is kept of cells, by their places; categories of several levels are one text."""
    points: dict[int, str] = {}
    for point in () if element is None else named(element, "pt"):
        place, value = attribute(point, "idx") or "", child_of(point, "v")
        shown = "" if value is None else clean_text(value.text or "").strip()
        if _INEXACT.fullmatch(shown):
            shown = f"{float(shown):.15g}"
        if place.isdecimal() and len(place) < 8 and shown:
            points.setdefault(int(place), shown)
    return points
