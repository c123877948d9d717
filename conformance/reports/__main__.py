"""Reads reports again: `ws-sync report show FILE`, `ws-sync report compare A.json B.json …`.

Exit status of `show`: that of the run; 2 where the report is not whole, or can't be read. Of
`compare`: 0; 1 if a case that passes in the first report does not in a later one; 2 as above.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from conformance.errors import NOT_CONFORMANT, NOTHING_RAN
from conformance.reports import bundle, comparison
from conformance.reports.comparison import Comparison, MixedSides
from conformance.reports.model import ORDER, Report
from conformance.reports.reader import ReportError, load
from conformance.reports.wording import (
    SIGNS,
    cases,
    conclusion,
    escape_control_chars,
    shortest,
    why,
)

OUTPUTS = {
    "html": ("report.html", "one page that opens from a disk"),
    "markdown": ("summary.md", "a short text for a pull request"),
    "junit": ("junit.xml", "JUnit XML"),
    "ctrf": ("ctrf.json", "CTRF JSON"),
    "badge": ("badge.svg", "a picture"),
    "badge-json": ("badge.json", "what Shields asks an endpoint for"),
}
"""What can be made of a report, by the option that asks for it."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    chosen = _parser().parse_args(given)
    try:
        status: int = chosen.run(chosen)
    except BrokenPipeError:  # who reads it has seen enough, such as `head`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the end
        return NOTHING_RAN
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ws-sync report",
        description="Read reports again that the kit has written.",
        epilog=(__doc__ or "").partition("\n\n")[2],
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    show = verbs.add_parser(
        "show",
        help="say what a report says, or write it in other forms",
        description="Say what a report says, or write it in other forms. One that was cut off is "
        "read as far as it goes.",
    )
    show.add_argument("file", type=Path, metavar="FILE", help="report.json")
    for name, (_, about) in OUTPUTS.items():
        show.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {about}")
    show.add_argument("--all", type=Path, metavar="DIR", help="write all of these into a folder")
    show.set_defaults(run=_show)
    compare = verbs.add_parser(
        "compare",
        help="say where reports differ",
        description="Say where reports of implementations, or of versions of one, differ: all of "
        "servers, or all of clients.",
    )
    compare.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="report.json, or NAME=FILE to call it something; the first is what the others are "
        "compared with",
    )
    compare.add_argument("--html", type=Path, metavar="FILE", help="write a page")
    compare.add_argument("--markdown", type=Path, metavar="FILE", help="write Markdown")
    compare.set_defaults(run=_compare)
    return parser


def _show(chosen: argparse.Namespace) -> int:
    report = _load(str(chosen.file))
    if report is None:
        return NOTHING_RAN
    outputs = {
        path: bundle.WRITERS[name]
        for option, (name, _) in OUTPUTS.items()
        if (path := getattr(chosen, option.replace("-", "_"))) is not None
    }
    if chosen.all is not None:
        outputs |= {chosen.all / name: writer for name, writer in bundle.WRITERS.items()}
    if not _written({path: _call(writer, report) for path, writer in outputs.items()}):
        return NOTHING_RAN
    if not outputs:
        _tell(report)
    if report.damage is not None:
        _say(f"ws-sync: {chosen.file} is not whole: {report.damage}", sys.stderr)
    return NOTHING_RAN if report.damage is not None or report.status is None else report.status


def _tell(report: Report) -> None:
    for verdict in ORDER:
        if report.counts[verdict]:
            called = verdict.called(report.side)
            _say(f"{SIGNS[verdict]} {report.counts[verdict]:>6,}  {called}")
    for id_, found in report.failures().items():
        case = shortest(found)
        requirement = report.requirements.get(id_)
        level = f" ({requirement.level})" if requirement else ""
        example = escape_control_chars(case.id)
        _say(f"\n{escape_control_chars(id_)}{level}: {cases(len(found))}, such as {example}")
        if requirement:
            _say(f"  {escape_control_chars(requirement.sentence)}")
        _say(f"  {escape_control_chars(why(case))[:300]}")
    for sentence in (*report.sentences("problems"), *report.sentences("warnings")):
        _say(f"\n{escape_control_chars(sentence)}")
    _say(f"\n{escape_control_chars(report.judged)}, {report.began}: {conclusion(report)}")


def _compare(chosen: argparse.Namespace) -> int:
    reports = [_load(given) for given in chosen.files]
    if any(report is None for report in reports):
        return NOTHING_RAN
    try:
        found = Comparison([report for report in reports if report is not None])
    except MixedSides as error:
        _say(f"ws-sync: {error}", sys.stderr)
        return NOTHING_RAN
    outputs: dict[Path, Callable[[], str]] = {}
    if chosen.html is not None:
        outputs[chosen.html] = lambda: comparison.html(found)
    if chosen.markdown is not None:
        outputs[chosen.markdown] = lambda: comparison.markdown(found)
    if not _written(outputs):
        return NOTHING_RAN
    if not outputs:
        for line in comparison.text(found, _width()):
            _say(line)
    for report in found.reports:
        if report.damage is not None:
            _say(
                f"ws-sync: {escape_control_chars(report.name)} is not whole: {report.damage}",
                sys.stderr,
            )
    if any(report.damage is not None for report in found.reports):
        return NOTHING_RAN
    return NOT_CONFORMANT if found.worse else 0


def _width() -> int | None:
    """The columns of the terminal; None where nobody says how many: in a pipe, in a file."""
    return get_terminal_size().columns if sys.stdout.isatty() or os.getenv("COLUMNS") else None


def _load(given: str) -> Report | None:
    """The report that an argument names, `NAME=FILE` or `FILE`; complains if there is none."""
    name, equals, path = given.partition("=")
    if not equals or "/" in name or Path(given).exists():
        name, path = "", given
    try:
        return load(Path(path), name)
    except ReportError as error:
        _say(f"ws-sync: {path}: {error}", sys.stderr)
        return None


def _call(writer: Callable[[Report], str], report: Report) -> Callable[[], str]:
    return lambda: writer(report)


def _written(outputs: dict[Path, Callable[[], str]]) -> bool:
    """Write files, and say so; whether that was possible."""
    for path, make in outputs.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(make(), encoding="utf-8")
        except OSError as error:
            _say(f"ws-sync: {path} can't be written: {error.strerror or error}", sys.stderr)
            return False
        _say(f"wrote {path}")
    return True


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream, flush=True)


if __name__ == "__main__":
    sys.exit(main())
