"""What every RateLimitBuckets does."""

import asyncio
from datetime import timedelta

from pytest import approx


async def test_a_bucket_holds_one_minute_and_refills_evenly(stores):
    rate_limit_buckets = stores.rate_limit_buckets
    assert await rate_limit_buckets.take("p", 40, per_minute=60) == (40, 0.0)
    assert await rate_limit_buckets.take("p", 40, per_minute=60) == (20, 0.0)
    taken, seconds = await rate_limit_buckets.take("p", 1, per_minute=60)
    assert (taken, seconds) == (0, approx(1.0))
    assert await rate_limit_buckets.take("other", 1, per_minute=60) == (1, 0.0)
    stores.clock.advance(timedelta(seconds=0.5))
    taken, seconds = await rate_limit_buckets.take("p", 1, per_minute=60)
    assert (taken, seconds) == (0, approx(0.5))
    stores.clock.advance(timedelta(seconds=2.6))
    assert await rate_limit_buckets.take("p", 10, per_minute=60) == (3, 0.0)
    stores.clock.advance(timedelta(hours=1))
    assert await rate_limit_buckets.take("p", 100, per_minute=60) == (60, 0.0)


async def test_takers_at_once_never_get_more_than_there_is(stores):
    taken = await asyncio.gather(
        *(stores.rate_limit_buckets.take("p", 3, per_minute=20) for _ in range(12))
    )
    assert sum(count for count, _ in taken) == 20
