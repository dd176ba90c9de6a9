"""Wire versions and their capabilities, chosen by the `X-Pinecone-Api-Version` header.

Versions fall into families that behave alike. A family is one row of `FAMILIES`; code asks for the
capability that matters where it matters, by name, and never for a version. The schemas mark fields
with the same names (`schemas/wire.needs`), so that the OpenAPI documents follow the table, too.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

VERSION_HEADER = "X-Pinecone-Api-Version"
NEWEST = "2026-07"
UNVERSIONED = "2025-10"
"""As which version a client without the header is answered: old plugins stream without one."""
BEFORE_DATES = "unstable"
"""What the first plugins called their version; they know what the oldest family does."""
_DATED = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WireVersion:
    """Capabilities of one family of clients. Versions from `since` on belong to it.

    Attributes:
        since: The first version of the family; the oldest one's is empty.
        has_operations: Files are changed by operations: uploads and deletions are answered with
            one and 202, upserts and the routes of operations are there. Without, uploads are
            answered with the file, deletions with nothing, and clients poll the file.
        has_pages: Lists come in pages; without, whole.
        has_metadata_in_form: An upload's metadata are a field of the form, not of the query.
        has_snippet_count: Answers say how many snippets the model was given.
        has_content_filter: Answers say what a content filter found.
        takes_figures_unasked: Snippets of context may hold figures when nothing else was asked.
        takes_heartbeats: Comment lines in a stream are passed over; older clients die of them.
        takes_early_404: A deleted thing may be gone at the first look; older clients expect to see
            it `Terminating` or `Deleting` once.
        tool_calls_word: The `finish_reason` of an answer that calls tools.
        rate_limit_code: The code of a 429.
    """

    since: str
    has_operations: bool = False
    has_pages: bool = False
    has_metadata_in_form: bool = False
    has_snippet_count: bool = False
    has_content_filter: bool = False
    takes_figures_unasked: bool = False
    takes_heartbeats: bool = False
    takes_early_404: bool = False
    tool_calls_word: Literal["function_call", "tool_calls"] = "function_call"
    rate_limit_code: Literal["RESOURCE_EXHAUSTED", "TOO_MANY_REQUESTS"] = "RESOURCE_EXHAUSTED"


_OLDEST = WireVersion(since="")
_WITH_FIGURES = replace(_OLDEST, since="2025-10", takes_figures_unasked=True)
_WITH_OPERATIONS = replace(
    _WITH_FIGURES,
    since="2026-01",
    has_operations=True,
    has_pages=True,
    has_metadata_in_form=True,
    has_snippet_count=True,
    has_content_filter=True,
    takes_early_404=True,
    tool_calls_word="tool_calls",
    rate_limit_code="TOO_MANY_REQUESTS",
)
FAMILIES = (
    _OLDEST,
    _WITH_FIGURES,
    _WITH_OPERATIONS,
    replace(_WITH_OPERATIONS, since="2026-04", takes_heartbeats=True),
)
"""Oldest first."""


def wire_version(header: str | None) -> WireVersion:
    """The family of a header's value; a word that nobody knows is a version of the future."""
    word = (header or "").strip() or UNVERSIONED
    if word == BEFORE_DATES:
        return FAMILIES[0]
    dated = _DATED.match(word)
    date = NEWEST if dated is None else dated.group()
    return next(family for family in reversed(FAMILIES) if family.since <= date)
