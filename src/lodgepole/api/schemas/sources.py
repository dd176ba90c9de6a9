"""Sources on the wire."""

from typing import Any, Literal

from pydantic import Field

from lodgepole.api.schemas.wire import (
    OMITTED,
    PaginationResponse,
    Timestamp,
    Whole,
    WireRequest,
    WireResponse,
)

URL = (
    "`https://…` for a page, a sitemap or a site, `git+https://…` for a repository, `s3://…`, "
    "`gs://…` or `az://…` for a bucket, or a folder of the server below one of its "
    "`source_roots`. Without a user name or password."
)
PATTERNS = (
    "Of paths below the address: `*` within a part, `**` over parts, `*.pdf` at any depth, "
    "`drafts/` with all that is below."
)


class CrawlRulesRequest(WireRequest):
    """How much of a web site is read; left out, the defaults hold."""

    crawl: bool | None = Field(
        default=None, description="Also the pages that pages link to, below the address."
    )
    depth: Whole | None = Field(default=None, description="Links from the first page, up to 20.")
    pages: Whole | None = Field(default=None, description="Most pages of one run, up to 10,000.")
    bytes: Whole | None = Field(default=None, description="Most bytes that one run receives.")
    requests_per_second: float | None = Field(default=None, description="At most 50.")


class CreateSourceRequest(WireRequest):
    assistant: str = Field(description="The assistant's name.")
    url: str = Field(description=URL, json_schema_extra={"minLength": 1, "maxLength": 2000})
    every_seconds: Whole | None = Field(
        default=None,
        description="Seconds from the end of a run to the next; left out, it runs once and then "
        "when it is asked to.",
        json_schema_extra={"minimum": 60, "maximum": 2_592_000},
    )
    include: list[str] | None = Field(default=None, description=f"What is taken. {PATTERNS}")
    exclude: list[str] | None = Field(default=None, description=f"What is not. {PATTERNS}")
    metadata: dict[str, Any] | None = Field(
        default=None, description="Of each file, beside `source_id` and what the origin says."
    )
    rules: CrawlRulesRequest | None = Field(default=None, description="For web sites.")
    credential: str | None = Field(
        default=None,
        description="Name of a credential in the server's settings.",
        json_schema_extra={"maxLength": 64},
    )
    id: str | None = Field(
        default=None,
        description="Of a source that is brought along with its files, as from an export; else one "
        "is made.",
        json_schema_extra={"maxLength": 64},
    )
    paused: bool | None = Field(default=None, description="Do not run it until it is resumed.")


class CrawlRulesModel(WireResponse):
    """How much of a web site is read."""

    crawl: bool
    depth: int
    pages: int
    bytes: int
    requests_per_second: float


class SourceModel(WireResponse):
    """Where documents of an assistant come from."""

    id: str
    assistant: str = Field(description="The assistant's name.")
    url: str
    kind: Literal["folder", "web", "git", "bucket"]
    state: Literal["active", "paused", "deleting"]
    running: bool = Field(description="Whether a run is under way.")
    every_seconds: int | None
    include: list[str]
    exclude: list[str]
    metadata: dict[str, Any] | None
    rules: CrawlRulesModel
    credential: str | None = Field(description="The name of one; never the secret.")
    created_at: Timestamp
    due_at: Timestamp | None = Field(description="When it runs next, unless it runs now.")
    failures: int = Field(description="Runs in a row that did not complete.")


class ListSourcesResponse(WireResponse):
    sources: list[SourceModel] = Field(description="Newest first.")
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)


ChangeWord = Literal["added", "changed", "moved", "removed", "unchanged", "skipped", "failed"]


class RunNoteModel(WireResponse):
    """What happened to one thing of the origin."""

    key: str = Field(description="Its path or address.")
    change: ChangeWord
    reason: str | None


class RunCountsModel(WireResponse):
    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    skipped: int = Field(description="No file is to be made of these.")
    failed: int = Field(description="These could not be read; what was made of them before stays.")


class SourceRunModel(WireResponse):
    """What one run did. Files are accepted by it, and read after it."""

    id: str
    status: Literal["running", "completed", "failed", "interrupted"]
    started_at: Timestamp
    finished_at: Timestamp | None
    counts: RunCountsModel
    notes: list[RunNoteModel] = Field(
        description="The first 200 things that were not merely unchanged."
    )
    error_message: str | None


class ListSourceRunsResponse(WireResponse):
    runs: list[SourceRunModel] = Field(description="Newest first; the last 50 are kept.")
    pagination: PaginationResponse | None = Field(default=None, json_schema_extra=OMITTED)
