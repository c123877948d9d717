"""A target: what is drawn, and what must hold for it.

Hypothesis draws. The inputs are structured (patches that fit a document, dialogues that fit an
application), which a byte-wise, coverage-guided fuzzer rarely hits, and half of what runs is native
code whose coverage it can't see; and Hypothesis makes short what fails. Each batch has a seed of
its own, so that a long run does not go on in the neighbourhood of its first inputs.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")

BATCH = 500
"""Inputs with one seed."""
TRACED = 16
"""Of every so many inputs, the memory of one is measured: that takes several times as long."""
MOST_SECONDS = 2.0
"""Processor time that no input may take."""
MOST_BYTES = 16 << 20
"""Memory that every input may take,"""
BYTES_EACH = 200
"""and so many bytes more for each character that it has."""


class Finding(AssertionError):
    """Something does not hold for an input; the text says what."""


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes:
        about: what has to hold, in a line.
        inputs: draws them.
        check: raises whatever is wrong with one.
        share: of a time for all targets, in parts.
    """

    about: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    share: int = 1


@dataclass
class Report:
    """What a run has found.

    Attributes:
        inputs: how many were tried, those of shrinking included.
        seconds: of processor time.
        slowest: processor time of the slowest input, and that input.
        largest: by how much the memory of an input has exceeded nothing at its peak, and that
            input.
        findings: what is wrong, as texts.
    """

    inputs: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")
    findings: list[str] = field(default_factory=list)


def often(strategy: st.SearchStrategy[T], times: int) -> list[st.SearchStrategy[T]]:
    """Return alternatives for `one_of` that are so many; the same one would count once there."""
    return [strategy.map(lambda drawn: drawn) for _ in range(times)]


def run(target: Target, inputs: float, seconds: float, first_seed: int) -> Report:
    """Try inputs until there were so many, or the time is over, or something is found.

    Args:
        target: the target.
        inputs: how many.
        seconds: of processor time.
        first_seed: that of the first batch.
    """
    report = Report()
    began = time.process_time()
    number = first_seed
    while not report.findings and report.inputs < inputs:
        _run_batch(target, report, number, int(min(BATCH, inputs - report.inputs)))
        number += 1
        report.seconds = time.process_time() - began
        if report.seconds >= seconds:
            break
    return report


def _run_batch(target: Target, report: Report, number: int, size: int) -> None:
    @seed(number)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(target.inputs)
    def attempt(value: Any) -> None:
        report.inputs += 1
        if report.inputs % TRACED == 0:
            _measure(target, report, value)
        else:
            began = time.thread_time()
            target.check(value)
            _note_time(report, time.thread_time() - began, value)

    try:
        attempt()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
        notes = "\n".join(getattr(error, "__notes__", ()))
        report.findings.append(f"{type(error).__name__}: {error}\n{notes}\n(seed {number})")


def _note_time(report: Report, spent: float, value: Any) -> None:
    if spent > report.slowest[0]:
        report.slowest = spent, _brief(value)
        if spent > MOST_SECONDS:
            report.findings.append(f"{spent:.1f} s for {_brief(value)}")


def _measure(target: Target, report: Report, value: Any) -> None:
    tracemalloc.start()
    try:
        target.check(value)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > report.largest[0]:
        report.largest = peak, _brief(value)
        if peak > MOST_BYTES + BYTES_EACH * len(repr(value)):
            report.findings.append(f"{peak:,} bytes for {_brief(value)}")


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 2000 else f"{text[:2000]}… ({len(text)} characters)"
