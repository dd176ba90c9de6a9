"""A generated search for regular expressions whose time grows faster than their text.

The texts come from each pattern's own parse tree: what every stretch of it matches, repeated, with
an end that fails. A pattern is slow when a few thousand characters take it far longer than a look
at each of them would, and twice as many more than twice as long.
"""

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]  # pyright: ignore
from re import _parser as parser  # type: ignore[attr-defined]  # pyright: ignore
from types import ModuleType
from typing import Any

SIZES = (12, 16, 20, 24, 30, 40, 60, 100, 160, 600, 4000)
"""Characters; exponential time shows at the first, quadratic time at the last."""
SUSPECT_SECONDS = 0.003  # a linear pattern takes a tenth of it at most
GROWTH = 3.0  # at twice the size; 2 is linear, 4 quadratic
TAILS = ("", "\x00", "\n!", "a")
"""Ends that a match to the end, or up to a sign, does not expect."""
ALONE = tuple('! \n\ta_1.-#|"([\\，。é')
MANY = 100  # times, from which a repetition with a bound is tried like one without
STRETCH = 5  # elements of a sequence that are repeated together

Way = Callable[[re.Pattern[Any], Any], object]


def everywhere(pattern: re.Pattern[Any], text: Any) -> None:
    for _ in pattern.finditer(text):
        pass


def at_the_start(pattern: re.Pattern[Any], text: Any) -> None:
    pattern.match(text)


def as_a_whole(pattern: re.Pattern[Any], text: Any) -> None:
    pattern.fullmatch(text)


_WAYS: dict[str, Way] = {
    **dict.fromkeys(("finditer", "findall", "search", "split", "sub", "subn"), everywhere),
    "match": at_the_start,
    "fullmatch": as_a_whole,
}
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_CATEGORIES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_WORD: "!",
}


@dataclass(frozen=True)
class Found:
    """A pattern, and the ways in which the package looks for it."""

    pattern: re.Pattern[Any]
    ways: tuple[Way, ...]


def patterns_of(package: ModuleType) -> dict[str, Found]:
    """Every pattern that a module of the package holds or writes into a call of `re`, by place."""
    places: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    first_places: dict[tuple[Any, int], str] = {}
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if info.name.endswith("__main__") or ".migrations." in info.name:
            continue
        module = importlib.import_module(info.name)
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        methods = _methods_by_name(tree)
        found = [
            (f"{info.name}.{place}", pattern, methods.get(place, {"finditer"}))
            for name, value in vars(module).items()
            for place, pattern in _held(value, name)
        ]
        found += [(f"{info.name}:{line}", pattern, {how}) for line, pattern, how in _written(tree)]
        for place, pattern, how in found:
            known = first_places.setdefault((pattern.pattern, pattern.flags), place)
            places.setdefault(known, (pattern, set()))[1].update(how)
    return {
        place: Found(pattern, tuple(dict.fromkeys(_WAYS[name] for name in sorted(how))))
        for place, (pattern, how) in places.items()
    }


