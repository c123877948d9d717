"""JUnit XML, for the test reports of continuous integration.

It is valid by the schemas of Jenkins and of Ant: a suite for each section, its properties first and
its output last. A case that fails the run is a `failure`, an error of the kit an `error`. A warning
passes. A known failure is skipped, with the reason.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.reports.model import CaseView, Report
from conformance.reports.wording import conclusion, escape_control_chars, why
from conformance.runner.verdict import NOT_CONFORMANT, Verdict

SKIPPED = (Verdict.KNOWN, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE)


def write(report: Report) -> str:
    """Return the report as JUnit XML."""
    root = Element("testsuites")
    for number, section in enumerate(report.sections):
        suite = _suite(root, report, f"ws-sync.{section}", number)
        for case in report.of_section(section):
            _case(suite, f"ws-sync.{section}", case)
        _close(suite, sum(case.seconds for case in report.of_section(section)))
    _run(_suite(root, report, "ws-sync.run", len(report.sections)), report)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, report: Report, name: str, number: int) -> Element:
    suite = SubElement(
        root,
        "testsuite",
        name=name,
        package="ws-sync",
        id=str(number),
        hostname="localhost",
        timestamp=report.began[: len("2026-01-01T00:00:00")],
    )
    properties = SubElement(suite, "properties")
    for key, value in (
        (report.side, report.judged),
        ("kit", report.kit),
        ("strict", str(report.options["strict"]).lower()),
        ("seed", str(report.options["seed"])),
    ):
        SubElement(properties, "property", name=key, value=escape_control_chars(value))
    return suite


def _case(suite: Element, name: str, case: CaseView) -> None:
    found = SubElement(
        suite,
        "testcase",
        name=escape_control_chars(case.id),
        classname=name,
        time=f"{case.seconds:.3f}",
    )
    message = escape_control_chars(why(case))
    if case.verdict is Verdict.KIT_ERROR:
        SubElement(found, "error", type="kit error", message=message).text = escape_control_chars(
            case.reason
        )
    elif case.verdict in NOT_CONFORMANT:
        kind = escape_control_chars(case.broken or case.verdict.value)
        SubElement(found, "failure", type=kind, message=message).text = escape_control_chars(
            case.reason
        )
    elif case.closes_badly and case.closing is not None:
        kind = escape_control_chars(case.closing["requirement"])
        SubElement(found, "failure", type=kind, message=message).text = message
    elif case.verdict in SKIPPED:
        reason = f"known failing: {case.known}" if case.verdict is Verdict.KNOWN else case.reason
        SubElement(
            found, "skipped", message=escape_control_chars(f"{case.verdict.value}: {reason}")
        )


def _run(suite: Element, report: Report) -> None:
    problems: list[str | None] = [*report.sentences("problems")]
    problems += [report.damage] if report.damage else []
    for problem in problems or [None]:
        found = SubElement(
            suite, "testcase", name="the run is whole", classname="ws-sync.run", time="0"
        )
        if problem is not None:
            SubElement(found, "error", type="problem", message=escape_control_chars(problem))
    output = [conclusion(report), *(f"warning: {line}" for line in report.sentences("warnings"))]
    output += [
        f"warned: {case.id}: {why(case)}" for case in report.cases if case.verdict is Verdict.WARN
    ]
    _close(suite, 0, "\n".join(output))


def _close(suite: Element, seconds: float, output: str = "") -> None:
    for attribute, tag in (
        ("tests", "testcase"),
        ("failures", "testcase/failure"),
        ("errors", "testcase/error"),
        ("skipped", "testcase/skipped"),
    ):
        suite.set(attribute, str(len(suite.findall(tag))))
    suite.set("time", f"{seconds:.3f}")
    SubElement(suite, "system-out").text = escape_control_chars(output)
    SubElement(suite, "system-err")
