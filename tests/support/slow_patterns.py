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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import _compiler as compiler  # type: ignore[attr-defined]  # pyright: ignore
from re import _constants as codes  # type: ignore[attr-defined]  # pyright: ignore
from re import _parser as parser  # type: ignore[attr-defined]  # pyright: ignore
from types import ModuleType
from typing import Any

SIZES = (12, 16, 20, 24, 30, 40, 60, 100, 160, 600, 4000)
"""Characters; exponential time shows at the first, quadratic time at the last."""
SUSPECT_SECONDS = 0.003  # most linear patterns take a tenth of it at most
GROWTH = 3.0  # at twice the size; 2 is linear, 4 quadratic
GROWTH_TO_LAST = 12.0  # from the last size but one to the last; 7 is linear, 44 quadratic
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
_GROUPS = (codes.SUBPATTERN, codes.ATOMIC_GROUP, codes.BRANCH, codes.ASSERT, codes.ASSERT_NOT)
_REFERENCES = (codes.GROUPREF, codes.GROUPREF_EXISTS)
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
    sizes = _sizes(pattern)
    for prefix, pump, tail in _unlike(pattern, itertools.product(repetitions(pattern), TAILS)):
        for size in sizes:
            text = _text(pattern, prefix, pump, tail, size)
            for way in ways:
                seconds = _seconds(way, pattern, text)
                if seconds > SUSPECT_SECONDS and (
                    _grows(way, pattern, (prefix, pump, tail), seconds)
                    if size == SIZES[-1]
                    else _least(way, pattern, text) > SUSPECT_SECONDS
                ):
                    return f"{prefix!r}, {pump!r} again and again, then {tail!r}"
    return None


def _sizes(pattern: re.Pattern[Any]) -> tuple[int, ...]:
    """Those that can tell: a pattern that looks at a few characters takes as long at each place."""
    looks_at = _most_looked_at(_tree(pattern))
    return SIZES[:-1] if looks_at <= SIZES[-2] // 2 else SIZES


def _most_looked_at(tree: Any) -> int:
    """Characters from one place on, of lookarounds too."""
    most = 0
    for item in tree:
        op, value = item
        inside = max((_most_looked_at(child) for child in _children(item)), default=0)
        if op in _REPEATS:
            most += value[1] * inside
        elif op in _REFERENCES:
            most += SIZES[-1]
        else:
            most += inside if op in _GROUPS else 1
    return most


def _unlike(
    pattern: re.Pattern[Any], texts: Iterable[tuple[tuple[str, str], str]]
) -> Iterator[tuple[str, str, str]]:
    """Prefix, pump and tail of one text of each kind: the pattern takes the others for the same."""
    tree = _tree(pattern)
    atoms = list(_atoms(tree))
    by_itself = _refers_back(tree)  # a group that must come again tells all characters apart
    known: dict[str, str] = {}
    first_of: dict[tuple[bool, ...], str] = {}

    def kind(char: str) -> str:
        if char not in known:
            matched = tuple(atom.match(char) is not None for atom in atoms)
            by_place = (char == "\n", re.match(r"\w", char) is not None, char.isascii())
            alike = first_of.setdefault((*matched, *by_place), char)
            known[char] = char if by_itself else alike
        return known[char]

    seen: set[tuple[str, str, str]] = set()
    for (prefix, pump), tail in texts:
        like = ("".join(map(kind, part)) for part in (prefix, pump, tail))
        key = tuple(like)
        unit = _unit(key[1])
        key = (key[0], unit, "" if key[2] == unit else key[2])
        if key not in seen:
            seen.add(key)
            yield prefix, pump, tail


def _refers_back(tree: Any) -> bool:
    return any(item[0] in _REFERENCES or any(map(_refers_back, _children(item))) for item in tree)


def _unit(text: str) -> str:
    """The shortest text whose repetition it is."""
    return text[: (text + text).index(text, 1)]


def _atoms(tree: Any) -> Iterator[re.Pattern[str]]:
    """Each thing in the pattern that matches one character, by itself, in both cases."""
    for item in tree:
        if item[0] in (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY):
            for flags in (0, re.IGNORECASE, re.ASCII):
                yield compiler.compile(parser.SubPattern(parser.State(), [item]), flags)
        for child in _children(item):
            yield from _atoms(child)


def _text(pattern: re.Pattern[Any], prefix: str, pump: str, tail: str, size: int) -> str | bytes:
    text = prefix + pump * (size // len(pump) + 1) + tail
    return text.encode() if isinstance(pattern.pattern, bytes) else text


def _grows(way: Way, pattern: re.Pattern[Any], parts: tuple[str, str, str], seconds: float) -> bool:
    """Whether the time, which is `seconds` at the last size, grows faster than the text.

    A look at the size before shows cheaply that it does not.
    """
    shorter = _text(pattern, *parts, SIZES[-2])
    if seconds < GROWTH_TO_LAST * _least(way, pattern, shorter):
        return False
    once, twice = (_text(pattern, *parts, factor * SIZES[-1]) for factor in (1, 2))
    took = _least(way, pattern, once)
    return took > SUSPECT_SECONDS and _least(way, pattern, twice) / took > GROWTH


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
    tree = _tree(pattern)
    starting = [("", pump) for pump in (*ALONE, *_stretches(tree))]
    starting += [("a", pump) for pump in ALONE]
    return [pair for pair in dict.fromkeys((*starting, *_led_to(tree, ""))) if pair[1]]


def _tree(pattern: re.Pattern[Any]) -> Any:
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    return parser.parse(text, pattern.flags)


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
