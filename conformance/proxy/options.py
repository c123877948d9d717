"""The command line of the proxy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from conformance.errors import Unusable
from conformance.runner.probe import check_url

LOOPBACK = "127.0.0.1"
DEADLINE = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """The options.

    Attributes:
        listen: The host and port for clients.
        page: The host and port of the page, or None for no page.
        fail: Whether a finding about a MUST is exit status 1.
    """

    listen: tuple[str, int]
    target: SplitResult
    page: tuple[str, int] | None
    report: Path | None
    fail: bool
    deadline: float


def read(given: Sequence[str] | None) -> Options:
    """Parse the command line; exit with status 2 if it is invalid."""
    parser = _parser()
    chosen = parser.parse_args(given)
    if chosen.report is not None and chosen.report.exists() and not chosen.report.is_dir():
        parser.error(f"--report {chosen.report}: this is not a directory")
    return Options(
        chosen.listen, chosen.target, chosen.page, chosen.report, chosen.fail, chosen.deadline
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ws-sync proxy",
        description="Forward connections between clients and a server, and report violations by "
        "either side as they occur.",
        epilog="Ctrl-C stops it and prints a summary; SIGUSR1 writes the files of --report at any "
        "time. Exit status: 0; 1 with --fail if a MUST was broken; 2 for an invalid option or an "
        "address that can't be listened on.",
    )
    parser.add_argument(
        "--listen", type=_address, required=True, metavar="HOST:PORT", help="where clients connect"
    )
    parser.add_argument(
        "--target", type=_target, required=True, metavar="URL",
        help="the server, such as ws://127.0.0.1:8000; the path and query of the client's request "
        "are appended",
    )  # fmt: skip
    pages = parser.add_mutually_exclusive_group()
    pages.add_argument(
        "--page", type=_address, default=(LOOPBACK, 0), metavar="HOST:PORT",
        help="where the live page is served (default: a free port on loopback)",
    )  # fmt: skip
    pages.add_argument(
        "--no-page", dest="page", action="store_const", const=None, help="serve no page"
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR",
        help="at the end, write a report and a replay file for each finding about the server",
    )  # fmt: skip
    parser.add_argument(
        "--fail", action="store_true", help="exit with 1 if either side broke a MUST"
    )
    parser.add_argument(
        "--deadline", type=_seconds, default=DEADLINE, metavar="SECONDS",
        help="time after which an answer is late (default %(default)g)",
    )  # fmt: skip
    return parser


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: write an address and a port: 127.0.0.1:9000")
    return host.strip("[]"), int(port)


def _target(text: str) -> SplitResult:
    try:
        check_url("--target", text)
    except Unusable as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("--target ")) from error
    parts = urlsplit(text)
    if parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(
            f"{text!r}: omit the query and the fragment; the proxy appends the client's query"
        )
    return parts


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return seconds
