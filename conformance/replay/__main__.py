"""Runs replay files: `ws-sync replay FILE… URL`, or `python -m conformance.replay FILE… URL`.

The kit runs only these files and judges them as cases; the command prints for each file whether it
still fails. Exit status: 0 all are fixed; 1 at least one fails; 2 at least one could not run; 3 no
server.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.errors import NO_SERVER, NOT_CONFORMANT, NOTHING_RAN
from conformance.replay.collect import NAMED, OTHER_SIDE, ReplayFile
from conformance.replay.file import Replay, ReplayError, in_folder, load
from conformance.runner.keys import RUN
from conformance.runner.run import run
from conformance.runner.verdict import Outcome, Run, Verdict

FAILS = (Verdict.FAIL, Verdict.WARN, Verdict.DIED)
FIXED, STILL, DIFFERENTLY, NOT_RUN = VERDICTS = (
    "fixed",
    "still failing",
    "fails differently",
    "could not run",
)
"""The verdicts on a file."""
SCHEMES = ("ws://", "wss://")


@dataclass(slots=True, eq=False)
class Watch:
    """A pytest plugin that has only some replay files collected, and keeps their outcomes.

    Attributes:
        refused: The files that were not collected, because the kit has no such case.
    """

    files: dict[Path, Replay]
    run: Run = field(default_factory=Run)
    refused: set[Path] = field(default_factory=set)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Name the files to collect."""
        config.stash[NAMED] = dict(self.files)
        return (yield)

    def pytest_ignore_collect(self) -> bool:
        """Collect none of the kit's own cases."""
        return True

    def pytest_exception_interact(self, node: pytest.Item | pytest.Collector) -> None:
        """Note a file that is not collected."""
        if isinstance(node, ReplayFile):
            self.refused.add(node.path)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Keep the run."""
        self.run = config.stash[RUN]

    def outcome(self, replay: Replay) -> Outcome | None:
        """Return the outcome of a file, or None if it did not run."""
        return next((o for o in self.run.outcomes if o.case.replay is replay), None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the files that the command line names; return the exit status."""
    given = _parser().parse_intermixed_args(arguments)
    urls = [name for name in given.names if name.startswith(SCHEMES)]
    paths = [Path(name) for name in given.names if not name.startswith(SCHEMES)]
    if len(urls) > 1 or not paths:
        _parser().error("give at least one file or directory, and at most one URL")
    options = [f"--server-url={url}" for url in urls]
    for name in ("auth-url", "server-cmd", "client-cmd", "listen", "time-scale"):
        value = getattr(given, name.replace("-", "_"))
        options += [f"--{name}={value}"] if value is not None else []
    side = "client" if given.client_cmd or given.listen else "server"
    files = _read(paths, side)
    sound = any(isinstance(found, Replay) for found in files.values())
    if sound and side == "server" and not urls and not given.server_cmd:
        _print("no URL is given: the kit judges the reference server")
    verdicts = [*_judged(files, options)]
    if len(verdicts) > 1:
        counts = Counter(verdict for verdict, _ in verdicts)
        _print(", ".join(f"{counts[each]} {each}" for each in VERDICTS if counts[each]))
    statuses = {status for _, status in verdicts}
    for status in (NO_SERVER, NOT_CONFORMANT, NOTHING_RAN):
        if status in statuses:
            return status
    return 0


OPTIONS = (
    ("--auth-url", "URL", "the server's endpoint that begins with the identification"),
    (
        "--server-cmd",
        "COMMAND",
        "a command that starts the server; the kit replaces {port} with a free port",
    ),
    (
        "--client-cmd",
        "COMMAND",
        "for a failure of a client: a command that starts it; the kit replaces {url} with its own "
        "URL",
    ),
    (
        "--listen",
        "ADDRESS",
        "for a failure of a client that the kit does not start: the address on which the kit "
        "listens for it",
    ),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ws-sync replay",
        description="Run the failures in replay files again, and report for each whether it still "
        "fails.",
        epilog="Exit status: 0 all are fixed, 1 at least one fails, 2 at least one could not run, "
        "3 no server.",
    )
    parser.add_argument(
        "names",
        nargs="+",
        metavar="FILE | DIR | URL",
        help="replay files, directories of them, and the URL of the server; without a URL or "
        "--server-cmd, the kit starts the reference server",
    )
    for option, metavar, about in OPTIONS:
        parser.add_argument(option, metavar=metavar, help=about)
    parser.add_argument(
        "--time-scale", type=float, metavar="FACTOR", help="multiply every deadline"
    )
    return parser


def _read(paths: Sequence[Path], side: str) -> dict[Path, Replay | ReplayError]:
    """Return the content of each file, or why it can't be replayed against this side."""
    found: dict[Path, Replay | ReplayError] = {}
    for path in paths:
        files = in_folder(path) if path.is_dir() else [path]
        if not files:
            found[path] = ReplayError("the directory has no *.json file")
        for file in files:
            try:
                replay = load(file)
            except ReplayError as error:
                found[file] = error
            else:
                fits = replay.side == side
                found[file] = replay if fits else ReplayError(OTHER_SIDE[replay.side])
    return found


def _judged(
    files: dict[Path, Replay | ReplayError], options: list[str]
) -> Generator[tuple[str, int]]:
    """Run the files and print the verdicts; yield the verdict and the exit status of each."""
    sound = {path.resolve(): found for path, found in files.items() if isinstance(found, Replay)}
    watch = Watch(sound)
    status, errors = _run(watch, options) if sound else (0, "")
    for path, found in files.items():
        if isinstance(found, ReplayError):
            yield _could_not_run(path, str(found))
            continue
        outcome = watch.outcome(found)
        if outcome is not None:
            yield _verdict(path, found, outcome)
        elif path.resolve() in watch.refused:
            yield _could_not_run(path, f"this kit has no case {found.case!r}")
        else:
            reason = "; ".join(watch.run.problems) or errors
            yield _could_not_run(path, reason, NO_SERVER if status == NO_SERVER else NOTHING_RAN)


def _run(watch: Watch, options: list[str]) -> tuple[int, str]:
    printed, errors = io.StringIO(), io.StringIO()
    fixed = ("--continue-on-collection-errors", "--replay-dir=")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        status = run([*fixed, *options], watch)
    text = errors.getvalue().strip() or printed.getvalue().strip()
    return status, text.removeprefix("ws-sync: ")


def _verdict(path: Path, replay: Replay, outcome: Outcome) -> tuple[str, int]:
    if outcome.verdict is Verdict.PASS:
        _print(f"{path}: {FIXED}")
        return FIXED, 0
    if outcome.verdict in FAILS:
        _print(outcome.reason)
        if outcome.broken == replay.requirement:
            _print(f"{path}: {STILL} ({outcome.broken})")
            return STILL, NOT_CONFORMANT
        _print(f"{path}: {DIFFERENTLY} ({outcome.broken} instead of {replay.requirement})")
        return DIFFERENTLY, NOT_CONFORMANT
    return _could_not_run(path, outcome.kit_error or outcome.reason)


def _could_not_run(path: Path, reason: str, status: int = NOTHING_RAN) -> tuple[str, int]:
    _print(f"{path}: {NOT_RUN}: {reason}")
    return NOT_RUN, status


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command line


if __name__ == "__main__":
    sys.exit(main())
