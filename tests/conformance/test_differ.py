"""The command that compares servers, as a user runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests import forked
from tests.conformance.kit import Result, run

pytestmark = pytest.mark.io

BRIEF = ("--budget=0.1s", "--seed=1")
"""Ten programs, and those that shrink a difference."""


async def differ(*arguments: str, module: tuple[str, ...] = ("conformance.differ",)) -> Result:
    return await run(*module, *arguments, env={"COLUMNS": "100"})


@contextmanager
def served(*names: str) -> Iterator[list[str]]:
    """Serve testees of `tests/mutants`; yields their URLs."""
    with ExitStack() as stack:
        hosts = [stack.enter_context(forked.testee(name)) for name in names]
        yield [f"{host}/ws/{{session}}" for host in hosts]


async def test_difference_is_shown_side_by_side() -> None:
    with served("Honest", "SkipsLastOfBurst") as urls:
        result = await differ(*urls, *BRIEF)
    assert result.status == 1
    assert f"1  {urls[0]}\n2  {urls[1]}\n" in result.output
    assert '"do":"burst"' in result.output
    assert "breaks  nothing " in result.output
    assert "differences that a requirement forbids" in result.output.splitlines()[-1]
    assert "Warning" not in result.output
    assert max(map(len, result.output.splitlines()[:-1])) <= 120  # the last one has counts


async def test_servers_that_do_the_same_are_status_0() -> None:
    with served("Honest", "ReplacesRoot") as urls:
        result = await differ(*urls, *BRIEF)
    assert result.status == 0
    assert "0 differences that a requirement forbids, 0 other differences" in result.output


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["ws://127.0.0.1:9/{session}"], 2, "give at least two URLs"),
        (["ws://127.0.0.1:9/", "ws://127.0.0.1:9/"], 2, "write {session} where the server takes"),
        (["http://h/{session}", "ws://h/{session}"], 2, "begins with ws:// or wss://"),
        (["ws://127.0.0.1:9/{session}"] * 2 + ["--budget", "soon"], 2, "write a number and s"),
        (["ws://127.0.0.1:9/{session}"] * 2, 3, "127.0.0.1:9"),
    ],
)
async def test_wrong_use_is_told(arguments: list[str], status: int, complaint: str) -> None:
    result = await differ(*arguments)
    assert complaint in result.output
    assert result.status == status


async def test_ws_sync_differ_runs_it() -> None:
    result = await differ("ws://127.0.0.1:9/{session}", module=("ws_sync.cli", "differ"))
    assert "give at least two URLs" in result.output
    assert result.status == 2
