"""Comments that readers of a file left in it, as lines of its text."""


def comment_line(text: str, *, author: str = "", when: str = "", on: str = "") -> str:
    """A comment as such, so that nobody takes it for what the document itself says.

    Args:
        text: What it says.
        author: Who wrote it, if the file says so.
        when: The date, or the date and time, as the file has it.
        on: What it is about, such as a cell.
    """
    place = f" on {on}" if on else ""
    by = f" by {author}" if author else ""
    date = f", {when}" if when else ""
    return f"Comment{place}{by}{date}: {text}"
