"""Removes the reasoning that a local model writes into its answer, by any tag its template uses."""

import re
from collections.abc import Callable

_OPEN = re.compile(
    r"\s*(?:<(think|thinking|thought|thoughts|reasoning|reflection)>|\[(THINK)\]|(<\|channel\|>))",
    re.IGNORECASE,
)
_TAGS = (
    *("<think>", "<thinking>", "<thought>", "<thoughts>", "<reasoning>", "<reflection>"),
    *("[think]", "<|channel|>"),
)
LONGEST_TAG = 40  # characters; a channel may be named before its message begins
_CLOSE = re.compile(
    r"</(?:think|thinking|thought|thoughts|reasoning|reflection)>|\[/THINK\]", re.IGNORECASE
)
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w{0,20})[^<\n]{0,20}<\|message\|>")
_END_OF_CHANNEL = re.compile(r"<\|(?:end|return|call|start)\|>")
_SHOWN = "final"  # of the channels of gpt-oss, the one that the reader is meant to see
_SILENT_OPENING = re.compile(
    r"(?:^|[/:_.-])(?:deepseek-?r1|r1-|qwq|magistral)|-(?:thinking|reasoner|reasoning)",
    re.IGNORECASE,
)


def opens_silently(model: str) -> bool:
    """Whether templates of models so named open the thoughts themselves: only their end is sent."""
    return _SILENT_OPENING.search(model[:200]) is not None


class Thoughts:
    """Passes on a growing answer without the thoughts before it.

    Args:
        opened: The model's template has opened the thoughts: all that comes before their end
            belongs to them. A text that never ends them is an answer after all.
    """

    def __init__(self, *, opened: bool = False) -> None:
        self._opened = opened
        self._step: Callable[[], str] | None = self._thinking if opened else self._beginning
        self._held = ""
        self.closed_unopened = False
        """Thoughts ended that nothing had opened: this model's template opens them."""

    def without(self, text: str) -> str:
        """Return the part of the answer that is decided by now, without the thoughts in it."""
        if self._step is None:
            if "</" in text and _CLOSE.search(text):
                self.closed_unopened = True
            return text
        self._held += text
        shown = ""
        while self._step is not None and self._held:
            before = (self._step, len(self._held))
            shown += self._step()
            if before == (self._step, len(self._held)):
                return shown
        if self._step is None:
            shown, self._held = shown + self._held, ""
        return shown

    def without_whole(self, text: str) -> str:
        """The same of a complete text, in which also thoughts that nothing opened can be told."""
        *_, last = _CLOSE.split(text) if not self._opened else (text,)
        self.closed_unopened = last != text and _OPEN.match(text) is None
        answer = last.lstrip() if self.closed_unopened else text
        return self.without(answer) + self.rest()

    def rest(self) -> str:
        """Return what was held back, once the text is complete."""
        held, self._held = self._held, ""
        undecided = self._step == self._beginning
        unclosed = self._opened and self._step == self._thinking
        return held if undecided or unclosed else ""

    def _beginning(self) -> str:
        begin = self._held.lstrip().lower()
        if any(tag.startswith(begin) for tag in _TAGS):
            return ""
        opening = _OPEN.match(self._held)
        if opening is None:
            self._step = None
        elif opening[3]:
            self._step = self._channel
        else:
            self._held, self._step = self._held[opening.end() :], self._thinking
        return ""

    def _thinking(self) -> str:
        closed = _CLOSE.search(self._held)
        if closed is None:
            if not self._opened:
                # What was thought so far cannot hold more than the beginning of the closing tag.
                self._held = self._held[-LONGEST_TAG:]
            return ""
        self._held = self._held[closed.end() :].lstrip()
        self._step = None if self._held else self._gap
        return ""

    def _gap(self) -> str:
        """White space between the thoughts and the answer."""
        self._held = self._held.lstrip()
        if self._held:
            self._step = None
        return ""

    def _channel(self) -> str:
        begun = _CHANNEL.search(self._held)
        if begun is None:
            self._held = self._held[-2 * LONGEST_TAG :]
            return ""
        self._held = self._held[begun.end() :]
        self._step = self._final if begun[1].lower() == _SHOWN else self._hidden
        return ""

    def _hidden(self) -> str:
        begun = _CHANNEL.search(self._held)
        if begun is None:
            self._held = self._held[-2 * LONGEST_TAG :]
            return ""
        self._step = self._channel
        return ""

    def _final(self) -> str:
        ended = _END_OF_CHANNEL.search(self._held)
        if ended is not None:
            shown, self._held, self._step = self._held[: ended.start()], "", self._over
            return shown
        # A cut tag is held back until it is whole.
        cut = self._held.rfind("<", max(0, len(self._held) - LONGEST_TAG))
        at = cut if cut >= 0 and "<|return|>".startswith(self._held[cut : cut + 2]) else None
        shown = self._held if at is None else self._held[:at]
        self._held = "" if at is None else self._held[at:]
        return shown

    def _over(self) -> str:
        self._held = ""
        return ""
