"""Is memory flat? Samples along a run, a table of them, and a verdict.

Samples are taken where nothing is connected and garbage was collected. What counts is the line
that fits best through the samples behind the warm-up, the first quarter of the run: by how much it
rises until the end.
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
"""About so many are taken in a run."""
MOST_BLOCKS = 500
"""Blocks of memory that may come along behind the warm-up: caches of the interpreter's own."""
MOST_OBJECTS = 200
"""The same of objects that the garbage collector follows."""
MOST_BYTES = 4 << 20
"""The same of the process's resident bytes, which its allocator holds in arenas."""


@dataclass(frozen=True)
class Sample:
    """What is used at one time.

    Attributes:
        done: events, or sessions, until then.
        seconds: since the run began.
        resident: bytes of memory that the system counts for the process.
        blocks: blocks that Python's allocator has given out.
        objects: objects that the garbage collector follows.
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
        """Begin.

        Args:
            what: is counted.
            process: whose memory is looked at, from outside; None: this one's.
            trace: whether `tracemalloc` runs, and the verdict says which lines hold more.
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
        """Print by how much each figure has risen behind the warm-up; whether that is flat."""
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
            told = "flat" if flat else "NOT FLAT"
            print(f"{name}: {grown:+,.0f} over {over}, at most {most:,}: {told}")
        return is_flat


def rise(points: list[tuple[int, int]]) -> float:
    """Return by how much the line of best fit through points rises from the first to the last."""
    if len(points) < 3:
        raise ValueError("a line through fewer than three samples says nothing")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return statistics.linear_regression(xs, ys).slope * (xs[-1] - xs[0])
