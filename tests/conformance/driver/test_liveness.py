"""Runs: the death of the server, cases without an outcome, and verdicts on weak evidence."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
from pathlib import Path

import pytest

from conformance.spec import deviation
from tests.conformance import liars
from tests.conformance.kit import QUICK, run_kit
from tests.conformance.liars import lying
from tests.conformance.strangers import (
    FallsSilent,
    FallsSilentBehind,
    KeepsNested,
    TakesNothing,
    serving,
)
from tests.mutants.honest import Honest

pytestmark = pytest.mark.io


@pytest.mark.parametrize(
    ("blow", "ails"),
    [
        (signal.SIGKILL, "it no longer listens"),
        (signal.SIGSTOP, "it listens and does not answer"),
    ],
    ids=["killed", "stopped"],
)
async def test_death_of_the_server_is_told_once_and_the_run_goes_on(
    blow: signal.Signals, ails: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    dying = [sys.executable, "-m", "tests.conformance.dying"]
    command = f"{shlex.join(dying)} {{port}} {shlex.quote(str(tmp_path / 'mark'))} {blow:d}"
    result = await run_kit(
        "--server-cmd", command, *QUICK, "-k", "action_has or token_is", f"--report-json={path}"
    )
    assert result.output.count(f"The server has died: {ails}") == 1
    report = json.loads(path.read_text())
    assert report["counts"]["server died"] == 1
    assert report["counts"]["passed"] == report["checks"]["collected"] - 1
    assert report["problems"] == []
    assert report["exitStatus"] == 1


async def test_server_that_falls_silent_ends_the_run() -> None:
    async with serving(FallsSilent) as (url, _):
        result = await run_kit("--server-url", url, *QUICK)
    assert "The server has died: it listens and does not answer" in result.output
    assert "died: it listens and does not answer; the run ended early" in result.output
    assert result.status == 1


async def test_server_that_dies_in_the_last_case_is_a_problem() -> None:
    async with serving(FallsSilentBehind) as (url, _):
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", "call-of-wrong-shape-is-refused[null]"
        )
    assert "problem: the server died after the last case: it listens and" in result.output
    assert result.status == 1


async def test_case_without_an_outcome_is_a_problem() -> None:
    async with serving(Honest) as (url, _):
        result = await run_kit(
            "--server-url", url, "-p", "tests.conformance.vanishing", "-k", "test_security.py"
        )
    assert re.search(r"problem: 1 case without an outcome: security/\S+", result.output)
    assert re.search(r"4 of \d+ cases collected, 3 ran", result.output)
    assert result.status == 1


async def test_checks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    async with serving(Honest) as (url, _):
        result = await run_kit(
            "--server-url", url, "-k", "test_get_is_answered_once", "--report-json", str(path)
        )
    report = json.loads(path.read_text())
    assert deviation("report", report) is None
    checks = report["checks"]
    received = [e for c in report["cases"] for e in c["dialogue"] if e["direction"] == "received"]
    assert checks["collected"] == checks["ran"] == len(report["cases"])
    assert checks["comparisons"] >= len(report["cases"])
    assert checks["frames"] >= len(received)
    assert f"{checks['comparisons']} comparisons, {checks['frames']} frames" in result.output
    assert result.status == 0


@pytest.mark.parametrize(
    ("select", "warning"),
    [
        ("test_get_is_answered_once", "no _PATCH arrived in the whole run"),
        ("handshake_without_subprotocol", "no frame arrived after an initial state"),
    ],
    ids=["no-patch", "no-answer"],
)
async def test_run_that_proves_little_is_warned_of(
    select: str, warning: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    async with serving(Honest) as (url, _):
        result = await run_kit("--server-url", url, "-k", select, "--report-json", str(path))
    assert f"warning: {warning}" in result.output
    assert any(told.startswith(warning) for told in json.loads(path.read_text())["warnings"])
    assert result.status == 0


async def test_section_that_is_left_out_is_warned_of() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", "test_tasks.py or get_is_answered_once"
        )
    assert 'warning: section "tasks" was not applicable' in result.output
    assert 'section "state"' not in result.output


async def test_writes_that_are_all_refused_are_warned_of() -> None:
    async with serving(TakesNothing) as (url, _):
        result = await run_kit("--server-url", url, *QUICK, "-k", "test_hyphen_appends")
        fine = await run_kit("--server-url", url, *QUICK, "-k", "get_is_answered_once")
    assert "warning: every _PATCH of the kit was refused (1)" in result.output
    assert "was refused" not in fine.output


async def test_sequences_that_end_at_their_first_step_are_warned_of() -> None:
    options = ("-k", "after_every_step", "--seed=1", "--max-examples=8", "--budget=60s")
    async with serving(KeepsNested) as (url, _):
        result = await run_kit("--server-url", url, *QUICK, *options)
        whole = await run_kit(*options)
    assert "warning: every generated sequence ended at its first step" in result.output
    assert "first step" not in whole.output
