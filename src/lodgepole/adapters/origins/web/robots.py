"""Parser of robots.txt (RFC 9309), in time that grows with rules times path length. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

AGENT = "lodgepole"
LINES_MOST = 10_000
RULE_CHARS = 1000
DELAY_MOST = 30.0
"""Seconds; a site that asks for more between two requests is asked as seldom as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """Rules for us: the longest one that matches a path decides, and allowing wins a tie."""

    rules: tuple[tuple[str, bool], ...] = ()  # a pattern, and whether it allows
    delay: float = 0.0  # seconds between requests
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        matching = [(len(rule), allowed) for rule, allowed in self.rules if _matches(path, rule)]
        return max(matching)[1] if matching else True


def read_robots(text: str) -> Robots:
    """The rules of the group that names us, else of that for everybody."""
    ours: list[tuple[str, bool]] = []
    everybodys: list[tuple[str, bool]] = []
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    agents: list[str] = []
    named = in_rules = False
    for line in text.removeprefix("\ufeff").splitlines()[:LINES_MOST]:
        field, _, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()[:RULE_CHARS]
        if field == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()]
            in_rules = False
            named = named or AGENT in agents
        elif field in ("allow", "disallow"):
            in_rules = True
            groups = [g for agent, g in ((AGENT, ours), ("*", everybodys)) if agent in agents]
            for group in groups if value else ():
                group.append((value, field == "allow"))
        elif field == "crawl-delay":
            in_rules = True
            delays.update(dict.fromkeys(agents, _seconds(value)))
        elif field == "sitemap":
            sitemaps.append(value)
    return Robots(
        rules=tuple(ours if named else everybodys),
        delay=delays.get(AGENT if named else "*", 0.0),
        sitemaps=tuple(sitemaps),
    )


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
        return min(max(seconds, 0.0), DELAY_MOST) if math.isfinite(seconds) else 0.0
    except ValueError:
        return 0.0


def _matches(path: str, rule: str) -> bool:
    """Whether the path begins with the rule; `*` is any text, and a last `$` the end."""
    whole = rule.endswith("$")
    pieces = rule.removesuffix("$").split("*")
    if not path.startswith(pieces[0]):
        return False
    return _pieces_match(path, pieces, whole=whole)


def _pieces_match(path: str, pieces: Sequence[str], *, whole: bool) -> bool:
    at = len(pieces[0])
    for piece in pieces[1:]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if not whole:
        return True
    last = pieces[-1]
    return at == len(path) or (len(pieces) > 1 and path.endswith(last) and len(path) >= at)
