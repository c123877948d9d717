"""The kit in a terminal: how far it is while it runs, and at the end what it has to say.

It takes the place of pytest's reporter, so that nothing of pytest's buries the verdicts. What a
terminal can do is pytest's to know: `--color`, `NO_COLOR` and `FORCE_COLOR` hold.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TextIO

import pytest
from _pytest.terminal import TerminalReporter

from conformance.runner.console import Console
from conformance.runner.keys import CASE, OPTIONS, RUN
from conformance.runner.verdict import NOT_CONFORMANT, Outcome, Run, Verdict
from conformance.terminal.summary import cases, findings, summary

MARKS: dict[str, dict[str, bool]] = {
    "heading": {"bold": True},
    "strong": {"bold": True},
    "case": {"bold": True},
    "label": {"cyan": True},
    "good": {"green": True, "bold": True},
    "bad": {"red": True},
    "hint": {"yellow": True},
}
UNKNOWN_WIDTH = 100
"""Columns where nobody says how many there are: in a file, in the log of a CI."""
LEAST_WIDTH = 40
REWRITE = 0.05
"""Seconds between two states of the line that tells how far the run is."""
SPARSE = 10.0
"""The same where lines stay."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Replace pytest's reporter, unless pytest is to print its own help or list."""
    standard = config.pluginmanager.get_plugin("terminalreporter")
    of_pytest = config.option.help or (config.option.collectonly and not config.option.list)
    if standard is not None and not of_pytest:
        config.pluginmanager.unregister(standard)
        config.pluginmanager.register(Terminal(config, sys.stdout), "terminalreporter")


class Terminal(TerminalReporter):  # type: ignore[misc]
    """pytest's reporter with the kit's words.

    It is marked as final, since its hooks are no promise; a test runs each that is taken over here.

    Args:
        config: The run's.
        file: Where to write.
    """

    def __init__(self, config: pytest.Config, file: TextIO | None = None) -> None:
        super().__init__(config, file)
        self.began = time.monotonic()
        self.told = self.began
        self.rewrites = self.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def showheader(self) -> bool:
        """Whether pytest says what it is: no."""
        return False

    @property
    def is_verbose(self) -> bool:
        """Whether -v is among the options; the kit's pytest.ini has -q, which it takes back."""
        return bool(self.config.option.verbose >= 0)

    @property
    def page(self) -> Console:
        """What there is to write on now; a terminal may have been made wider or narrower."""
        if self.isatty() or os.environ.get("COLUMNS"):
            width = max(shutil.get_terminal_size().columns, LEAST_WIDTH)
        else:
            width = UNKNOWN_WIDTH
        return Console(width, self._paint)

    def _paint(self, text: str, kind: str, /) -> str:
        marks = MARKS.get(kind)
        return self._tw.markup(text, **marks) if marks and text else text

    # While it runs

    def pytest_runtest_logstart(self, nodeid: str, location: object) -> None:
        """Say nothing: how far the run is, is said when a case has ended."""

    def pytest_runtest_logfinish(self) -> None:
        """Say how far the run is, from time to time; with -v what came of each case."""
        now = time.monotonic()
        if self.is_verbose and (outcomes := self.config.stash[RUN].outcomes):
            last = outcomes[-1]
            called = last.verdict.called(self.config.stash[OPTIONS].target.side)
            self._tw.line(f"{called:<14} {last.case.id}  {last.seconds:.2f} s", flush=True)
            return
        if now - self.told < (REWRITE if self.rewrites else SPARSE):
            return
        self.told = now
        run = self.config.stash[RUN]
        if self.rewrites:
            columns = self.page.width or UNKNOWN_WIDTH
            line = progress(run, now - self.began)[: columns - 1]
            self._tw.write(f"\r{line.ljust(columns - 1)}", flush=True)
        else:
            self._tw.line(progress(run, now - self.began), flush=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:  # noqa: ARG002
        """Say nothing: the outcomes of the run are told at its end."""
        self._tests_ran = True

    def pytest_collection(self) -> None:
        """Say nothing while the cases are collected, which takes no time."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the cases, if that is all that is wanted."""
        run = self.config.stash[RUN]
        if self.config.option.list and not run.selects_nothing:
            found = [item.stash[CASE] for item in session.items]
            width = max((len(case.id) for case in found), default=0)
            for case in found:
                needs = " ".join(sorted(case.needs))
                line = f"{case.id:<{width}}  {case.requirement.level:<10}  {case.requirement.id}"
                self._tw.line(f"{line}  {needs}".rstrip())

    def report_collect(self, final: bool = False) -> None:
        """Say nothing of how many there are: the summary does."""

    # At its end

    def _clear(self) -> None:
        if self.rewrites:
            columns = self.page.width or UNKNOWN_WIDTH
            self._tw.write("\r" + " " * (columns - 1) + "\r", flush=True)

    def summary_failures(self) -> None:
        """Say what is wrong, by requirement."""
        self._clear()
        if OPTIONS not in self.config.stash or self.config.option.tbstyle == "no":
            return
        option = self.config.option
        full = option.full or self.is_verbose
        side = self.config.stash[OPTIONS].target.side
        for line in findings(self.config.stash[RUN], side, self.page, full=full):
            self._tw.line(line)

    def summary_stats(self) -> None:
        """Say how much was looked at, and the conclusion."""
        chosen = self.config.stash.get(OPTIONS, None)
        run = self.config.stash[RUN]
        if run.selects_nothing:
            self._tw.line(f"ws-sync: {run.selects_nothing}", red=True)
        if chosen is None or run.selects_nothing:
            return
        seconds = time.monotonic() - self.began
        for line in summary(run, chosen.target, seconds, self.page):
            self._tw.line(line)

    def summary_warnings(self) -> None:
        """Say nothing: a warning of Python is an error of the kit."""

    def short_test_summary(self) -> None:
        """Say nothing: the findings were told by requirement."""

    def summary_passes(self) -> None:
        """Say nothing of what is right."""


def progress(run: Run, seconds: float) -> str:
    """How far a run is, on one line."""
    counts = run.counts()
    wrong = sum(counts[verdict] for verdict in NOT_CONFORMANT if verdict is not Verdict.BLOCKED)
    parts = [f"{len(run.outcomes)} of {cases(len(run.collected))}"]
    parts += [f"{wrong} failed"] if wrong else []
    parts += [
        f"{counts[verdict]} {word}"
        for verdict, word in (
            (Verdict.BLOCKED, "blocked"),
            (Verdict.WARN, "warned"),
            (Verdict.KNOWN, "known to fail"),
        )
        if counts[verdict]
    ]
    parts.append(f"{seconds:.0f} s")
    return ", ".join(parts) + _where(run.outcomes)


def _where(outcomes: list[Outcome]) -> str:
    return f"  {outcomes[-1].case.section}" if outcomes else ""
