"""Words that a line end split, put together as the document spells them elsewhere. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from lodgepole.adapters.pypdfium2_parser.lines import Page
from lodgepole.documents import clean_text

HYPHENS = "\x02\ufffe"
"""What pdfium writes for a hyphen at a line end, the line end itself left out."""
LETTERS = re.compile(r"[^\W\d_]{2,}")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": ""}
)
_LIGATURE = re.compile("[ﬀ-ﬆ\xad]")
_SPLIT_WORD = re.compile(r"([^\W\d_]+)[\x02\ufffe](?=([^\W\d_]*))")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


class Mender:
    """Puts words together that a line end split, going by how the document spells them."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages

    @cached_property
    def _words(self) -> Counter[str]:
        """How often each word stands in the document, those with hyphens both whole and apart."""
        words: Counter[str] = Counter()
        for page in self._pages:
            for line in page.lines:
                text = line.text.casefold()
                words.update(LETTERS.findall(text))
                if "-" in text:
                    words.update(_HYPHENATED.findall(text))
        return words

    def joined(self, lines: Sequence[str]) -> str:
        """The lines as one, each line end a space, or nothing within a mended word."""
        parts: list[str] = []
        for line in lines:
            if parts:
                before = parts[-1]
                if before[-1] in HYPHENS:
                    pass  # mended below, as where pdfium has left the line end out
                elif _LINE_HYPHEN.search(before) and line[:1].islower():
                    parts[-1] = before[:-1] + HYPHENS[0]
                else:
                    parts.append(" ")
            parts.append(line)
        text = "".join(parts)
        if any(mark in text for mark in HYPHENS):
            text = _SPLIT_WORD.sub(self._mend, text)
            text = re.sub(f"[{HYPHENS}]", "-", text)
        if _LIGATURE.search(text):
            text = text.translate(_LIGATURES)
        return clean_text(text)

    def _mend(self, match: re.Match[str]) -> str:
        head, tail = match[1], match[2]
        return head if tail[:1].islower() and self._is_one_word(match, head, tail) else f"{head}-"

    def _is_one_word(self, match: re.Match[str], head: str, tail: str) -> bool:
        around = (
            match.string[max(match.start() - 1, 0)],
            match.string[match.end() + len(tail) :][:1],
        )
        if "-" in around:
            return False  # `over-the-` and `counter`
        words = self._words
        one, two = words[f"{head}{tail}".casefold()], words[f"{head}-{tail}".casefold()]
        if one or two:
            return one > two
        # Two halves that are words by themselves were joined by their author.
        return words[head.casefold()] <= 1 or words[tail.casefold()] <= 1
