"""Whether a list, a table or a sentence goes on from one passage to the next. Pure."""

from lodgepole.documents.tables import CELL_GAP
from lodgepole.text.sentences import LIST_MARK, ends_sentence

LINES_LOOKED_AT = 12  # at the end of a passage, for an item that takes several lines
_LEADS = (":", "：")


def goes_on(before: str, after: str) -> bool:
    """Whether what stands at the end of `before` is not whole without `after`.

    Args:
        before: The text of a passage.
        after: That of the one that follows it.
    """
    lines = before.rstrip().rsplit("\n", LINES_LOOKED_AT)[-LINES_LOOKED_AT:]
    last, first = lines[-1].strip(), after.lstrip().split("\n", 1)[0]
    if not last or not first:
        return False
    if _is_row(last):
        return _is_row(first)
    if _is_item(first):
        return last.endswith(_LEADS) or any(map(_is_item, lines))
    return last.endswith(_LEADS) and _is_row(first)


def is_cut(before: str, gap: str, after: str) -> bool:
    """Whether what stands at the end of `before` is no whole sentence, or only leads into `after`.

    Args:
        before: The text of a passage.
        gap: What stands between the two; a line end tells that a paragraph ends.
        after: That of the one that follows it.
    """
    last, first = before.rstrip().rsplit("\n", 1)[-1].strip(), after.lstrip()
    if not last or not first:
        return False
    if _is_item(last):  # items seldom end like sentences
        return "\n" not in gap or (first[0].islower() and not ends_sentence(last))
    return not ends_sentence(last) and not _is_row(last)


def _is_item(line: str) -> bool:
    return LIST_MARK.match(line) is not None and not line.lstrip().startswith(("#", "|"))


def _is_row(line: str) -> bool:
    return line.startswith("|") or CELL_GAP in line
