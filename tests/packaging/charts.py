"""The few words of Helm's template language that our chart is written in, evaluated.

Knows `{{ .Values.a.b }}`, `{{ .Release.Name }}`, `quote`, `toYaml … | nindent n`, `if … end` and
`range $name, $value := … end`; anything else is an error, so that the chart stays this simple.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

Scope = Mapping[str, Any]
_TOKEN = re.compile(r"(\n[ \t]*)?\{\{(-)?\s*(.*?)\s*(-)?\}\}", re.DOTALL)


def render(template: str, scope: Scope) -> str:
    """The text that Helm makes of a template."""
    text, end, rest = _block(_tokens(template), scope)
    assert end is None, f"unmatched {end!r}"
    assert list(rest) == []
    return text


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    position = 0
    for found in _TOKEN.finditer(template):
        before = template[position : found.start()]
        space = found[1] or ""
        yield "text", (before + space).rstrip() if found[2] else before + space
        yield "action", found[3]
        assert not found[4], "only the left dash is known here"
        position = found.end()
    yield "text", template[position:]


def _block(tokens: Iterator[tuple[str, str]], scope: Scope) -> tuple[str, str | None, Any]:
    made: list[str] = []
    for kind, content in tokens:
        if kind == "text":
            made.append(content)
        elif content == "end":
            return "".join(made), "end", tokens
        elif content.startswith(("if ", "range ")):
            inner = list(_inner(tokens))
            made.extend(_repeated(content, inner, scope))
        else:
            made.append(_value(content, scope))
    return "".join(made), None, tokens


def _inner(tokens: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    depth = 1
    for kind, content in tokens:
        if kind == "action":
            depth += content.startswith(("if ", "range ")) - (content == "end")
            if not depth:
                return
        yield kind, content
    raise AssertionError("an `end` is missing")


def _repeated(action: str, inner: list[tuple[str, str]], scope: Scope) -> Iterator[str]:
    if action.startswith("if "):
        if _look_up(action.removeprefix("if "), scope):
            yield _block(iter(inner), scope)[0]
        return
    found = re.fullmatch(r"range \$(\w+), \$(\w+) := (\S+)", action)
    assert found, action
    for name, value in sorted(_look_up(found[3], scope).items()):
        yield _block(iter(inner), {**scope, f"${found[1]}": name, f"${found[2]}": value})[0]


def _value(action: str, scope: Scope) -> str:
    if found := re.fullmatch(r"toYaml (\S+) \| nindent (\d+)", action):
        lines = yaml.safe_dump(_look_up(found[1], scope)).splitlines()
        return "".join(f"\n{' ' * int(found[2])}{line}" for line in lines)
    if found := re.fullmatch(r"(\S+) \| quote", action):
        return json.dumps(str(_look_up(found[1], scope)))
    return str(_look_up(action, scope))


def _look_up(path: str, scope: Scope) -> Any:
    if path.startswith("$"):
        return scope[path]
    assert re.fullmatch(r"(\.\w+)+", path), f"{path!r} is not known here"
    value: Any = scope
    for name in path.split(".")[1:]:
        value = value[name]
    return value
