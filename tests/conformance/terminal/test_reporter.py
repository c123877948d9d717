"""The output of a run: in a terminal, in a narrow one, without colour, in a file."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import struct
import termios
from fcntl import ioctl

import pytest

from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.runner.case import Case
from conformance.runner.console import Console
from conformance.runner.explain import explain
from conformance.runner.verdict import Finding, Outcome, Run, Verdict
from conformance.spec import requirements
from conformance.terminal.coverage import coverage
from conformance.terminal.summary import groups, sections
from tests import forked
from tests.conformance import liars
from tests.conformance.kit import QUICK, Result, run_kit
from tests.conformance.liars import lying
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io

ALL = (*QUICK, "--section=notices", "--budget=0s", "--replay-dir=")
ONE = (*ALL, "-k", "its_level and info")
"""One failure takes a ninth of the time of all."""
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


async def against_a_liar(*options: str, **env: str) -> Result:
    """Run the kit against a liar, with its output in a file."""
    async with lying(liars.lists_toast_and_has_none) as url:
        return await run_kit("--server-url", url, *options, env=env)


async def in_terminal(columns: int, *options: str, **env: str) -> Result:
    """Run the kit against a liar in a terminal with this number of columns."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    given = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    async with lying(liars.lists_toast_and_has_none) as url:
        process = await asyncio.create_subprocess_exec(
            *forked.python("-m", "conformance", "--server-url", url, *options),
            stdin=theirs, stdout=theirs, stderr=theirs, env={**given, "TERM": "xterm", **env},
        )  # fmt: skip
        os.close(theirs)
        said = await asyncio.get_running_loop().run_in_executor(None, everything, ours)
        async with asyncio.timeout(DEADLINE):
            status = await process.wait()
    return Result(status, said.decode().replace("\r\n", "\n"))


def everything(terminal: int) -> bytes:
    """Everything that is written to a terminal until its other side ends."""
    found = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # the other side has ended
            part = b""
        if not part:
            os.close(terminal)
            return found
        found += part


async def test_terminal_has_colour_and_a_line_that_is_rewritten() -> None:
    result = await in_terminal(100, *ALL)
    assert "\x1b[31m" in result.output
    assert re.search(r"\r\d+ of 18 cases, .* s  \w+ *\r", ESCAPE.sub("", result.output))
    assert "pytest" not in result.output
    assert "notices-toast (MUST): 9 cases" in result.output
    assert "    … and 2 more (all: --full)" in result.output
    assert result.output.count("  dialogue ") == 1
    assert result.status == 1


@pytest.mark.parametrize(
    ("options", "env"),
    [((), {"NO_COLOR": "1"}), (("--color=no",), {})],
    ids=["NO_COLOR", "--color=no"],
)
async def test_colour_can_be_left_out(options: tuple[str, ...], env: dict[str, str]) -> None:
    result = await in_terminal(100, *ONE, *options, **env)
    assert "\x1b[" not in result.output
    assert "NOT conformant" in result.output


async def test_narrow_terminal_is_not_overrun() -> None:
    result = await in_terminal(60, *ONE, NO_COLOR="1")
    lines = [line for line in result.output.split("\n") if not line.startswith("  replay ")]
    assert all(len(line.rpartition("\r")[2]) <= 60 for line in lines)
    assert "requirement  notices-toast (server, MUST)," in result.output


async def test_file_has_no_colour_unless_it_is_forced_and_no_rewritten_line() -> None:
    plain = await against_a_liar(*ONE)
    forced = await against_a_liar(*ONE, FORCE_COLOR="1")
    assert "\x1b[" not in plain.output
    assert "\r" not in plain.output
    assert "\x1b[31m" in forced.output


async def test_full_shows_every_dialogue_and_verbose_each_case_and_both_a_summary() -> None:
    full, verbose = await asyncio.gather(against_a_liar(*ALL, "--full"), against_a_liar(*ALL, "-v"))
    assert full.output.count("  dialogue ") == verbose.output.count("  dialogue ") == 9
    assert "more (--full" not in full.output
    line = r"^failed +notices/toast-arrives-with-its-level\[info\]"
    assert re.search(line, verbose.output, re.MULTILINE)
    for result in (full, verbose):
        demand_summary(result.output)


