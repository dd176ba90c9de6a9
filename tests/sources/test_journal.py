from datetime import UTC, datetime

from lodgepole.ports.source_store import ItemChange, RunStatus
from lodgepole.sources.journal import KEY_CHARS, NOTES, REASON_CHARS, Journal

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_all_is_counted_and_the_first_are_named():
    journal = Journal("r", NOW)
    journal.count(ItemChange.UNCHANGED, 5)
    for number in range(NOTES + 3):
        journal.note(f"{number}" * KEY_CHARS, ItemChange.SKIPPED, "why" * REASON_CHARS)
    run = journal.as_run()
    assert run.counts == {ItemChange.UNCHANGED: 5, ItemChange.SKIPPED: NOTES + 3}
    assert len(run.notes) == NOTES
    assert len(run.notes[0].key) == KEY_CHARS
    assert len(run.notes[0].reason or "") == REASON_CHARS
    assert (run.id, run.status, run.started_at) == ("r", RunStatus.RUNNING, NOW)


def test_an_end_has_its_time_and_its_reason():
    run = Journal("r", NOW).as_run(RunStatus.FAILED, finished_at=NOW, error_message="Why.")
    assert (run.status, run.finished_at, run.error_message) == (RunStatus.FAILED, NOW, "Why.")
