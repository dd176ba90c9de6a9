"""Turns what a model writes into an answer and its citations, each checked against its source.

The model's markers never reach the reader. A sentence's markers become one citation at the end
of the sentence, for those sources that bear it out; the others, and invented ones, are dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lodgepole.chat.citing.citation_markers import Marker, MarkerScanner, Piece
from lodgepole.chat.citing.claim_verification import JUDGED, REJECTED, SourceText, Verification
from lodgepole.chat.citing.marker_styles import Doubtful, may_cite, mentioned, without_mentions
from lodgepole.chat.citing.reference_phrases import FileNames
from lodgepole.chat.citing.references import merge_references, pages_between
from lodgepole.chat.citing.source_lists import Listed, SourceLists
from lodgepole.chat.citing.translated_claims import MOST_CLAIMS, Claim, Judging, Verdict, is_foreign
from lodgepole.model import (
    AnswerCitation,
    AnswerText,
    Citation,
    Reference,
    Snippet,
    Source,
)
from lodgepole.text.sentences import ends_sentence

_CLOSERS = "\"'”’)]}」』”’）»*_"
_OPENERS_TOO = "\"'*_"  # of these closers; after white space they open what comes next
_STOPS = ".!?…,;:。！？、，"
LONGEST_SENTENCE = 5_000  # characters, that are checked as one claim
LONGEST_SPACE = 200  # characters of white space, that a marker behind them may take away
MOST_AFTERWARDS = 40  # sentences that are cited when sources are named at the end alone
_LISTS_SOURCES = re.compile(
    r"[*_#\s]{0,8}(?:sources?|references?|citations?|quellen?|fuentes?|fonti|bronnen)"
    r"[*_\s]{0,8}:?[*_\s,;]{0,8}",
    re.IGNORECASE,
)
_DASHES = "–—-"
_AWAITS_NAME = re.compile(
    r"\b(?:according to|as (?:stated|said|described|noted|shown|mentioned|given) in|see|per|cf\."
    r"|in|from|by|laut|nach|aus|siehe|selon|voir|según|véase)$",
    re.IGNORECASE,
)
"""What a sentence cannot end with: the marker behind it is a part of the sentence."""
_WORD = re.compile(rf"[^\s{re.escape(_CLOSERS + _STOPS)}।]+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A finished sentence: its words, and where it ends in the answer, in characters."""

    text: str
    end: int
    cited: bool


