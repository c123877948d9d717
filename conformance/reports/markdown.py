"""Markdown for a pull request or a job summary: the conclusion, a table, the failures.

Its length is bounded, as comments are: failures without room are counted. Received text can't begin
markup: it is escaped, or in a code fence that is longer than any run of backticks in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from conformance.reports.model import ORDER, CaseView, Report, counted
from conformance.reports.wording import (
    SIGNS,
    cases,
    conclusion,
    escape_control_chars,
    outcome,
    shortest,
    why,
)
from conformance.runner.requirement_status import RequirementStatus
from conformance.runner.verdict import Verdict

ROOM = 60_000
"""The longest output, in characters; a comment on GitHub may have 65,536."""
NAMED = 8
"""The most cases that are named below a requirement."""
SHOWN = 4_000
"""The longest text of one failure, in characters."""
HEADS = {"good": "✅", "fair": "🟡", "bad": "❌", "unknown": "⚪"}


def write(report: Report) -> str:
    """Return the report as Markdown."""
    parts = list(_head(report))
    left = ROOM - sum(map(len, parts)) - 500
    failures = list(report.failures().items())
    for place, (requirement, found) in enumerate(failures):
        part = _failure(report, requirement, found)
        if len(part) > left:
            rest = sum(len(found) for _, found in failures[place:])
            parts.append(
                f"\n… and {cases(rest)} of {len(failures) - place} more requirements; "
                "`report.html` has them all.\n"
            )
            break
        parts.append(part)
        left -= len(part)
    return "".join(parts)


def _head(report: Report) -> Iterator[str]:
    yield f"## {HEADS[outcome(report)]} ws-sync: {plain(conclusion(report))}\n\n"
    if report.damage:
        yield f"> **{plain(report.damage)}**\n\n"
    yield (
        f"{code(report.judged)} · {cases(len(report.cases))}, {report.ran:,} ran · "
        f"{_met(report)} · {report.seconds:.1f} s · kit {plain(report.kit)}\n\n"
    )
    shown = [v for v in ORDER if report.counts[v] or v in (Verdict.PASS, Verdict.FAIL)]
    heads = [f"{SIGNS[verdict]} {verdict.called(report.side)}" for verdict in shown]
    yield f"| section | {' | '.join(heads)} |\n"
    yield f"|---|{'---:|' * len(shown)}\n"
    for section in report.sections:
        counts = counted(report.of_section(section))
        yield f"| {plain(section)} | {' | '.join(str(counts[v] or '·') for v in shown)} |\n"
    yield f"| **all** | {' | '.join(f'**{report.counts[v]}**' for v in shown)} |\n\n"
    for name in ("problems", "warnings"):
        for sentence in report.sentences(name)[:20]:
            yield f"- {name.removesuffix('s')}: {plain(sentence[:SHOWN])}\n"
    if report.failures():
        yield "\n### Not met\n"


def _met(report: Report) -> str:
    statuses = [
        report.requirement_results[each.id].status
        for each in report.requirements.values()
        if each.binding and each.binds(report.side) and not each.not_observable
    ]
    exercised = [each for each in statuses if each is not RequirementStatus.UNJUDGED]
    met = sum(each is RequirementStatus.MET for each in exercised)
    return f"{met} of {len(exercised)} exercised MUSTs met"


def _failure(report: Report, id_: str, found: list[CaseView]) -> str:
    requirement = report.requirements.get(id_)
    case = shortest(found)
    lines = [f"\n**{code(id_)}**"]
    if requirement is not None:
        lines[0] += f" ({requirement.level}, {code(requirement.place)})"
        lines.append(f"> {prose(requirement.sentence)}")
    lines.append("")
    lines += [f"- {SIGNS[c.verdict]} {code(c.id)}" for c in found[:NAMED]]
    if len(found) > NAMED:
        lines.append(f"- … and {cases(len(found) - NAMED)} more")
    text = escape_control_chars(case.reason or why(case))
    text = text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}\n…\n{text[-SHOWN // 2 :]}"
    lines += [
        "",
        f"<details><summary>{plain(case.id)}: {plain(why(case)[:200])}</summary>",
        "",
        fenced(text),
        "</details>",
        "",
    ]
    return "\n".join(lines)


def fenced(text: str) -> str:
    """Return a code block that the text can't end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def code(text: str) -> str:
    """Return a text as inline code on one line."""
    text = escape_control_chars(text).replace("\n", "\\n")
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{text.replace('|', BAR)}{pad}{fence}"


def prose(sentence: str) -> str:
    """Return a sentence of the specification with its code as inline code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return plain(sentence)
    return "".join(code(p) if place % 2 else plain(p) for place, p in enumerate(parts))


BAR = "\N{LATIN LETTER DENTAL CLICK}"
"""Replaces a bar, which ends a table cell even inside code."""


def plain(text: str) -> str:
    """Escape a text for Markdown, also in a table and in HTML."""
    text = escape_control_chars(text).replace("\n", " ")
    return re.sub(r"([\\`*_\[\]|~#@<>!])", r"\\\1", escape(text, quote=False)).replace("\\&", "&")
