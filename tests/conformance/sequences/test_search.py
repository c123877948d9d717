"""The search finds faults of servers that are wrong on purpose, and makes them short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.driver.target import Target
from conformance.runner.probe import probe
from conformance.sequences import search
from conformance.sequences.differential import ServersDiffer, compared, run_everywhere
from conformance.sequences.differential import search as differential_search
from conformance.sequences.finding import LEAST
from conformance.sequences.search import Search, drawn
from conformance.sequences.steps import Step
from tests import forked
from tests.conformance.sequences.test_strategies import FEATURES

pytestmark = pytest.mark.io


@contextmanager
def served(name: str) -> Iterator[Target]:
    """Serve a testee of `tests/mutants` in a process of its own, probed."""
    with forked.testee(name) as url:
        target = Target(f"{url}/ws/{{session}}")
        asyncio.run(probe(target))
        yield target


def finds(name: str, requirements: set[str]) -> bool:
    """Whether a search finds a violation of one of the requirements; it ends with that."""
    with served(name) as target:
        findings = Search(target, seed=1, budget=120.0, examples=80).findings()
        return any(finding.violation.requirement in requirements for finding in findings)


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("CleansUpNewer", {"session-takeover", "session-simultaneous"}),  # by what comes first
        ("BroadcastsPatches", {"session-apart"}),
        ("WritesToAll", {"state-keys-apart"}),
        ("SkipsLastOfBurst", {"state-converges"}),
    ],
    ids=["CleansUpNewer", "BroadcastsPatches", "WritesToAll", "SkipsLastOfBurst"],
)
def test_fault_is_found(name: str, requirements: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ABREAST", 1)  # else the machine chooses what a program meets
    assert finds(name, requirements)


def test_honest_testee_survives_and_the_search_keeps_to_its_examples() -> None:
    with served("Honest") as target:
        search = Search(target, seed=1, budget=60.0, examples=20)
        assert list(search.findings()) == []
        assert search.tally.programs == 20
        assert search.tally.unconfirmed == []
        assert search.tally.faults > 0


def test_machine_too_busy_for_the_budget_runs_some_programs() -> None:
    async def judge(_: Target, program: list[Step]) -> None:
        busy.tally.add_program(program, ())

    target = Target("ws://127.0.0.1:9/{session}", features=FEATURES)
    busy = Search(target, seed=1, budget=0.0, judge=judge)
    assert list(busy.findings()) == []
    assert busy.tally.programs == LEAST


def test_same_seed_draws_the_same() -> None:
    target = Target("ws://127.0.0.1:9/{session}", features=FEATURES)
    first, again, other = (drawn(seed, 20, target, []) for seed in (1, 1, 2))
    assert first == again != other


# Several servers


TAKE_OVER: list[Step] = [{"do": "assign", "values": {"text": "a"}}, {"do": "take-over"}]


def test_courses_of_honest_servers_do_not_differ() -> None:
    with served("Honest") as one, served("ReplacesRoot") as other:
        assert compared(asyncio.run(run_everywhere([one, other], TAKE_OVER))) is None


def test_difference_names_the_step_and_who_breaks_what() -> None:
    with served("Honest") as one, served("CleansUpNewer") as other:
        difference = compared(asyncio.run(run_everywhere([one, other], TAKE_OVER)))
    assert difference is not None
    assert difference.step in (1, 2)  # it is closed during the takeover, or a moment later
    assert not difference.legal
    assert difference.rows()[0][:2] == ["breaks", "nothing"]


def test_search_over_two_servers_shrinks_their_difference() -> None:
    with served("Honest") as one, served("AppliesHalf") as other:
        search = differential_search([one, other], seed=1, budget=40.0)
        search.examples = 40
        finding = next(search.findings())
    assert isinstance(finding.violation, ServersDiffer)
    assert len(finding.program) <= 3
