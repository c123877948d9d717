"""A target: how inputs are drawn, and what must hold for them.

Hypothesis draws the inputs. They are structured: patches that fit a document, dialogues that fit an
application. A byte-wise, coverage-guided fuzzer rarely finds such inputs, and half of the code
under test is native, so its coverage is not visible. Hypothesis also shrinks failing inputs. Each
batch has its own seed, so that a long run does not stay close to its first inputs.
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
"""The memory of every 16th input is measured, because that takes several times as long."""
MAX_SECONDS = 2.0
"""Processor time that an input may take."""
MAX_BYTES = 16 << 20
"""Memory that an input may take."""
BYTES_EACH = 200
"""Additional memory for each character of the input."""


class Finding(AssertionError):
    """A property does not hold for an input; the message says which."""


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes:
        about: the property that must hold, in one line.
        inputs: the strategy that draws inputs.
        check: raises an error for an input without the property.
        share: the share of the time for all targets.
    """

    about: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    share: int = 1

    def run_batch(self, report: Report, number: int, size: int, shrink: bool) -> None:
        """Try inputs that belong to a seed, and report them."""
        phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
        _run_batch(self, report, number, size, phases)


@dataclass
class Report:
    """The result of a run.

    Attributes:
        inputs: number of inputs, with those of shrinking.
        seconds: processor time.
        slowest: processor time of the slowest input, and that input.
        largest: peak memory of the input that took most, and that input.
        findings: the failed properties, as texts.
        next_seed: the seed with which another run continues.
    """

    inputs: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")
    findings: list[str] = field(default_factory=list)
    next_seed: int = 0

    def add_time(self, spent: float, value: Any) -> None:
        """Note the processor time of an input."""
        if spent > self.slowest[0]:
            self.slowest = spent, _shorten(value)
            if spent > MAX_SECONDS:
                self.findings.append(f"{spent:.1f} s for {_shorten(value)}")


def often(strategy: st.SearchStrategy[T], times: int) -> list[st.SearchStrategy[T]]:
    """Return equal alternatives for `one_of`, which counts the same strategy only once."""
    return [strategy.map(lambda drawn: drawn) for _ in range(times)]


def run(
    target: Target, inputs: float, seconds: float, first_seed: int, *, shrink: bool = True
) -> Report:
    """Try inputs until a limit is reached or something is found.

    Args:
        target: the target.
        inputs: the limit of inputs.
        seconds: the limit of processor time.
        first_seed: the seed of the first batch.
        shrink: whether to look for a minimal example of a finding.
    """
    report = Report()
    began = time.process_time()
    number = first_seed
    while not report.findings and report.inputs < inputs:
        target.run_batch(report, number, int(min(BATCH, inputs - report.inputs)), shrink)
        number += 1
        report.next_seed = number
        report.seconds = time.process_time() - began
        if report.seconds >= seconds:
            break
    return report


def _run_batch(target: Target, report: Report, number: int, size: int, phases: list[Phase]) -> None:
    @seed(number)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=phases,
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
            report.add_time(time.thread_time() - began, value)

    try:
        attempt()
    except Exception as error:  # noqa: BLE001  # any error is a finding
        notes = "\n".join(getattr(error, "__notes__", ()))
        report.findings.append(f"{type(error).__name__}: {error}\n{notes}\n(seed {number})")


def _measure(target: Target, report: Report, value: Any) -> None:
    tracemalloc.start()
    try:
        target.check(value)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > report.largest[0]:
        report.largest = peak, _shorten(value)
        if peak > MAX_BYTES + BYTES_EACH * len(repr(value)):
            report.findings.append(f"{peak:,} bytes for {_shorten(value)}")


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 2000 else f"{text[:2000]}… ({len(text)} characters)"
