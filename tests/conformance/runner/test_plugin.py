"""Verdicts and exit statuses of whole runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from conformance.spec import deviation
from tests.conformance import liars
from tests.conformance.kit import QUICK, WAITED, run_kit
from tests.conformance.liars import lying
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io


async def test_listed_feature_that_does_not_work_fails() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit("--server-url", url, *QUICK, "-k", "toast_arrives")
    assert "notices-toast (server, MUST), spec/notices.md#notices-toast" in result.output
    assert "expected     the event _TOAST" in result.output
    assert f"received     nothing of the kind on connection A within {WAITED}" in result.output
    assert "A -> " in result.output
    assert "NOT conformant" in result.output
    assert result.status == 1


async def test_case_without_its_feature_is_not_applicable_and_nothing_ran() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit("--server-url", url, *QUICK, "-k", "file_arrives")
    assert "not applicable: 7 cases (the testee does not list `download`" in result.output
    assert "nothing ran" in result.output
    assert result.status == 2


async def test_selection_that_matches_nothing_is_status_2() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit("--server-url", url, *QUICK, "-k", "no_such_case")
    assert result.status == 2


async def test_case_that_needs_an_option_is_not_testable() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        url = url.replace("{session}", "one")
        result = await run_kit("--server-url", url, *QUICK, "-k", "sessions_share_no_state")
    assert "not testable: 1 case (needs {session} in --server-url" in result.output
    assert result.status == 2


async def test_unmet_should_warns_and_fails_when_strict() -> None:
    select = ("-k", "crossing_writes")
    async with lying(liars.lists_toast_and_has_none) as url:
        lax = await run_kit("--server-url", url, *QUICK, *select)
        strict = await run_kit("--server-url", url, *QUICK, *select, "--strict")
    assert "state-crossing (server, SHOULD)" in lax.output
    assert lax.status == 0
    assert "state-crossing (server, SHOULD)" in strict.output
    assert strict.status == 1


async def test_server_that_goes_away_ends_the_run() -> None:
    gone = asyncio.Event()
    async with lying(liars.dies_with_its_second_action(gone)) as url:
        run = asyncio.create_task(run_kit("--server-url", url, *QUICK))
        await asyncio.wait_for(gone.wait(), DEADLINE)
    result = await run
    assert "died: it no longer listens; the run ended early" in result.output
    assert "has died: it no longer listens" in result.output
    assert result.status == 1


async def test_reports_hold_every_case(tmp_path: Path) -> None:
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", "notices and (toast_arrives or file_arrives)",
            "--report-json", str(report), "--junitxml", str(junit),
        )  # fmt: skip
    document = json.loads(report.read_text())
    assert deviation("report", document) is None
    assert document["exitStatus"] == result.status == 1
    assert document["counts"]["failed"] == 6
    assert document["counts"]["not applicable"] == 7
    failed = [case for case in document["cases"] if case["verdict"] == "failed"]
    assert {case["broken"] for case in failed} == {"notices-toast"}
    assert any(entry["direction"] == "sent" for entry in failed[0]["dialogue"])
    assert junit.read_text().count("<testcase") == 13


async def test_figures_are_in_the_summary_and_in_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = await run_kit("-k", "half_open", "--report-json", str(report))
    document = json.loads(report.read_text())
    assert deviation("report", document) is None
    (limit,) = document["limits"]
    assert limit["name"] == "takeover of a half-open session"
    assert limit["case"] == "transport/half-open-connection-is-replaced"
    assert f"limits: {limit['name']} {limit['value'] * 1000:.1f} ms" in result.output
    assert result.status == 0


async def test_fault_needs_another_session() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        url = url.replace("{session}", "one")
        result = await run_kit("--server-url", url, *QUICK, "-k", "byte_by_byte")
    assert "not testable: 2 cases (needs {session} in --server-url" in result.output
    assert result.status == 2
