"""The result of an evaluation as Markdown and as one page of HTML, and two of them compared. Pure.

Everything that comes from documents, questions or models is escaped; the page loads nothing.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

JsonObject = dict[str, Any]
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color-scheme:light dark}table{border-collapse:collapse}td,th{padding:.2rem .8rem;"
    "text-align:left;border-bottom:1px solid #8886}details{margin:.6rem 0;padding:.4rem .8rem;"
    "border:1px solid #8886;border-radius:.4rem}summary{cursor:pointer}pre{white-space:pre-wrap;"
    "overflow-wrap:anywhere}.bad{color:#c33}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def markdown(run: JsonObject) -> str:
    """The run: its scores, then each question."""
    lines = [f"# Evaluation of {_inline(run['assistant'])}", ""]
    lines += [f"{len(run['questions'])} questions, {_inline(run['when'])}.", ""]
    lines += _table(("Score", "Value"), [(n, number(v)) for n, v in run["summary"].items()])
    lines += ["", "## Questions"]
    for position, row in enumerate(run["questions"], start=1):
        lines += ["", f"### {position}. {_inline(row['question'])}", ""]
        if row.get("error"):
            lines += [f"Failed: {_inline(row['error'])}", ""]
        scores = [(name, number(value)) for name, value in row["scores"].items()]
        lines += _table(("Score", "Value"), scores)
        for name in ("expected", "answer"):
            if row.get(name):
                lines += ["", f"**{name.capitalize()}**", "", *_quoted(row[name])]
        if row.get("retrieved"):
            lines += ["", "**Retrieved**", ""]
        for place in row.get("retrieved", ()):
            mark = "x" if place["relevant"] else " "
            lines.append(f"- [{mark}] {_inline(_place(place))}")
    return "\n".join(lines) + "\n"


def html(run: JsonObject) -> str:
    """The same as a page that stands alone, each question folded."""
    head = f"<h1>Evaluation of {escape(run['assistant'])}</h1>"
    head += f"<p>{len(run['questions'])} questions, {escape(run['when'])}.</p>"
    rows = [_html_question(n, row) for n, row in enumerate(run["questions"], start=1)]
    body = head + _html_scores(run["summary"]) + "<h2>Questions</h2>" + "".join(rows)
    return _page(f"Evaluation of {run['assistant']}", body)


def comparison(before: JsonObject, after: JsonObject) -> str:
    """Two runs as Markdown: every score, and the questions whose scores changed most."""
    old, new = before["summary"], after["summary"]
    rows = [
        (name, number(old.get(name)), number(new.get(name)), _change(old.get(name), new.get(name)))
        for name in dict.fromkeys((*old, *new))
    ]
    lines = ["# Comparison", "", f"Before: {_inline(before['assistant'])}, {before['when']}.  "]
    lines += [f"After: {_inline(after['assistant'])}, {after['when']}.", ""]
    lines += _table(("Score", "Before", "After", "Change"), rows)
    changed = _changed_questions(before, after)
    if changed:
        lines += ["", "## Questions that changed", ""]
        lines += _table(("Question", "Score", "Before", "After"), changed)
    return "\n".join(lines) + "\n"


def number(value: float | None) -> str:
    """Three digits after the point, none for whole numbers from 2 on; a dash for none."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 2 and value == int(value) else f"{value:.3f}"


def _change(before: float | None, after: float | None) -> str:
    return "–" if before is None or after is None else f"{after - before:+.3f}"


def _changed_questions(before: JsonObject, after: JsonObject) -> list[tuple[str, str, str, str]]:
    known = {row["question"]: row["scores"] for row in before["questions"]}
    found: list[tuple[float, tuple[str, str, str, str]]] = []
    for row in after["questions"]:
        for name, value in row["scores"].items():
            was = known.get(row["question"], {}).get(name)
            if was is not None and was != value and name != "citations":
                cells = (row["question"], name, number(was), number(value))
                found.append((value - was, cells))
    found.sort(key=lambda change: change[0])
    return [cells for _, cells in found]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(_inline(cell) for cell in line) + " |" for line in lines]


def _inline(text: str) -> str:
    """Text as one line of Markdown that means nothing but itself."""
    squeezed = " ".join(str(text).split())
    if re.fullmatch(r"-+", squeezed):
        return squeezed
    return re.sub(r"([\\`*_\[\]<>|#!])", r"\\\1", squeezed)


def _quoted(text: str) -> list[str]:
    return [f"> {_inline(line)}" if line.strip() else ">" for line in text.splitlines()]


def _place(place: Mapping[str, Any]) -> str:
    pages = ", ".join(str(page) for page in place["pages"])
    return f"{place['file']}{f', pp. {pages}' if pages else ''}: {place['text']}"


def _html_question(position: int, row: JsonObject) -> str:
    first = row["scores"].get("hit@4")
    bad = bool(row.get("error")) or first == 0 or row["scores"].get("correctness", 1) < 0.5
    title = f"{position}. {escape(row['question'])}"
    parts = [f"<details><summary{' class=bad' if bad else ''}>{title}</summary>"]
    if row.get("error"):
        parts.append(f"<p class=bad>{escape(row['error'])}</p>")
    parts.append(_html_scores(row["scores"]))
    parts += [
        f"<h4>{name.capitalize()}</h4><pre>{escape(row[name])}</pre>"
        for name in ("expected", "answer")
        if row.get(name)
    ]
    items = "".join(
        f"<li>{'✓ ' if place['relevant'] else ''}{escape(_place(place))}</li>"
        for place in row.get("retrieved", ())
    )
    parts.append(f"<h4>Retrieved</h4><ol>{items}</ol></details>" if items else "</details>")
    return "".join(parts)


def _html_scores(scores: Mapping[str, float]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{number(value)}</td></tr>"
        for name, value in scores.items()
    )
    return f"<table>{rows}</table>"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{body}</html>\n"
    )
