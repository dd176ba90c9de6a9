"""Glob patterns of paths, matched in time that grows with pattern times path. Pure.

`*` and `?` stay within a part of the path, `**` is any number of parts. A pattern without a slash
is one of names at any depth; one that ends in a slash is a folder with all that is below.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from lodgepole.errors import InvalidRequest

PATTERN_CHARS = 500
PATTERNS = 100

T = TypeVar("T")


def check_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """The patterns, if each can be used. Raises InvalidRequest."""
    if len(patterns) > PATTERNS:
        raise InvalidRequest(f"There are {len(patterns)} patterns; at most {PATTERNS} are allowed")
    for pattern in patterns:
        if not pattern.strip("/") or len(pattern) > PATTERN_CHARS or "\0" in pattern:
            raise InvalidRequest(
                f"Invalid pattern {pattern[:80]!r}: use 1 to {PATTERN_CHARS} characters, like "
                "`guides/**` or `*.pdf`"
            )
    return tuple(patterns)


def wanted(path: str, *, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a path with `/` between its parts is included, and not excluded."""
    parts = path.split("/")
    if include and not any(_matches(parts, pattern) for pattern in include):
        return False
    return not any(_matches(parts, pattern) for pattern in exclude)


def _matches(parts: Sequence[str], pattern: str) -> bool:
    if "/" not in pattern.rstrip("/"):
        pattern = f"**/{pattern}"
    if pattern.endswith("/"):
        pattern += "**"
    return _wild(parts, pattern.strip("/").split("/"), anything="**", same=_part_matches)


def _part_matches(part: str, pattern: str) -> bool:
    return _wild(part, pattern, anything="*", same=lambda letter, sign: sign in ("?", letter))


def _wild(
    items: Sequence[T], pattern: Sequence[T], *, anything: T, same: Callable[[T, T], bool]
) -> bool:
    """Whether `pattern` matches all of `items`; `anything` in it stands for any number of them.

    Only the last `anything` ever takes more, so that no part is looked at more than once for each
    place where that began.
    """
    at = taken = 0
    star, resumed = -1, 0
    while at < len(items):
        if taken < len(pattern) and pattern[taken] == anything:
            star, resumed = taken, at
            taken += 1
        elif taken < len(pattern) and same(items[at], pattern[taken]):
            at += 1
            taken += 1
        elif star >= 0:
            resumed += 1
            at, taken = resumed, star + 1
        else:
            return False
    return all(rest == anything for rest in pattern[taken:])
