"""The kit's reporter for pytest: the progress of a run, and its outcome.

It replaces pytest's own reporter, whose lines would hide the verdicts. It inherits the detection of
the terminal's features from it: `--color`, `NO_COLOR` and `FORCE_COLOR` apply.
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
"""The columns of what is not a terminal: a file, the log of a CI."""
LEAST_WIDTH = 40
REWRITE = 0.05
"""Seconds between two updates of the line with the progress, in a terminal."""
SPARSE = 10.0
"""The same elsewhere, where each update is a further line."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Replace pytest's reporter, unless pytest is to print its own help or list."""
    standard = config.pluginmanager.get_plugin("terminalreporter")
    of_pytest = config.option.help or (config.option.collectonly and not config.option.list)
    if standard is not None and not of_pytest:
        config.pluginmanager.unregister(standard)
        config.pluginmanager.register(Terminal(config, sys.stdout), "terminalreporter")


class Terminal(TerminalReporter):  # type: ignore[misc]
    """pytest's reporter with the kit's lines.

    pytest marks the base class as final, because its methods may change; a test runs every method
    that is overridden here.
    """

    def __init__(self, config: pytest.Config, file: TextIO | None = None) -> None:
        super().__init__(config, file)
        self.began = time.monotonic()
        self.printed = self.began
        self.rewrites = self.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def showheader(self) -> bool:
        """Whether pytest prints its version: no."""
        return False

    @property
    def is_verbose(self) -> bool:
        """Whether -v was given; the kit's pytest.ini has -q, which -v undoes."""
        return bool(self.config.option.verbose >= 0)

    @property
    def page(self) -> Console:
        """The layout for the current width of the terminal."""
        if self.isatty() or os.environ.get("COLUMNS"):
            width = max(shutil.get_terminal_size().columns, LEAST_WIDTH)
        else:
            width = UNKNOWN_WIDTH
        return Console(width, self._paint)

    def _paint(self, text: str, kind: str, /) -> str:
        marks = MARKS.get(kind)
        return self._tw.markup(text, **marks) if marks and text else text

    def _print_nothing(self, *_: object, **__: object) -> None:
        """Leave out what pytest prints there: the outcomes are printed at the end."""

    pytest_runtest_logstart = pytest_collection = report_collect = _print_nothing
    summary_warnings = short_test_summary = summary_passes = _print_nothing

    # While it runs

    def pytest_runtest_logfinish(self) -> None:
        """Print the progress from time to time; with -v the verdict of each case."""
        now = time.monotonic()
        if self.is_verbose and (outcomes := self.config.stash[RUN].outcomes):
            last = outcomes[-1]
            called = last.verdict.called(self.config.stash[OPTIONS].target.side)
            self._tw.line(f"{called:<14} {last.case.id}  {last.seconds:.2f} s", flush=True)
            return
        if now - self.printed < (REWRITE if self.rewrites else SPARSE):
            return
        self.printed = now
        run = self.config.stash[RUN]
        if self.rewrites:
            columns = self.page.width or UNKNOWN_WIDTH
            line = progress(run, now - self.began)[: columns - 1]
            self._tw.write(f"\r{line.ljust(columns - 1)}", flush=True)
        else:
            self._tw.line(progress(run, now - self.began), flush=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:  # noqa: ARG002
        """Print nothing: the outcomes are printed at the end."""
        self._tests_ran = True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the cases for `--list`."""
        run = self.config.stash[RUN]
        if self.config.option.list and not run.selects_nothing:
            found = [item.stash[CASE] for item in session.items]
            width = max((len(case.id) for case in found), default=0)
            for case in found:
                needs = " ".join(sorted(case.needs))
                line = f"{case.id:<{width}}  {case.requirement.level:<10}  {case.requirement.id}"
                self._tw.line(f"{line}  {needs}".rstrip())

    # At its end

    def _clear(self) -> None:
        if self.rewrites:
            columns = self.page.width or UNKNOWN_WIDTH
            self._tw.write("\r" + " " * (columns - 1) + "\r", flush=True)

    def summary_failures(self) -> None:
        """Print the findings, by requirement."""
        self._clear()
        if OPTIONS not in self.config.stash or self.config.option.tbstyle == "no":
            return
        option = self.config.option
        full = option.full or self.is_verbose
        side = self.config.stash[OPTIONS].target.side
        for line in findings(self.config.stash[RUN], side, self.page, full=full):
            self._tw.line(line)

    def summary_stats(self) -> None:
        """Print the summary."""
        chosen = self.config.stash.get(OPTIONS, None)
        run = self.config.stash[RUN]
        if run.selects_nothing:
            self._tw.line(f"ws-sync: {run.selects_nothing}", red=True)
        if chosen is None or run.selects_nothing:
            return
        seconds = time.monotonic() - self.began
        for line in summary(run, chosen.target, seconds, self.page):
            self._tw.line(line)


def progress(run: Run, seconds: float) -> str:
    """Return the progress of a run, on one line."""
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
