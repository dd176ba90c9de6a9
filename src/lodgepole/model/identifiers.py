"""Ids of assistants and files."""

import re

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Those that a client may choose for a file (`PUT /files/{assistant}/{id}`, specification 2026-04);
our own are all like it."""


def is_id(text: str) -> bool:
    """Whether an assistant or a file may have it: no path, key or query is changed by one."""
    return _ID.fullmatch(text) is not None