def _methods_by_name(tree: ast.AST) -> dict[str, set[str]]:
    """What a module calls of each of its names; nothing for names that it hands elsewhere."""
    methods: dict[str, set[str]] = {}
    handed: set[str] = set()
    called = {
        id(node.value): node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if called.get(id(node)) in _WAYS:
                methods.setdefault(node.id, set()).add(called[id(node)])
            else:
                handed.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:  # another module's, which it may not call at all
                methods.setdefault(alias.asname or alias.name, set())
    return {name: how for name, how in methods.items() if name not in handed}


def _held(value: object, place: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _held(item, f"{place}[{key!r}]")
    elif isinstance(value, list | tuple | set | frozenset):
        for i, item in enumerate(value):
            yield from _held(item, f"{place}[{i}]")


def _written(tree: ast.AST) -> Iterator[tuple[int, re.Pattern[Any], str]]:
    """Patterns in calls such as `re.sub("…", …)` within functions."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _WAYS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str | bytes)
        ):
            yield node.lineno, re.compile(node.args[0].value), node.func.attr


def slow_text(pattern: re.Pattern[Any], ways: Sequence[Way]) -> str | None:
    """What the pattern is slow on, in words; None if nothing was found."""
    for (prefix, pump), tail in itertools.product(repetitions(pattern), TAILS):
        for size in SIZES:
            text = _text(pattern, prefix, pump, tail, size)
            for way in ways:
                if (
                    _seconds(way, pattern, text) > SUSPECT_SECONDS
                    and _least(way, pattern, text) > SUSPECT_SECONDS
                    and (size < SIZES[-1] or _growth(way, pattern, prefix, pump, tail) > GROWTH)
                ):
                    return f"{prefix!r}, {pump!r} again and again, then {tail!r}"
    return None


def _text(pattern: re.Pattern[Any], prefix: str, pump: str, tail: str, size: int) -> str | bytes:
    text = prefix + pump * (size // len(pump) + 1) + tail
    return text.encode() if isinstance(pattern.pattern, bytes) else text


def _growth(way: Way, pattern: re.Pattern[Any], prefix: str, pump: str, tail: str) -> float:
    """How much longer twice the text takes."""
    once, twice = (_text(pattern, prefix, pump, tail, factor * SIZES[-1]) for factor in (1, 2))
    return _least(way, pattern, twice) / _least(way, pattern, once)


def _least(way: Way, pattern: re.Pattern[Any], text: str | bytes) -> float:
    """Of three runs, since the first may have collected garbage."""
    return min(_seconds(way, pattern, text) for _ in range(3))


def _seconds(way: Way, pattern: re.Pattern[Any], text: str | bytes) -> float:
    """Of this thread's processor, so that what else the machine does counts for nothing."""
    began = time.thread_time()
    way(pattern, text)
    return time.thread_time() - began


def repetitions(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    """What to begin with and what to repeat, each pair once.

    Single characters and what stretches of the pattern match, from the start; and behind what leads
    to a repetition in the pattern, that repetition's own text and single characters.
    """
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    tree = parser.parse(text, pattern.flags)
    starting = [("", pump) for pump in (*ALONE, *_stretches(tree))]
    starting += [("a", pump) for pump in ALONE]
    return [pair for pair in dict.fromkeys((*starting, *_led_to(tree, ""))) if pair[1]]


def _stretches(tree: Any) -> Iterator[str]:
    items = list(tree)
    if not any(map(_repeats, items)):
        yield from ("".join(_sample(item, choice) for item in items) for choice in (0, 1))
        return
    for i in range(len(items)):
        for j in range(i + 1, min(len(items), i + STRETCH) + 1):
            for choice in (0, 1):
                yield "".join(_sample(item, choice) for item in items[i:j])
    for item in items:
        for child in _children(item):
            yield from _stretches(child)


def _led_to(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for item in tree:
        if item[0] in _REPEATS and item[1][1] > MANY and before:
            yield from ((before, pump) for pump in (*ALONE, _sample(item, 0), _sample(item, 1)))
        for child in _children(item):
            yield from _led_to(child, before)
        before += _sample(item, 0)


def _repeats(item: Any) -> bool:
    """Whether there is a repetition in it."""
    return item[0] in _REPEATS or any(_repeats(one) for tree in _children(item) for one in tree)


def _children(item: Any) -> Iterator[Any]:
    op, value = item
    if op in _REPEATS:
        yield value[2]
    elif op is codes.SUBPATTERN:
        yield value[3]
    elif op is codes.ATOMIC_GROUP:
        yield value
    elif op is codes.BRANCH:
        yield from value[1]
    elif op in (codes.ASSERT, codes.ASSERT_NOT):
        yield value[1]


def _sample(item: Any, choice: int) -> str:
    """A text that the element matches; `choice` takes its other alternatives."""
    op, value = item
    if op is codes.LITERAL:
        return chr(value)
    if op is codes.NOT_LITERAL:
        return "b" if value == ord("a") else "a"
    if op is codes.ANY:
        return "a"
    if op is codes.IN:
        return _of_set(value, choice)
    if op in _REPEATS:
        least, most, child = value
        times = max(least, 1) if choice == 0 else min(most, max(least, 2))
        return "".join(_sample(one, choice) for one in child) * int(times)
    if op is codes.BRANCH:
        branches = value[1]
        return "".join(_sample(one, choice) for one in branches[-1 if choice else 0])
    if op in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
        child = value[3] if op is codes.SUBPATTERN else value
        return "".join(_sample(one, choice) for one in child)
    return ""  # places and looks around match no characters


def _of_set(members: Any, choice: int) -> str:
    taken = [char for member in members for char in _of_member(member)]
    if members[0][0] is codes.NEGATE:
        return next(
            char for char in "ab1 !_\n\x01é一—$~<" if char not in taken and not _in(members, char)
        )
    return taken[-1 if choice else 0]


def _of_member(member: Any) -> Iterator[str]:
    op, value = member
    if op is codes.LITERAL:
        yield chr(value)
    elif op is codes.RANGE:
        yield from (chr(value[0]), chr(value[1]))
    elif op is codes.CATEGORY:
        yield _CATEGORIES[value]


def _in(members: Any, char: str) -> bool:
    """Whether a negated set names the character by a range or a category."""
    for op, value in members:
        if op is codes.RANGE and value[0] <= ord(char) <= value[1]:
            return True
        if op is codes.CATEGORY:
            word = char.isalnum() or char == "_"
            named = {
                codes.CATEGORY_DIGIT: char.isdigit(),
                codes.CATEGORY_NOT_DIGIT: not char.isdigit(),
                codes.CATEGORY_SPACE: char.isspace(),
                codes.CATEGORY_NOT_SPACE: not char.isspace(),
                codes.CATEGORY_WORD: word,
                codes.CATEGORY_NOT_WORD: not word,
            }
            if named[value]:
                return True
    return False
