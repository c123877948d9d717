"""Writes all outputs of a report into a folder: the plugin for `--report`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.reports import badge, ctrf, html, junit, markdown
from conformance.reports.document import of_run, text
from conformance.reports.model import Report
from conformance.runner.keys import BEGAN, OPTIONS, RUN
from conformance.runner.options import Options
from conformance.runner.verdict import Run

WRITERS: dict[str, Callable[[Report], str]] = {
    "junit.xml": junit.write,
    "ctrf.json": ctrf.write,
    "summary.md": markdown.write,
    "badge.json": badge.write_json,
    "badge.svg": badge.write_svg,
    "report.html": html.write,
}
"""The writer of each file."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports of the run; a file that can't be written is a problem of the run."""
    stash = session.config.stash
    chosen, run = stash.get(OPTIONS, None), stash[RUN]
    if chosen is None or run.selects_nothing:
        return
    if unwritten := keep(run, chosen, time.monotonic() - stash[BEGAN]):
        run.problems.append(unwritten)
        session.exitstatus = run.exit_status()


def keep(run: Run, chosen: Options, seconds: float) -> str | None:
    """Write the JSON or the folder that the command line asks for.

    Returns:
        The error as a sentence, or None.
    """
    if chosen.report is None and chosen.reports is None:
        return None
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    found = of_run(run, chosen, began, seconds)
    try:
        if chosen.report is not None:
            chosen.report.write_text(text(found), encoding="utf-8")
        if chosen.reports is not None:
            chosen.reports.mkdir(parents=True, exist_ok=True)
            (chosen.reports / "report.json").write_text(text(found), encoding="utf-8")
            write(chosen.reports, Report.of(found))
    except OSError as error:
        return f"the report can't be written: {error.filename}: {error.strerror or error}"
    return None


def write(folder: Path, report: Report) -> None:
    """Write all files but the JSON.

    Raises:
        OSError: A file can't be written.
    """
    for name, writer in WRITERS.items():
        (folder / name).write_text(writer(report), encoding="utf-8")
