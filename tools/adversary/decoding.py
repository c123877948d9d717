"""What decoding costs in every spelling, as a ratio to `orjson.loads`."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import orjson

from tools.adversary.spellings import rows, spellings
from ws_sync._core.json.codec import decode_value
from ws_sync.exceptions import MalformedFrame

MOST = 5
"""A text may cost this many times what orjson takes for it, or for rows of its size."""

ROUNDS = 5
"""Another process may disturb a measurement, so the least ratio of these counts."""


def ratios(size: int) -> Iterator[tuple[str, float]]:
    """Yield each spelling, and how many times more than orjson `decode_value` takes for it."""
    usual = rows(size)
    for name, text in spellings(size).items():
        yield name, min(_ratio(text, usual) for _ in range(ROUNDS))


def _ratio(text: str, usual: str) -> float:
    least = _seconds(orjson.loads, usual) * len(text) / len(usual)
    return _seconds(_decode, text) / max(least, _seconds(orjson.loads, text))


def _decode(text: str) -> None:
    with suppress(MalformedFrame):
        decode_value(text)


def _seconds(function: Callable[[str], Any], text: str) -> float:
    gc.freeze()  # a collection of the rest of the process is not counted
    began = time.thread_time()
    with suppress(ValueError):
        function(text)
    taken = time.thread_time() - began
    gc.unfreeze()
    return taken


def measure(size: int) -> int:
    """Print the table, and return the exit status: 0 if no spelling exceeds the limit."""
    print("| spelling | times `orjson.loads` |\n|---|---:|")
    worst = 0.0
    for name, ratio in ratios(size):
        worst = max(worst, ratio)
        print(f"| {name} | {ratio:.1f} |", flush=True)
    return int(worst > MOST)
