"""Text that is for machines alone: encoded files, keys, packed scripts. Pure.

People do not read it, nothing is asked about it, and cut into passages it drowns what they do.
What is left of a run is its beginning, so that a reader sees what stood there.
"""

import re

LEAST = 200  # characters without a space, below which nothing is taken for data
KEPT = 24  # of a run's beginning
_RUN = re.compile(rf"[!-~]{{{LEAST},}}")  # printable ASCII; other scripts put no spaces either
_WRAPPED = re.compile(
    r"(?:^[ \t>]*[A-Za-z0-9+/]{60,76}\n){5,}[ \t>]*[A-Za-z0-9+/]{0,76}={0,2}", re.MULTILINE
)
_DATA = re.compile(r"data:[\w.+-]{0,80}/?[\w.+-]{0,80}(?:;[\w=.+-]{1,80}){0,4},(?=.{64})")
_ENCODED = re.compile(r"[A-Za-z0-9+/_=%-]{200,}")
_END = re.compile(r"[\"')>\]]")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9A-Fa-f]{200,}")
_CODE_SIGNS = re.compile(r"[{}();=<>]")
CODE_SHARE = 0.08  # of such signs, from which a long run is a packed script
CODE_KINDS = 3  # of them at least, so that rules and borders are none


def without_data(text: str) -> tuple[str, int]:
    """The text with only the beginnings of data in it, and how many characters are left out."""
    if len(text) < LEAST:
        return text, 0
    left_out = 0

    def shortened(match: re.Match[str]) -> str:
        nonlocal left_out
        shown = _beginning(match[0])
        left_out += len(match[0]) - len(shown)
        return shown

    if "\n" in text:
        text = _WRAPPED.sub(shortened, text)
    return _RUN.sub(shortened, text), left_out


def _beginning(run: str) -> str:
    """A run as it is shown: whole, unless it is or holds data."""
    if "\n" in run:
        return f"{run.lstrip()[:KEPT]}…" if _is_mixed(run) else run
    parts: list[str] = []
    position = 0
    while data := _DATA.search(run, position):
        end = _END.search(run, data.end())
        parts += (run[position : data.end()], "…")
        position = len(run) if end is None else end.start()
    return "".join(parts) + _shown(run[position:])


def _shown(run: str) -> str:
    if len(run) < LEAST:
        return run
    if _HEXADECIMAL.fullmatch(run.strip("\"',;")):
        return f"{run[:KEPT]}…"
    if (found := _ENCODED.search(run)) and _is_mixed(found[0]):
        rest = run[found.end() :]
        return f"{run[: found.start() + KEPT]}…{rest if len(rest) < LEAST else ''}"
    signs = _CODE_SIGNS.findall(run)
    packed = len(signs) >= CODE_SHARE * len(run) and len(set(signs)) >= CODE_KINDS
    return f"{run[:KEPT]}…" if packed and "://" not in run[:12] else run


def _is_mixed(text: str) -> bool:
    """Whether letters of both cases and figures are mixed as only encodings mix them."""
    upper = sum(map(str.isupper, text))
    lower = sum(map(str.islower, text))
    digits = sum(map(str.isdigit, text))
    return min(upper, lower) >= 0.15 * len(text) and digits >= 0.03 * len(text)
