"""Samples of the memory use during a run, their table, and a verdict.

Samples are taken after a garbage collection, while nothing is connected. The verdict depends on the
line of best fit through the samples after the warm-up, the first quarter of the run: on its rise
until the end.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

SAMPLES = 40
"""Approximate number of samples in a run."""
MOST_BLOCKS = 500
"""Allowed rise in blocks of memory after the warm-up, for the interpreter's own caches."""
MOST_OBJECTS = 200
"""Allowed rise in objects that the garbage collector tracks."""
MOST_BYTES = 4 << 20
"""Allowed rise in resident bytes, which the allocator manages in arenas."""


@dataclass(frozen=True)
class Sample:
    """The memory use at one time.

    Attributes:
        done: events or sessions so far.
        seconds: time since the beginning of the run.
        resident: resident bytes of the process.
        blocks: allocated blocks of Python's allocator.
        objects: objects that the garbage collector tracks.
    """

    done: int
    seconds: float
    resident: int
    blocks: int
    objects: int


def resident(process: int | str = "self") -> int:
    """Return the resident bytes of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Watch:
    """The samples of one run."""

    def __init__(self, what: str, trace: bool = False, process: int | None = None) -> None:
        """Begin a run.

        Args:
            what: the name of the units of `done`.
            process: the process to sample from outside; None for this one.
            trace: whether `tracemalloc` runs, and the verdict lists lines that hold more.
        """
        self.samples: list[Sample] = []
        self._process = process
        self._trace = trace
        self._traced: tracemalloc.Snapshot | None = None
        self._what = what
        self._began = time.monotonic()
        print(f"{what:>12} {'seconds':>8} {'RSS, MiB':>9} {'blocks':>9} {'objects':>9}", flush=True)

    def sample(self, done: int) -> None:
        """Take a sample, and print it."""
        if self._trace and len(self.samples) == SAMPLES // 4:
            self._traced = tracemalloc.take_snapshot()
        gc.collect()
        passed = time.monotonic() - self._began
        if self._process is None:
            objects = len(gc.get_objects())
            found = Sample(done, passed, resident(), sys.getallocatedblocks(), objects)
        else:
            found = Sample(done, passed, resident(self._process), 0, 0)
        self.samples.append(found)
        mebibytes = f"{found.resident / (1 << 20):.1f}"
        line = f"{done:>12,} {passed:>8.0f} {mebibytes:>9} {found.blocks:>9,} {found.objects:>9,}"
        print(line, flush=True)

    def verdict(self) -> bool:
        """Print the rise of each figure after the warm-up, and return whether all are flat."""
        settled = self.samples[len(self.samples) // 4 :]
        is_flat = True
        if self._traced is not None:
            for line in tracemalloc.take_snapshot().compare_to(self._traced, "lineno")[:10]:
                print(line)
        bounds = {"resident": MOST_BYTES}
        if self._process is None:  # of another one, only the system's count is known
            bounds |= {"blocks": MOST_BLOCKS, "objects": MOST_OBJECTS}
        for name, most in bounds.items():
            grown = rise([(each.done, getattr(each, name)) for each in settled])
            flat = grown <= most
            is_flat &= flat
            over = f"{settled[-1].done - settled[0].done:,} {self._what}"
            verdict = "flat" if flat else "NOT FLAT"
            print(f"{name}: {grown:+,.0f} over {over}, at most {most:,}: {verdict}")
        return is_flat


def rise(points: list[tuple[int, int]]) -> float:
    """Return the rise of the line of best fit from the first point to the last."""
    if len(points) < 3:
        raise ValueError("fewer than three samples")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return statistics.linear_regression(xs, ys).slope * (xs[-1] - xs[0])
