from datetime import UTC, datetime

from lodgepole.api import render_sources
from lodgepole.ports.source_store import ItemChange, RunNote, RunStatus, SourceRun

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_run_says_every_count():
    run = SourceRun(
        id="r",
        status=RunStatus.FAILED,
        started_at=NOW,
        finished_at=NOW,
        counts={ItemChange.ADDED: 2},
        notes=(RunNote(key="a", change=ItemChange.ADDED),),
        error_message="Why.",
    )
    sent = render_sources.run(run).model_dump()
    assert sent["counts"] == {
        **dict.fromkeys(("changed", "moved", "removed", "unchanged", "skipped", "failed"), 0),
        "added": 2,
    }
    assert sent["notes"] == [{"key": "a", "change": "added", "reason": None}]
    assert (sent["status"], sent["finished_at"]) == ("failed", "2026-03-01T00:00:00.000Z")
