"""The command that compares servers, as a user runs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conformance.sequences.test_search import served


def differ(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ws_sync.cli", "differ", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"COLUMNS": "100"},
    )


def test_difference_is_shown_side_by_side() -> None:
    with served("Honest") as one, served("SkipsLastOfBurst") as other:
        result = differ(one.url, other.url, "--budget", "10s", "--seed", "1")
    assert result.returncode == 1
    assert f"1  {one.url}\n2  {other.url}\n" in result.stdout
    assert '"do":"burst"' in result.stdout
    assert "breaks  nothing " in result.stdout
    assert "differences that a requirement forbids" in result.stdout.splitlines()[-1]
    assert max(map(len, result.stdout.splitlines())) <= 120


def test_servers_that_do_the_same_are_status_0() -> None:
    with served("Honest") as one, served("ReplacesRoot") as other:
        result = differ(one.url, other.url, "--budget", "2s", "--seed", "1")
    assert result.returncode == 0
    assert "0 differences that a requirement forbids, 0 that none does" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["ws://127.0.0.1:9/{session}"], 2, "give at least two URLs"),
        (["ws://127.0.0.1:9/", "ws://127.0.0.1:9/"], 2, "it needs {session}"),
        (["http://h/{session}", "ws://h/{session}"], 2, "begins with ws:// or wss://"),
        (["ws://127.0.0.1:9/{session}"] * 2 + ["--budget", "soon"], 2, "write a number and s"),
        (["ws://127.0.0.1:9/{session}"] * 2, 3, "127.0.0.1:9"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], status: int, complaint: str) -> None:
    result = differ(*arguments)
    assert complaint in result.stderr
    assert result.returncode == status
