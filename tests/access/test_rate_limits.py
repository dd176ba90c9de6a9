"""Requests a minute: taken a second's worth at a time, refused when none is left."""

import pytest

from lodgepole.access.rate_limits import RequestRates
from lodgepole.errors import RateLimited
from lodgepole.limits import Limits


class Counted:
    """Buckets that grant what they are told to, and remember what was asked."""

    def __init__(self, *granted: int) -> None:
        self._granted = list(granted)
        self.asked: list[tuple[str, int, int]] = []

    async def take(self, project_id: str, wanted: int, *, per_minute: int) -> tuple[int, float]:
        self.asked.append((project_id, wanted, per_minute))
        return (self._granted.pop(0) if self._granted else 0), 7.0


async def test_without_a_limit_nobody_is_asked() -> None:
    buckets = Counted()
    rates = RequestRates(buckets, Limits(requests_per_minute=0))
    await rates.spend("p")
    assert buckets.asked == []


async def test_what_was_taken_is_spent_before_more_is_asked_for() -> None:
    buckets = Counted(2, 1)
    rates = RequestRates(buckets, Limits(requests_per_minute=120))
    for _ in range(3):
        await rates.spend("p")
    assert buckets.asked == [("p", 2, 120)] * 2


async def test_a_small_limit_is_taken_one_at_a_time() -> None:
    buckets = Counted(1)
    await RequestRates(buckets, Limits(requests_per_minute=3)).spend("p")
    assert buckets.asked == [("p", 1, 3)]


async def test_when_none_is_left_it_says_when_to_come_back() -> None:
    rates = RequestRates(Counted(1), Limits(requests_per_minute=60))
    await rates.spend("p")
    with pytest.raises(RateLimited, match="More than 60 requests in a minute") as refused:
        await rates.spend("p")
    assert refused.value.retry_after == 7.0


async def test_projects_do_not_share() -> None:
    buckets = Counted(1, 1)
    rates = RequestRates(buckets, Limits(requests_per_minute=60))
    await rates.spend("p")
    await rates.spend("q")
    assert [project for project, *_ in buckets.asked] == ["p", "q"]
