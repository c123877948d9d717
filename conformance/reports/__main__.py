"""Shows and compares reports: `ws-sync report show FILE`, `ws-sync report compare A.json B.json …`.

Exit status of `show`: that of the run; 2 if the report is incomplete or can't be read. Exit status
of `compare`: 0; 1 if a case that passes in the first report does not in a later one; 2 as above.
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
    "html": ("report.html", "one page that works from a disk"),
    "markdown": ("summary.md", "a summary for a pull request"),
    "junit": ("junit.xml", "JUnit XML"),
    "ctrf": ("ctrf.json", "CTRF JSON"),
    "badge": ("badge.svg", "an SVG badge"),
    "badge-json": ("badge.json", "the JSON of a Shields endpoint"),
}
"""The file and the description of each output, by its option."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    chosen = _parser().parse_args(given)
    try:
        status: int = chosen.run(chosen)
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
        return NOTHING_RAN
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ws-sync report",
        description="Show and compare reports of the kit.",
        epilog=(__doc__ or "").partition("\n\n")[2],
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    show = verbs.add_parser(
        "show",
        help="show a report, or write it in other formats",
        description="Show a report, or write it in other formats. Of a truncated report, the part "
        "that exists is read.",
    )
    show.add_argument("file", type=Path, metavar="FILE", help="report.json")
    for name, (_, about) in OUTPUTS.items():
        show.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {about}")
    show.add_argument(
        "--all", type=Path, metavar="DIR", help="write all of these files into a directory"
    )
    show.set_defaults(run=_show)
    compare = verbs.add_parser(
        "compare",
        help="show the differences between reports",
        description="Show the differences between reports of implementations or of versions. All "
        "reports must be about servers, or all about clients.",
    )
    compare.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="the report.json of each run, or NAME=FILE to give it a name; the others are compared "
        "with the first",
    )
    for name, form in (("html", "an HTML page"), ("markdown", "Markdown")):
        text = f"write the differences as {form}"
        compare.add_argument(f"--{name}", type=Path, metavar="FILE", help=text)
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
        _print_summary(report)
    if report.damage is not None:
        _print(f"ws-sync: {chosen.file} is incomplete: {report.damage}", sys.stderr)
    return NOTHING_RAN if report.damage is not None or report.status is None else report.status


def _print_summary(report: Report) -> None:
    for verdict in ORDER:
        if report.counts[verdict]:
            called = verdict.called(report.side)
            _print(f"{SIGNS[verdict]} {report.counts[verdict]:>6,}  {called}")
    for id_, found in report.failures().items():
        case = shortest(found)
        requirement = report.requirements.get(id_)
        level = f" ({requirement.level})" if requirement else ""
        example = escape_control_chars(case.id)
        _print(f"\n{escape_control_chars(id_)}{level}: {cases(len(found))}, for example {example}")
        if requirement:
            _print(f"  {escape_control_chars(requirement.sentence)}")
        _print(f"  {escape_control_chars(why(case))[:300]}")
    for sentence in (*report.sentences("problems"), *report.sentences("warnings")):
        _print(f"\n{escape_control_chars(sentence)}")
    _print(f"\n{escape_control_chars(report.judged)}, {report.began}: {conclusion(report)}")


def _compare(chosen: argparse.Namespace) -> int:
    reports = [_load(given) for given in chosen.files]
    if any(report is None for report in reports):
        return NOTHING_RAN
    try:
        found = Comparison([report for report in reports if report is not None])
    except MixedSides as error:
        _print(f"ws-sync: {error}", sys.stderr)
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
            _print(line)
    for report in found.reports:
        if report.damage is not None:
            _print(
                f"ws-sync: {escape_control_chars(report.name)} is incomplete: {report.damage}",
                sys.stderr,
            )
    if any(report.damage is not None for report in found.reports):
        return NOTHING_RAN
    return NOT_CONFORMANT if found.worse else 0


def _width() -> int | None:
    """Return the columns of the terminal; None if the output is a pipe or a file."""
    return get_terminal_size().columns if sys.stdout.isatty() or os.getenv("COLUMNS") else None


def _load(given: str) -> Report | None:
    """Load the report of an argument, `NAME=FILE` or `FILE`; print an error and return None."""
    name, equals, path = given.partition("=")
    if not equals or "/" in name or Path(given).exists():
        name, path = "", given
    try:
        return load(Path(path), name)
    except ReportError as error:
        _print(f"ws-sync: {path}: {error}", sys.stderr)
        return None


def _call(writer: Callable[[Report], str], report: Report) -> Callable[[], str]:
    return lambda: writer(report)


def _written(outputs: dict[Path, Callable[[], str]]) -> bool:
    for path, make in outputs.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(make(), encoding="utf-8")
        except OSError as error:
            _print(f"ws-sync: {path} can't be written: {error.strerror or error}", sys.stderr)
            return False
        _print(f"wrote {path}")
    return True


def _print(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream, flush=True)


if __name__ == "__main__":
    sys.exit(main())
