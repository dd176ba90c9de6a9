"""Encodes ids as folder names that stay distinct on case-insensitive file systems.

An id without capitals is its own name. `Ab-C` becomes `ab-c.5`: in lower case, and after the dot,
which no id has, a number in base 16 whose bits say which letters are capitals, the first one
lowest.
"""


def folder_name(id_: str) -> str:
    """At most 161 characters for an id of 128."""
    capitals = sum(1 << place for place, letter in enumerate(id_) if letter.isupper())
    return f"{id_.lower()}.{capitals:x}" if capitals else id_


def id_of(folder: str) -> str | None:
    """The id with this folder name; None where no id has it."""
    lower, dot, mask = folder.partition(".")
    if not dot:
        return folder
    try:
        capitals = int(mask, 16)
    except ValueError:
        return None
    found = "".join(
        letter.upper() if capitals >> place & 1 else letter for place, letter in enumerate(lower)
    )
    return found if folder_name(found) == folder else None
