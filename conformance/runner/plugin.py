"""The kit as pytest hooks: probe the target, judge every case, sum the run up.

pytest collects, selects, runs and times the cases. The verdicts are the kit's own: this module
turns what a case raised into one, and all verdicts into the exit status (`verdict.Run`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from conformance.driver.closing import after_errors
from conformance.driver.dialogue import Dialogue
from conformance.driver.liveness import check_alive
from conformance.driver.peer import Peer
from conformance.driver.process import MOST_STARTS
from conformance.driver.target import Target
from conformance.errors import NOTHING_RAN, Unusable, Violation
from conformance.protocol.display import escape_control_chars
from conformance.runner import client_plugin as clients
from conformance.runner import hooks, last_run, option_table, selection, watch_mode, weak_evidence
from conformance.runner import options as command_line
from conformance.runner.case import MARK, of_item
from conformance.runner.keys import BEGAN, CASE, DIALOGUE, OPTIONS, RUN, SEARCHED
from conformance.runner.measurements import Figure
from conformance.runner.options import Options
from conformance.runner.probe import probe
from conformance.runner.verdict import NOT_CONFORMANT, Finding, Outcome, Run, Verdict
from conformance.runner.verdict_rules import Blocked, NeedsTestee, judge, listed

CONTRACT_FREE = "application"

OUTCOME = pytest.StashKey[Outcome]()
FOLDER = Path(".ws-sync")
"""The folder of the last run's verdicts."""
FIGURES = pytest.StashKey[list[Figure]]()


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that other plugins implement."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the kit's options."""
    option_table.add(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of cases, and that they are coroutines.

    The kit's pytest.ini does not suffice: a path among the options can lead pytest to another file.
    """
    config.option.asyncio_mode = "auto"
    config.addinivalue_line("markers", f"{MARK}(requirement, needs): binds a case; use @case(…)")
    config.stash[RUN] = Run()
    config.stash[BEGAN] = time.monotonic()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Start and probe the target; end with one sentence if it can't be tested."""
    option = config.option
    if option.help or option.version or option.collectonly:
        return None
    if option.list:
        option.collectonly = True
        return None
    try:
        if option.watch:
            return watch_mode.watch(
                option.watch, *watch_mode.one_run(config.invocation_params.args)
            )
        chosen = config.stash[OPTIONS] = command_line.read(config)
        if chosen.process is not None:
            config.add_cleanup(chosen.process.stop)  # at whatever end of the run
        end_with_signals(chosen)
        chosen.start()
        if chosen.target.is_client:
            clients.probe_client(chosen)
        else:
            asyncio.run(probe(chosen.target, testee=chosen.testee))
    except Unusable as error:
        lines = "\n  ".join(map(escape_control_chars, str(error).splitlines()))
        print(f"ws-sync: {lines}", file=sys.stderr)  # noqa: T201 - before there is a terminal
        return error.status
    return None


def end_with_signals(chosen: Options) -> None:
    """Stop the process that the kit started when a signal ends the kit."""
    process = chosen.process
    if process is None or threading.current_thread() is not threading.main_thread():
        return

    def end(number: int, _: object) -> None:
        process.stop()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bind each item to its case, drop what is not selected, report stale known-failing entries."""
    for item in items:
        found = config.hook.pytest_conformance_case(item=item) or of_item(item)
        item.stash[CASE] = found
        item.extra_keyword_matches |= {found.id, found.requirement.id, *found.needs}
    depended_on = set().union(*(item.stash[CASE].after for item in items))
    items.sort(key=lambda item: item.stash[CASE].id not in depended_on)
    run = config.stash[RUN]
    run.cases = [item.stash[CASE] for item in items]
    _select(config, items)
    chosen = config.stash.get(OPTIONS, None)
    if chosen is None:
        if config.option.collectonly:
            return
        raise pytest.UsageError("give pytest the kit's directory, or run `python -m conformance`")
    sections = {case.section for case in run.cases}
    for entry, near in chosen.known.unmatched(case.id for case in run.cases):
        if entry.case.partition("/")[0] in sections or len(sections) > 1:
            meant = f"; did you mean {near!r}?" if near else ""
            run.problems.append(
                f"{entry.place}: the known-failing list has an unknown case, {entry.case!r}{meant}"
            )


def _select(config: pytest.Config, items: list[pytest.Item]) -> None:
    last = None
    if config.option.lf:
        kept = last_run.load(FOLDER)
        last = kept.failed() if kept else frozenset()
    selected = selection.read(config, last)
    run = config.stash[RUN]
    run.selects_nothing = selected.nothing(run.cases)
    left = [] if run.selects_nothing else [i for i in items if selected.takes(i.stash[CASE])]
    if len(left) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in {*left}])
        items[:] = left


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which cases have to be judged, so that one without an outcome is reported."""
    if OPTIONS in session.config.stash:
        session.config.stash[RUN].collected = [item.stash[CASE].id for item in session.items]


# One case


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a case that can't be judged.

    It needs a testee, or a feature that the testee does not list, or it depends on a case that
    fails.
    """
    if (process := item.config.stash[OPTIONS].process) is not None:
        process.mark()
    target = item.config.stash[OPTIONS].target
    if not target.testee and item.stash[CASE].section != CONTRACT_FREE:
        raise NeedsTestee
    missing = item.stash[CASE].needs - target.features
    if missing:
        pytest.skip(
            f"the testee does not list {', '.join(f'`{name}`' for name in sorted(missing))}"
        )
    if culprit := item.config.stash[RUN].culprit(item.stash[CASE]):
        raise Blocked(culprit)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Raise the first illegal frame of the other side, before what the case itself raised."""
    failure: Violation | None = None
    try:
        yield
    except Violation as violation:
        failure = violation
    dialogue = item.stash.get(DIALOGUE, None)
    illegal = dialogue.first_violation() if dialogue else None
    if illegal is not None:
        raise illegal from failure
    if failure is not None:
        raise failure


@pytest.fixture
def options(request: pytest.FixtureRequest) -> Options:
    """The options of the run."""
    return request.config.stash[OPTIONS]


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Target:
    """The server or client under test."""
    return request.config.stash[OPTIONS].target


@pytest.fixture
async def dialogue(request: pytest.FixtureRequest, target: Target) -> AsyncIterator[Dialogue]:
    """The dialogue of this case, which opens its connections."""
    found = request.node.stash[DIALOGUE] = Dialogue(target)
    yield found
    await found.release()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[Figure]:
    """The figures that this case measures, for the summary and the report."""
    found: list[Figure] = request.node.stash.setdefault(FIGURES, [])
    return found


@pytest.fixture
async def peer(dialogue: Dialogue) -> Peer:
    """A client on a fresh session, whose initial state has arrived."""
    return await dialogue.open()


# Verdicts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what a phase of a case raised into a verdict."""
    result = yield
    outcome = item.stash.get(OUTCOME, None)
    if outcome is None and (call.when == "call" or call.excinfo is not None):
        outcome = _judge(item, call)
        item.stash[OUTCOME] = outcome
        item.config.stash[RUN].outcomes.append(outcome)
        if outcome.verdict is Verdict.DIED:
            _after_death(item)
    elif outcome is not None and call.excinfo is not None:
        outcome.verdict = Verdict.KIT_ERROR
        outcome.reason = outcome.kit_error = str(result.longrepr)
    if outcome is None:
        return result
    result.verdict = outcome.verdict  # type: ignore[attr-defined]
    if call.when == "teardown" and call.excinfo is None:
        return result
    result.when = "call"
    if outcome.verdict in NOT_CONFORMANT:
        result.outcome, result.longrepr = "failed", outcome.reason
    elif outcome.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE):
        result.outcome = "skipped"
        result.longrepr = (str(item.path), 0, f"{outcome.verdict}: {outcome.reason}")
    else:
        result.outcome, result.longrepr = "passed", None
        if outcome.reason:
            result.sections.append((outcome.verdict.value, outcome.reason))
    return result


