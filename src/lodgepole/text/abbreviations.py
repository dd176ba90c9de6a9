"""Words with a full stop that stand before a number, and without one end a sentence. Pure."""

import re

_WORD = re.compile(
    r"(?:^|\W)(?:nos?|nr|arts?|figs?|eqs?|secs?|vol|abs|abb|tab|kap|núm)\.$", re.IGNORECASE
)
_NUMBER = re.compile(r"[(#]?[A-Z]{0,3}[-.]?\d|[IVXLC]{2,}\b")
_ARTICLE = re.compile(r"Art\.$")
_LETTER = re.compile(r"[A-Z](?![^\W\d_])")  # Art. I, Art. L. 121; in German `Art` is a word


def stands_before_number(before: str, after: str, at: int = 0) -> bool:
    """Whether text that ends with a full stop is abbreviated there: `No.` before `5`.

    What follows it is `after` from `at` on.
    """
    if _WORD.search(before) is None:
        return False
    if _NUMBER.match(after, at):
        return True
    return _ARTICLE.search(before) is not None and _LETTER.match(after, at) is not None