def demand_summary(output: str) -> None:
    """Demand the coverage, the slowest cases, the counts and the verdict."""
    (server,) = re.findall(r"^server MUST +(.*)", output, re.MULTILINE)
    assert re.match(r"\d of \d\d exercised, 1 of them not met \(\d+ more are not", server)
    assert "need the feature `download`" in output
    assert re.search(r"^slowest: notices/\S+ \d\.\d s", output, re.MULTILINE)
    counts = "9 failed, 1 blocked, 8 not applicable"
    assert output.splitlines()[-2:] == [counts, "NOT conformant"]


def found(case: str, requirement: str, entries: int, bound: str = "state-get") -> Outcome:
    """A failure with a dialogue of this number of frames."""
    trace = Trace()
    for number in range(entries):
        trace.add("A", "sent", f"frame {number}")
    outcome = Outcome(Case(case, requirements()[bound], frozenset()), Verdict.FAIL)
    outcome.findings = [
        Finding(requirement, Violation(expected="one\x1b[2J", received="two"), "A -> x", trace)
    ]
    return outcome


def test_group_begins_with_the_shortest_dialogue_of_its_own_cases() -> None:
    outcomes = [
        found("state/long", "state-get", 9),
        found("state/short", "state-get", 3),
        found("tasks/other", "state-get", 1, bound="tasks-start"),
        found("state/else", "state-object", 1),
    ]
    order = [(group.requirement, [o.case.id for o, _ in group.found]) for group in groups(outcomes)]
    assert order == [
        ("state-get", ["state/short", "state/long", "tasks/other"]),
        ("state-object", ["state/else"]),
    ]


def test_what_something_died_of_comes_first() -> None:
    outcomes = [found("state/a", "state-get", 1), found("state/b", "state-get", 1)]
    outcomes.append(found("state/c", "state-object", 1))
    outcomes[-1].death = "The server has died"
    assert [group.requirement for group in groups(outcomes)] == ["state-object", "state-get"]


def test_text_of_a_failure_has_all_that_one_needs_and_nothing_that_steers() -> None:
    outcome = found("state/a", "state-get", 40, bound="tasks-start")
    finding = outcome.findings[0]
    text = explain(outcome, finding, Console(60), last=5)
    assert "requirement  state-get (both, MUST), spec/state.md#state-get" in text.replace(
        ",\n              ", ","
    )
    assert "in a case of tasks-start, spec/tasks.md#tasks-start" in text
    assert "… 35 earlier entries" in text
    assert "frame 39" in text
    assert "one\\x1b[2J" in text
    assert "\x1b" not in text
    assert all(len(line) <= 60 for line in text.splitlines())


def test_sections_are_words_where_a_table_has_no_room() -> None:
    run = Run(outcomes=[found("state/a", "state-get", 1), found("patch/b", "state-get", 1)])
    run.outcomes[0].verdict = Verdict.PASS
    assert [*sections(run, Console(32))] == [
        "state       1 passed",
        "patch       1 failed",
        "all         1 passed, 1 failed",
    ]
    assert len([*sections(run, Console(60))]) == 4


def test_coverage_says_why_a_requirement_was_not_exercised() -> None:
    cases = {
        name: Case(f"x/{name}", requirement, frozenset())
        for name, requirement in requirements().items()
        if name in ("state-get", "tasks-start", "binary-pair", "patch-shape", "actions-call")
    }
    outcomes = [
        Outcome(cases["state-get"], Verdict.PASS),
        Outcome(cases["tasks-start"], Verdict.NOT_APPLICABLE, missing=frozenset({"tasks"})),
        Outcome(cases["patch-shape"], Verdict.BLOCKED, blocked_by="x/state-get"),
        Outcome(cases["actions-call"], Verdict.NOT_TESTABLE, lacks="--auth-url"),
    ]
    run = Run(outcomes=outcomes, cases=[*cases.values()])
    reasons = {
        why.phrase(2): names
        for group in coverage(run, "server")
        for why, names in group.missing.items()
    }
    assert reasons["need the feature `tasks`"] == ["tasks-start"]
    assert reasons["are blocked by x/state-get"] == ["patch-shape"]
    assert reasons["need --auth-url"] == ["actions-call"]
    assert reasons["were not selected"] == ["binary-pair"]
    assert sum(len(group.exercised) for group in coverage(run, "server")) == 1