def _judge(item: pytest.Item, call: pytest.CallInfo[None]) -> Outcome:
    chosen = item.config.stash[OPTIONS]
    dialogue = item.stash.get(DIALOGUE, None)
    trace = dialogue.trace if dialogue else None
    outcome = Outcome(item.stash[CASE], Verdict.PASS, seconds=call.duration, trace=trace)
    outcome.searched = item.stash.get(SEARCHED, None)
    outcome.figures = item.stash.get(FIGURES, [])
    outcome.missing = outcome.case.needs - chosen.target.features
    endings = [*dialogue.endings, *after_errors(dialogue.connections)] if dialogue else []
    error = call.excinfo.value if call.excinfo else None

    def keep(finding: Finding) -> str | None:
        command: str | None = item.config.hook.pytest_conformance_keep(
            outcome=outcome, finding=finding, chosen=chosen
        )
        return command

    judge(outcome, error, endings, chosen, keep)
    if outcome.verdict is Verdict.KIT_ERROR and call.excinfo is not None:
        outcome.kit_error = str(item.repr_failure(call.excinfo))
        outcome.reason = (
            f"{outcome.case.id}: an error of the kit, not of the {chosen.target.side}\n"
            f"{outcome.kit_error}"
        )
    return outcome


def _after_death(item: pytest.Item) -> None:
    chosen = item.config.stash[OPTIONS]
    if chosen.process is not None:
        chosen.process.stop()
        if chosen.process.starts >= MOST_STARTS:
            item.session.shouldstop = f"the {chosen.target.side} died {MOST_STARTS} times"
            return
        try:
            chosen.start()
        except Unusable as error:
            item.session.shouldstop = str(error)
        return
    if death := check_alive(chosen.target, chosen.process):  # it may have recovered
        side = chosen.target.side
        item.session.shouldstop = f"the {side} at {chosen.target.url} died: {death}"


# The run


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Set the exit status, and sum the run up."""
    chosen = session.config.stash.get(OPTIONS, None)
    run = session.config.stash[RUN]
    if chosen is None:
        if session.config.option.list and run.selects_nothing:
            session.exitstatus = NOTHING_RAN
        return
    if not run.selects_nothing:
        _finish(run, chosen, str(session.shouldstop or ""))
    session.exitstatus = run.exit_status()


def _finish(run: Run, chosen: Options, stopped: str) -> None:
    died = None
    if run.ran() and not stopped:
        died = check_alive(chosen.target, chosen.process)
    run.problems += run.finish(chosen.target, stopped=stopped, died=died, promised=chosen.promised)
    run.warnings += weak_evidence.warnings(run, chosen.target)
    if chosen.replay_dir is not None and run.outcomes:
        last_run.compare(run, chosen.server, FOLDER)
    if chosen.write_known is not None:
        chosen.write_known.write_text(listed(run, chosen.known), encoding="utf-8")
