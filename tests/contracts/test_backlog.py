"""What every Backlog does."""

from datetime import timedelta

SECOND = timedelta(seconds=1)


async def test_the_oldest_unfinished_operation_is_known_until_it_ends(ready):
    assert await ready.backlog.oldest_unfinished() is None
    first = await ready.append_content("o1")
    ready.clock.advance(SECOND)
    second = await ready.append_content("o2", file_id="f2")
    assert await ready.backlog.oldest_unfinished() == first.created_at
    await ready.queue.complete(await ready.claim())
    assert await ready.backlog.oldest_unfinished() == second.created_at
