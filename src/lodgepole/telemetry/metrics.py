"""Registry of all metrics: name, description, labels.

Labels take values from small fixed sets; no name, text, key or id of a user is ever among them.
On `/metrics` each name begins with `lodgepole_`.
"""

from dataclasses import dataclass
from typing import Literal

PREFIX = "lodgepole_"
BRIEF = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds, in seconds, of the histograms of what somebody waits for."""
LENGTHY = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Bounds, in seconds, of the histograms of background work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One metric. Counters end in `_total`, histograms in their unit."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = BRIEF


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        name="http_requests_total",
        kind="counter",
        meaning="Requests answered, by method, route template (`other` where none fits) and "
        "status (499 where the client left before the answer was whole).",
        labels=("method", "route", "status"),
    ),
    Definition(
        name="http_request_seconds",
        kind="histogram",
        meaning="From a request's first byte to the last byte of its answer, streams included.",
        labels=("method", "route"),
        bounds=(*BRIEF, 60.0, 120.0),
    ),
    Definition(
        name="http_requests_open",
        kind="gauge",
        meaning="Requests being answered now, open streams included.",
    ),
    Definition(
        name="stage_seconds",
        kind="histogram",
        meaning="Stages of a question: `embed_query`, `search` (the rankings, with "
        "`embed_query`), `rerank` where one is set, `pack`, `retrieve` (all of these), "
        "`model_first_token`, `model`.",
        labels=("stage",),
        bounds=(*BRIEF, 60.0, 120.0),
    ),
    Definition(
        name="tokens_total",
        kind="counter",
        meaning="Tokens of answers as the model's provider counts them: `prompt`, `completion`.",
        labels=("kind",),
    ),
    Definition(
        name="cost_total",
        kind="counter",
        meaning="What answers cost, by the prices under `[[models]]` and in their currency.",
    ),
    Definition(
        name="answers_total",
        kind="counter",
        meaning="Answers by how they ended: the finish reason; `left` where the client closed "
        "first; `failed`.",
        labels=("outcome",),
    ),
    Definition(
        name="citations_total",
        kind="counter",
        meaning="Citations by how they were verified on the cited page.",
        labels=("kind",),
    ),
    Definition(
        name="rerankings_total",
        kind="counter",
        meaning="Questions whose passages were reranked, or were left as they were, by outcome.",
        labels=("outcome",),
    ),
    Definition(
        name="operations_total",
        kind="counter",
        meaning="Claims of operations by their type and how they ended: `completed`, `failed`, "
        "`again` (given back for later), `lost` (cancelled by a deletion, or taken over).",
        labels=("type", "outcome"),
    ),
    Definition(
        name="webhook_deliveries_total",
        kind="counter",
        meaning="Attempts to deliver to webhooks by how they ended: `delivered`, `again` (tried "
        "later), `failed` (given up).",
        labels=("outcome",),
    ),
    Definition(
        name="ingestion_seconds",
        kind="histogram",
        meaning="Seconds of one file in each stage: `read`, `embed` (with cutting), `index`.",
        labels=("stage",),
        bounds=LENGTHY,
    ),
    Definition(
        name="source_runs_total",
        kind="counter",
        meaning="Runs of sources by the kind of origin and how they ended: `completed`, `failed`, "
        "`interrupted`.",
        labels=("kind", "outcome"),
    ),
    Definition(
        name="source_items_total",
        kind="counter",
        meaning="What runs of sources did with what they found: `added`, `changed`, `moved`, "
        "`removed`, `unchanged`, `skipped`, `failed`.",
        labels=("change",),
    ),
    Definition(
        name="source_oldest_success_seconds",
        kind="gauge",
        meaning="Of sources that run by a schedule, how long the one that has waited longest is "
        "without a completed run; 0 where there is none.",
    ),
    Definition(
        name="reembedding_passages_left",
        kind="gauge",
        meaning="Passages that are still to be embedded anew after a change of embedder.",
    ),
    Definition(name="queue_depth", kind="gauge", meaning="Operations accepted and not finished."),
    Definition(
        name="queue_oldest_seconds",
        kind="gauge",
        meaning="Age of the oldest unfinished operation; 0 where there is none.",
    ),
    Definition(
        name="open_assistants",
        kind="gauge",
        meaning="Assistants whose indexes are open in memory.",
    ),
    Definition(name="assistants", kind="gauge", meaning="Assistants stored."),
    Definition(
        name="stored_bytes",
        kind="gauge",
        meaning="Bytes on disk: `catalog`, `indexes`, `blobs`; measured once a minute.",
        labels=("what",),
    ),
)
