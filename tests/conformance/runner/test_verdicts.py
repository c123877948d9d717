"""Verdicts: blocked cases, how connections were closed, --auth-url without a feature, --strict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.runner.case import Case
from conformance.runner.verdict import Finding, Outcome, Run, Verdict
from conformance.spec import requirements
from tests.conformance import liars
from tests.conformance.hostile import serving
from tests.conformance.kit import QUICK, run_kit
from tests.conformance.liars import lying
from tests.mutants.catalogue import kinds
from tests.mutants.frames import JSON
from tests.mutants.honest import Honest
from tests.mutants.link import Link

pytestmark = pytest.mark.io

SCRIPTED = (*QUICK, "--budget=0s")
LEFT = "1 case without an outcome: a/c"
PROMISED = (
    "--auth-url is given, but the testee does not list `user-session`: its cases were not judged"
)


class Deaf(Honest):
    """It runs no action."""

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        pass


class Lazy(Honest):
    """It lists the feature `tasks`, and starts none."""

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        pass


async def test_what_rests_on_a_case_that_fails_is_blocked_and_names_it(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    async with serving(Deaf) as url:
        result = await run_kit("--server-url", url, *SCRIPTED, "--report-json", str(report))
    cases = json.loads(report.read_text())["cases"]
    testee = [c for c in cases if not c["id"].startswith(("application/", "replays/"))]
    blocked = [case for case in testee if case["verdict"] == "blocked"]
    assert len(blocked) > 600
    culprit = "depends on actions/action-has-an-effect, which failed"
    assert {case["reason"] for case in blocked} == {culprit}
    assert f"blocked: {len(blocked)} cases ({culprit})" in result.output
    judged = {case["id"]: case["verdict"] for case in testee if case["verdict"] != "blocked"}
    assert judged["actions/action-has-an-effect"] == "failed"
    assert judged["state/get-is-answered"] == "passed"
    assert result.status == 1


async def test_feature_that_does_not_work_blocks_what_needs_it_and_nothing_else() -> None:
    async with serving(Lazy) as url:
        result = await run_kit(
            "--server-url", url, *SCRIPTED, "--section=tasks", "--section=notices"
        )
    assert "depends on tasks/task-starts, which failed" in result.output
    notices = next(line for line in result.output.splitlines() if line.startswith("notices"))
    assert notices.split() == ["notices", "18", "·", "·"]
    assert result.status == 1


@pytest.mark.parametrize(
    ("verdict", "blocks"),
    [
        (Verdict.FAIL, True),
        (Verdict.WARN, False),
        (Verdict.DIED, False),
        (Verdict.KNOWN, False),
        (Verdict.PASS, False),
    ],
)
def test_only_a_failure_blocks(verdict: Verdict, blocks: bool) -> None:
    basic = Case("a/basic", requirements()["state-get"], frozenset())
    resting = Case("a/b", requirements()["state-get"], frozenset(), after=frozenset({"a/basic"}))
    outcome = Outcome(basic, verdict)
    outcome.findings = [Finding("state-get", Violation(expected="x", received="y"), "", Trace())]
    run = Run(outcomes=[outcome])
    assert (run.culprit(resting) == "a/basic") is blocks
    run.outcomes.append(Outcome(resting, Verdict.BLOCKED, blocked_by="a/basic"))
    last = Case("a/c", requirements()["state-get"], frozenset(), after=frozenset({"a/b"}))
    assert run.culprit(last) == "a/basic"


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({}, [LEFT]),
        ({"stopped": "stopped"}, ["stopped; the run ended early: 1 case without an outcome"]),
        ({"died": "it is gone"}, [LEFT, "the server died after the last case: it is gone"]),
        ({"promised": True}, [LEFT, PROMISED]),
    ],
    ids=["left", "stopped", "died", "promised"],
)
def test_end_of_a_run_has_its_problems(facts: dict[str, Any], problems: list[Any]) -> None:
    run = Run([Outcome(Case("a/b", requirements()["state-get"], frozenset()), Verdict.PASS)])
    run.collected = ["a/b", "a/c"]
    given = {"stopped": "", "died": None, "promised": False, **facts}
    found = [*run.finish(Target("ws://127.0.0.1:1/"), **given)]
    assert found == problems


async def test_every_case_that_others_rest_on_exists() -> None:
    result = await run_kit("-k", "get_is_answered", "-p", "tests.conformance.resting")
    assert "depends on nothing" not in result.output
    assert result.status == 0


async def test_closing_is_judged_apart_from_the_effect() -> None:
    select = ("-k", "malformed_frame_changes_nothing")
    async with serving(kinds()["SaysWhy"]) as url:
        lax = await run_kit("--server-url", url, *SCRIPTED, *select)
        strict = await run_kit("--server-url", url, *SCRIPTED, *select, "--strict")
    assert " failed" not in lax.output.splitlines()[-2]
    assert "how connections were closed (judged separately)" in lax.output
    assert "closed with code 1000" in lax.output
    assert "connection-close-code (SHOULD NOT): " in lax.output
    assert lax.status == 0
    assert "failed" not in strict.output.splitlines()[-2]
    assert strict.status == 1


async def test_takeover_passes_where_only_the_older_one_is_not_told() -> None:
    select = ("--case", "session/takeover-leaves-the-newer-connection-open")
    async with serving(kinds()["JustCloses"]) as url:
        result = await run_kit("--server-url", url, *SCRIPTED, *select)
    assert "1 passed" in result.output
    assert "session-takeover-disconnect (MUST): 1 case" in result.output
    expected = "expected _DISCONNECT as the last event, then the end of the connection ("
    assert expected in result.output
    assert result.status == 1


async def test_identification_that_was_promised_and_is_not_there_fails() -> None:
    async with serving(Honest) as url:
        auth = "ws://127.0.0.1:9/auth"
        result = await run_kit(
            "--server-url", url, "--auth-url", auth, *SCRIPTED, "--feature", "user-session"
        )
    assert "connection-accept (server, MUST)" in result.output
    assert f"expected     a WebSocket at {auth}" in result.output
    assert "blocked" in result.output
    assert result.status == 1


async def test_auth_url_of_a_testee_that_does_not_list_it_fails() -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url",
            url,
            "--auth-url",
            "ws://127.0.0.1:9/auth",
            *SCRIPTED,
            "-k",
            "unknown_action_is",
        )
    assert "--auth-url is given, but the testee does not list `user-session`" in result.output
    assert result.status == 1


async def test_strict_has_cases_behind_it() -> None:
    result = await run_kit("--list", "--level", "SHOULD")
    lines = [line.split() for line in result.output.splitlines() if "/" in line]
    assert len({line[0] for line in lines}) >= 10
    assert len({requirement for line in lines for requirement in line if "-" in requirement}) >= 10
