"""Tests of `tools.soak` with short runs: every kind of event is sent, and a leak is found."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import pytest

from tools.soak import many_sessions, one_session
from tools.soak.flatness import MOST_BLOCKS, Sample, Watch, rise
from ws_sync._server import handler_registry
from ws_sync.sessions import Sessions

SHORT = 200
"""Draws of events on one connection."""


@pytest.fixture(autouse=True)
def shorter(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL + 1, "ws_sync")  # a captured record keeps a session alive
    monkeypatch.setattr(one_session, "LIFE", SHORT)
    monkeypatch.setattr(one_session, "SAMPLES", 8)


async def soaked(events: int) -> tuple[one_session.Soak, Watch]:
    soak, watch = one_session.Soak(seed=1), Watch("events")
    await soak.run(events, watch)
    return soak, watch


async def test_soak_lets_every_kind_of_event_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_session, "MIRRORED", 2)
    soak, watch = await soaked(2000)
    assert soak.compared >= 2
    assert set(soak.sent) >= {"_SET", "_PAT", "_BIN", "bytes", "_DIS"}
    assert watch.samples[-1].done >= 2000


async def test_soak_shows_what_dropped_objects_leave_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(one_session, "OWN", 1)  # so that objects come and go often
    monkeypatch.setattr(handler_registry._Removal, "__call__", lambda *_: None)
    _, watch = await soaked(5000)
    assert not watch.verdict()


async def test_sessions_are_forgotten() -> None:
    watch = Watch("sessions")
    sent: Counter[str] = Counter()
    await many_sessions.run(20, 1, watch, sent)
    assert watch.samples[-1].done == 20
    assert sent["_SET"] >= 40


async def test_session_that_is_kept_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    begin = Sessions._begin

    def keep(self: Sessions, *given: Any) -> Any:
        kept.append(begin(self, *given))
        return kept[-1]

    monkeypatch.setattr(Sessions, "_begin", keep)
    monkeypatch.setattr(many_sessions, "DEADLINE", 0.5)
    with pytest.raises(TimeoutError, match="every session is forgotten"):
        await many_sessions.run(2, 1, Watch("sessions"), Counter())


def samples(*blocks: int) -> Watch:
    watch = Watch("events")
    watch.samples = [Sample(number, 0.0, 0, each, 0) for number, each in enumerate(blocks)]
    return watch


def test_verdict_leaves_the_warm_up_out() -> None:
    assert samples(0, 10_000, 20_000, *[20_000, 20_010] * 6).verdict()


def test_verdict_sees_a_slow_rise_behind_noise() -> None:
    steps = range(0, 3 * MOST_BLOCKS, MOST_BLOCKS // 10)
    assert not samples(*[each + 300 * (each % 100 == 0) for each in steps]).verdict()


def test_rise_is_that_of_the_line_of_best_fit() -> None:
    assert rise([(0, 5), (1, 6), (2, 7), (3, 8)]) == pytest.approx(3)
    with pytest.raises(ValueError, match="fewer than three"):
        rise([(0, 1), (1, 2)])
