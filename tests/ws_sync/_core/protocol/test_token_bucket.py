"""Tests of `ws_sync._core.protocol.token_bucket`."""

from __future__ import annotations

import math

import pytest

from ws_sync._core.protocol.token_bucket import Meter, Rate, TokenBucket


def test_bucket_fills_with_time() -> None:
    bucket = TokenBucket(Rate(10, 5))
    bucket.left -= 6
    assert bucket.wait(100.0) == pytest.approx(0.1)
    assert bucket.wait(100.05) == pytest.approx(0.05)
    assert bucket.wait(100.1) == pytest.approx(0.0)
    bucket.left -= 3
    assert bucket.wait(100.2) == pytest.approx(0.2)


def test_bucket_holds_no_more_than_may_come_at_once() -> None:
    bucket = TokenBucket(Rate(10, 5))
    bucket.left = -1
    bucket.wait(0.0)
    assert bucket.wait(1000.0) == 0
    assert bucket.left == 5


def test_bucket_without_a_rate_is_never_empty() -> None:
    bucket = TokenBucket(None)
    bucket.left -= 1e9
    assert bucket.left > 0
    assert bucket.wait(1.0) == 0


def test_long_run_keeps_the_rate() -> None:
    """Ten events arrive per millisecond; as many are taken as the rate allows."""
    meter = Meter(Rate(1000, 100), None, 1000)
    now, free, taken = 0.0, 0.0, 0
    for _ in range(10_000):
        now += 0.0001
        if now < free:
            continue
        taken += 1
        if meter.spend(1):
            free = now + meter.wait(now)
    assert 1000 <= taken <= 1000 + 2 * 100


@pytest.mark.parametrize(
    ("sizes", "wait"),
    [([1] * 10, None), ([1] * 11, 0.1), ([50, 50], None), ([50, 51], 0.01), ([60], 0.0)],
    ids=["events", "too many", "bytes", "too much", "too large"],
)
def test_meter_counts_events_and_bytes(sizes: list[int], wait: float | None) -> None:
    meter = Meter(Rate(10, 10), Rate(100, 100), 55)
    over = [meter.spend(size) for size in sizes]
    assert over == [False] * (len(sizes) - 1) + [wait is not None]
    if wait is not None:
        assert meter.wait(5.0) == pytest.approx(wait)


def test_event_may_count_for_several() -> None:
    meter = Meter(Rate(10, 10), None, 55)
    assert not meter.spend(0, 10)
    assert meter.spend(0)


@pytest.mark.parametrize("rate", [(0, 1), (1, 0), (-1, 1), (math.nan, 1)])
def test_rate_that_lets_nothing_through_is_an_error(rate: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="allows nothing"):
        Rate(*rate)
