"""Words that a line end split, put together as the document spells them elsewhere. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from lodgepole.adapters.parsers.pdf.accents import with_marks_composed
from lodgepole.adapters.parsers.pdf.lines import Page
from lodgepole.documents.builder import clean_text
from lodgepole.text.scripts import UNSPACED, UNSPACED_SIGNS

HYPHENS = "\x02\ufffe"
"""What pdfium writes for a hyphen at a line end, the line end itself left out."""
KEPT_LEAST = 3  # words with their own hyphen at a line end, before line ends split none
SPLIT_SHARE = 0.01  # of line ends that have a hyphen where words are split; measured 0.014 to 0.15
LETTERS = re.compile(r"[^\W\d_]{2,}")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": ""}
)
_LIGATURE = re.compile("[ﬀ-ﬆ\xad]")
_SPLIT_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[\x02\ufffe](?=([^\W\d_]*+))")
_HALVES = re.compile(r"(?<![^\W\d_])([^\W\d_]+)(?:[\x02\ufffe]|-\n)([^\W\d_]*)")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")
_HYPHENATED = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:-[^\W\d_]+)+")
_UNSPACED = f"[{UNSPACED}{UNSPACED_SIGNS}]"
_UNSPACED_BEFORE, _UNSPACED_AFTER = re.compile(f"{_UNSPACED}$"), re.compile(_UNSPACED)
"""Scripts that put no spaces between words, with their signs: a line end is no space there."""


class Mender:
    """Puts words together that a line end split, going by how the document spells them."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages

    @cached_property
    def _words(self) -> Counter[str]:
        """How often each word stands in the document, those with hyphens both whole and apart.

        Halves at a line end are no words.
        """
        words: Counter[str] = Counter()
        for text in self._texts():
            whole = _HALVES.sub(" ", text)
            words.update(LETTERS.findall(whole))
            words.update(_HYPHENATED.findall(whole))
        return words

    @cached_property
    def _splits_words(self) -> bool:
        """Whether line ends split words here, rather than stand where the author had a hyphen.

        Told by the words that the document also spells elsewhere; where they are too few, by how
        many line ends have a hyphen, since who splits words splits many.
        """
        halves = Counter(match for text in self._texts() for match in _HALVES.findall(text))
        spelt = [self._spelt(head, tail) for head, tail in halves]
        split, kept = sum(one > two for one, two in spelt), sum(two > one for one, two in spelt)
        if split > kept or kept >= KEPT_LEAST:
            return split > kept
        return halves.total() >= SPLIT_SHARE * sum(len(page.lines) for page in self._pages)

    def spelt(self, word: str) -> int:
        """Count a word of two letters or more, given in small letters, in the document."""
        return self._words[word]

    def _texts(self) -> Iterator[str]:
        for page in self._pages:
            yield "\n".join(line.text for line in page.lines).casefold()

    def _spelt(self, head: str, tail: str) -> tuple[int, int]:
        """How often the document has the word as one, and with a hyphen."""
        return self._words[f"{head}{tail}"], self._words[f"{head}-{tail}"]

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
                elif _UNSPACED_BEFORE.search(before) and _UNSPACED_AFTER.match(line):
                    pass
                else:
                    parts.append(" ")
            parts.append(line)
        text = "".join(parts)
        if any(mark in text for mark in HYPHENS):
            text = _SPLIT_WORD.sub(self._mend, text)
            text = re.sub(f"[{HYPHENS}]", "-", text)
        if _LIGATURE.search(text):
            text = text.translate(_LIGATURES)
        return with_marks_composed(clean_text(text))

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
        head, tail = head.casefold(), tail.casefold()
        one, two = self._spelt(head, tail)
        if one or two:
            return one > two
        # Two halves that are words by themselves were joined by their author.
        return self._splits_words and not (self._words[head] and self._words[tail])
