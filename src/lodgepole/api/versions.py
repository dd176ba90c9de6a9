"""The two behaviour families of the wire, chosen by the `X-Pinecone-Api-Version` header."""

import re
from dataclasses import dataclass
from enum import StrEnum

VERSION_HEADER = "X-Pinecone-Api-Version"
NEWEST = "2026-07"
FIRST_NEW = "2026-01"
FIRST_WITH_HEARTBEATS = "2026-04"
"""Older clients die on a comment line in a stream."""
_DATED = re.compile(r"\d{4}-\d{2}")


class Family(StrEnum):
    LEGACY = "legacy"  # through 2025-10, and no header at all
    NEW = "new"  # from 2026-01.alpha; 2026-07 equals 2026-04 for this API


@dataclass(frozen=True, slots=True)
class WireVersion:
    """What a client said it speaks; `date` is empty when it said nothing."""

    family: Family
    date: str

    @property
    def is_new(self) -> bool:
        return self.family is Family.NEW

    @property
    def takes_heartbeats(self) -> bool:
        return self.date >= FIRST_WITH_HEARTBEATS


def wire_version(header: str | None) -> WireVersion:
    """Read the header: none means LEGACY, an unknown word means the newest version."""
    if not header or not header.strip():
        return WireVersion(Family.LEGACY, "")
    dated = _DATED.match(header.strip())
    if dated is None:
        return WireVersion(Family.NEW, NEWEST)
    date = dated.group()
    return WireVersion(Family.NEW if date >= FIRST_NEW else Family.LEGACY, date)