class Citer:
    """One answer's text going in piece by piece, its events coming out.

    However the text is cut into pieces, the events are the same but for how text is divided.

    Args:
        sources: What markers may name.
        question: Stands in for claims that name nothing, such as `Yes.`
        highlights: Whether references carry the supporting words.
        json: The text is one JSON value; markers count inside its strings alone.
        attribute: As long as the model names no source at all, a sentence is cited that one of
            them says in the same words or nearly so.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        question: str = "",
        highlights: bool = True,
        json: bool = False,
        attribute: bool = False,
    ) -> None:
        self.verifications: list[Verification] = []
        """One for each marker and known source, in the order they were checked."""
        self._snippets = {s.number: s.snippet for s in sources}
        self._known = range(1, max(self._snippets, default=0) + 1)
        self._texts: dict[int, SourceText] = {}
        self._question = question
        self._highlights = highlights
        self._json = json
        self._files = FileNames({s.number: s.snippet.file.upload.name for s in sources})
        self._scanner = MarkerScanner(json=json, files=self._files)
        self._lists = SourceLists(self._files)
        self._unmarked: list[_Sentence] = []  # as long as the model has named no source
        self._named = False  # whether it has, in brackets
        self._position = 0  # characters of the answer that were sent
        self._space = ""  # held back: a marker may follow, and would take it away
        self._sentence = ""
        self._cited: list[int] = []
        self._listed: list[int] = []  # beneath the answer alone
        self._after_marker = False
        self._before: _Sentence | None = None
        self._attribute = attribute  # until the model's first marker
        self._attribute_at_all = attribute
        self._fence = ""  # what opened the code that the sentence is in
        self._out: list[str] = []
        self._unproved: list[Claim] = []

    def feed(self, text: str) -> Iterator[AnswerText | AnswerCitation]:
        """Take the next piece of the model's text."""
        for piece in self._scanner.feed(text):
            # Most pieces are words within a line, which is no list of sources.
            if isinstance(piece, str) and self._lists.passing and "\n" not in piece:
                yield from self._take_text(piece)
            else:
                yield from self._pass(piece)
        yield from self._flush()

    def close(self) -> Iterator[AnswerText | AnswerCitation]:
        """The model's text is complete. White space at its end is left out."""
        for piece in self._scanner.close():
            yield from self._pass(piece)
        for piece in self._lists.close():
            yield from self._take(piece)
        if not self._after_marker and self._space.strip():
            self._emit(self._space.rstrip())
        yield from self._end_sentence()
        if self._listed and self._unmarked:
            yield from self._cite_afterwards(tuple(dict.fromkeys(self._listed)))
        yield from self._flush()

    def _pass(self, piece: Piece) -> Iterator[AnswerText | AnswerCitation]:
        if self._json:
            yield from self._take(piece)
            return
        for passed in self._lists.feed(piece):
            yield from self._take(passed)

    def _take(self, piece: Piece | Listed) -> Iterator[AnswerText | AnswerCitation]:
        if isinstance(piece, str):
            yield from self._take_text(piece)
        elif isinstance(piece, Listed):
            yield from self._take_listed(piece)
        elif isinstance(piece, Marker):
            self._named = True
            yield from self._take_marker(piece)
        elif (best := self._meant_by(piece)) is not None:
            yield from self._take_marker(Marker(((best, best),)))
        else:
            yield from self._take_text(piece.text)

    def _take_text(self, piece: str) -> Iterator[AnswerText | AnswerCitation]:
        at = 0
        while at < len(piece):
            yield from self._take_character(piece[at])
            word = _WORD.match(piece, at)
            at += 1
            # The rest of a word ends nothing, so it need not be looked at letter by letter.
            if word and word.end() > at and not self._space:
                rest = piece[at : word.end()]
                self._emit(rest)
                self._sentence += rest
                at = word.end()

    def _meant_by(self, doubtful: Doubtful) -> int | None:
        """The source that a doubtful marker names, if it bears out the sentence before it."""
        said = self._sentence or (self._before.text if self._before else "")
        if not said or (doubtful.bare and (self._named or not may_cite(said))):
            return None
        if doubtful.bare and said.endswith(".") and not ends_sentence(said):
            return None  # `Abs. (2)`
        found = {n: self._source(n).verify(said) for n in doubtful.numbers if n in self._snippets}
        best = max(found, key=lambda n: found[n].score, default=None)
        return None if best is None or found[best].kind == REJECTED else best

    def _take_listed(self, listed: Listed) -> Iterator[AnswerText | AnswerCitation]:
        """Sources listed beneath the answer count where it names none itself."""
        yield from self._end_sentence()
        if self._unmarked:
            self._listed += [n for m in listed.numbers for n in m.numbers(self._known)]

    def _take_marker(self, marker: Marker) -> Iterator[AnswerText | AnswerCitation]:
        if "\n" in self._space and self._sentence:
            yield from self._end_sentence()
        elif self._sentence:
            self._name_where_awaited(marker)
            self._space = ""
        self._after_marker = True
        self._attribute = False
        for number in marker.numbers(self._known):
            if number in self._snippets and number not in self._cited:
                self._cited.append(number)

    def _name_where_awaited(self, marker: Marker) -> None:
        """`According to [2], …` goes on with the name of the file."""
        number = next(marker.numbers(self._known), None)
        if number in self._snippets and self._space and _AWAITS_NAME.search(self._sentence[-40:]):
            name = f" {self._snippets[number].file.upload.name}"
            self._emit(name)
            self._sentence += name

    def _take_character(self, c: str) -> Iterator[AnswerText | AnswerCitation]:
        if (c.isspace() or self._after_marker or c in _DASHES) and self._is_held_back(c):
            return
        if self._is_boundary(c):
            yield from self._end_sentence()
        if self._after_marker and c in _STOPS and not self._space:
            if self._sentence.endswith(c) and c in ".,;:":
                return  # `Text. [1].` had one stop before its marker already
        elif self._json and c == '"':
            yield from self._end_sentence()
        self._after_marker = False
        if not self._position and not self._out:
            self._space = ""
        self._emit(self._space + c)
        self._sentence += (self._space if self._sentence else "") + c
        self._space = ""
        if self._json and c == '"':
            self._sentence = ""

    def _is_held_back(self, c: str) -> bool:
        """Whether this is white space or a dash, which a marker behind it would take away."""
        opened = self._after_marker and not self._sentence
        if c.isspace():
            if not opened or c == "\n":  # `[1] Text` at the start of a line leaves no gap behind
                if len(self._space) >= LONGEST_SPACE:
                    self._emit(self._space)
                    self._space = ""
                self._space += c
            return True
        if c in _DASHES and self._sentence and self._space.isspace() and "\n" not in self._space:
            self._space += c
            return True
        return opened and c in ":." and not self._space  # `[1]: Text`

    def _is_boundary(self, c: str) -> bool:
        if "\n" in self._space:
            return bool(self._sentence or self._cited)
        if not self._sentence:
            return False
        if len(self._sentence) > LONGEST_SENTENCE:
            return True
        closes = c in _CLOSERS and not (self._space and c in _OPENERS_TOO)
        if closes or not ends_sentence(self._sentence, c):
            return False
        return bool(self._space) or self._sentence.rstrip(_CLOSERS)[-1] in "。！？"

    def _emit(self, text: str) -> None:
        self._out.append(text)
        self._position += len(text)

    def _flush(self) -> Iterator[AnswerText]:
        if self._out:
            yield AnswerText("".join(self._out))
            self._out.clear()

    # --- citations ---

    def _end_sentence(self) -> Iterator[AnswerText | AnswerCitation]:
        """Close the sentence at the current position and cite what its markers name."""
        text, cited = self._sentence, self._cited
        self._sentence, self._cited, self._after_marker = "", [], False
        if not text or (cited and _LISTS_SOURCES.fullmatch(text)):
            if cited and len(self._unmarked) > 1:
                yield from self._cite_afterwards(cited)
            elif cited and self._before is not None:
                yield from self._cite(cited, self._before)
            if cited:
                self._unmarked.clear()
            return
        before = self._before.text if self._before else ""
        self._before = sentence = _Sentence(text, self._position, bool(cited))
        cited = cited or self._mentioned(text)
        if cited:
            self._unmarked.clear()
            self._attribute = False
            yield from self._cite(cited, sentence, before)
        elif self._says_something(text):
            if not self._named:
                self._unmarked.append(sentence)
            if self._attribute:
                yield from self._attributed(sentence)

    def _mentioned(self, sentence: str) -> list[int]:
        """Sources that it speaks of; those of a file by their number alone once one is named."""
        found = mentioned(sentence) or (() if self._named else self._files.mentioned(sentence))
        return [n for n in found if n in self._snippets]

    def _claim(self, sentence: str) -> str:
        return self._files.without_mentions(without_mentions(sentence))

    def _cite_afterwards(self, numbers: Sequence[int]) -> Iterator[AnswerText | AnswerCitation]:
        """Cite each sentence so far, when sources are named at the end of the answer alone."""
        if self._attribute_at_all:
            return  # each sentence was looked at when it was said
        for sentence in self._unmarked[:MOST_AFTERWARDS]:
            found = [(n, self._source(n).verify(sentence.text)) for n in numbers]
            borne_out = [(n, v) for n, v in found if v.kind != REJECTED]
            if borne_out:
                number, best = max(borne_out, key=lambda pair: pair[1].score)
                self.verifications.append(best)
                yield from self._flush()
                reference = self._reference(self._snippets[number], best)
                yield AnswerCitation(Citation(sentence.end, (reference,)))

    def _says_something(self, text: str) -> bool:
        """Whether this is a sentence: no code, no heading, no row of a table."""
        opening = text[:3]
        if opening in ("```", "~~~"):
            self._fence = "" if opening == self._fence else (self._fence or opening)
            return False
        return not self._fence and not text.startswith(("#", "|"))

    def _attributed(self, sentence: _Sentence) -> Iterator[AnswerText | AnswerCitation]:
        """Cite the source that says this sentence best, if any does."""
        best: tuple[int, Verification] | None = None
        for number in self._snippets:
            found = self._source(number).bears_out(sentence.text)
            if found and (best is None or found.score > best[1].score):
                best = number, found
        if best is not None:
            self.verifications.append(best[1])
            reference = self._reference(self._snippets[best[0]], best[1])
            yield from self._flush()
            yield AnswerCitation(Citation(sentence.end, (reference,)))

    def _cite(
        self, numbers: Sequence[int], sentence: _Sentence, before: str = ""
    ) -> Iterator[AnswerText | AnswerCitation]:
        references: list[Reference] = []
        for number in numbers:
            found = self._source(number).verify(
                self._claim(sentence.text), question=self._question, before=before
            )
            self.verifications.append(found)
            if found.kind != REJECTED:
                references.append(self._reference(self._snippets[number], found))
        if references:
            yield from self._flush()
            yield AnswerCitation(Citation(sentence.end, merge_references(references)))
            return
        # A wrong number behind a true sentence: the source that says it is cited.
        attributed = [*self._attributed(sentence)]
        yield from attributed
        if not attributed and len(self._unproved) < MOST_CLAIMS:
            claim = Claim(text=sentence.text, end=sentence.end, sources=tuple(numbers))
            self._unproved.append(claim)

    # --- other languages ---

    def judging(self) -> Judging:
        """What a model can be asked when the answer is complete and in another language."""
        answer = " ".join(claim.text for claim in self._unproved)
        foreign = [
            claim
            for claim in self._unproved
            if any(is_foreign(answer, self._snippets[n].text) for n in claim.sources)
        ]
        return Judging(foreign, {n: snippet.text for n, snippet in self._snippets.items()})

    def judged(self, verdicts: Sequence[Verdict]) -> Iterator[AnswerCitation]:
        """Citations of what the model found, each named as found by a model."""
        for verdict in verdicts:
            found = Verification(JUDGED, 1.0, verdict.start, verdict.end)
            self.verifications.append(found)
            reference = self._reference(self._snippets[verdict.source], found)
            yield AnswerCitation(Citation(verdict.claim.end, (reference,), verified_by="model"))

    def _source(self, number: int) -> SourceText:
        if number not in self._texts:
            self._texts[number] = SourceText(self._snippets[number].text)
        return self._texts[number]

    def _reference(self, snippet: Snippet, found: Verification) -> Reference:
        shown = self._highlights and not snippet.figures
        return Reference(
            file=snippet.file,
            pages=pages_between(snippet, found.start, found.end),
            highlight=snippet.text[found.start : found.end] if shown else None,
            start=snippet.start + found.start,
            end=snippet.start + found.end,
        )
