"""Decoding of texts in any spelling: what is read, what is refused, and what it costs."""

from __future__ import annotations

import gc
import json
import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import example, given

from tests.ws_sync.strategies import spellings
from ws_sync._core.json.codec import MAX_DEPTH, decode_value
from ws_sync.exceptions import MalformedFrame

SIZE = 1 << 19
ROUNDS = 20


def strictly(text: str) -> Any:
    """The same as `decode_value`, by the standard library alone."""
    if not text.isascii():
        text.encode()
    value = json.loads(
        text,
        object_pairs_hook=_unique,
        parse_int=lambda digits: int(digits) if _finite(digits) is not None else None,
        parse_float=_finite,
        parse_constant=_finite,
    )
    json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a member twice")
    return dict(pairs)


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ValueError("not finite")
    return value


@given(spellings)
@example('{"a":1,"\\u003a":2,"a":3}')
@example('{"\\\\u003a":1,"a":1,"a":2}')
@example('["\\u003a",{"a":{},"a":1}]')
@example("[12345678901234567890123456789, 1e1]")
def test_decode_value_reads_and_refuses_as_the_standard_library_does(text: str) -> None:
    try:
        expected = strictly(text)
    except ValueError:
        with pytest.raises(MalformedFrame):
            decode_value(text)
    else:
        assert repr(decode_value(text)) == repr(expected)


def filled(*elements: str, first: str = "1") -> str:
    piece = ",".join(elements)
    return f"[{first},{','.join([piece] * (SIZE // (len(piece) + 1)))}]"


def in_levels(depth: int) -> str:
    return "[" * depth + "]" * depth


ROWS = filled('{"id":1,"name":"abc def","x":1.5}')
LARGE = "1" * 30
TEXTS = {
    "integers of 308 digits": filled("1" * 308),
    "digits in a string": '"' + "1" * SIZE + '"',
    "a long integer": f"[{'1' * SIZE}]",
    "a long fraction": f"[0.{'1' * SIZE}]",
    "fractions between two doubles": filled("9007199254740993." + "0" * 750 + "1"),
    "empty arrays": filled("[]"),
    "empty objects": filled("{}"),
    "empty objects with spaces": filled("{ }"),
    "deep arrays": filled(in_levels(MAX_DEPTH - 1)),
    "too deep": in_levels(SIZE // 2),
    "arrays of scalars": filled("[]", *["1"] * 50),
    "floats": filled("1.0e0"),
    "floats, read twice": filled("1.0e0", first=LARGE),
    "integers, read twice": filled(" 1", first=LARGE),
    "arrays, read twice": filled("[ 1]", first=LARGE),
    "members, read twice": filled(*[f'{{"{n}": 1}}' for n in range(1000)], first=LARGE),
    "strings, read twice": filled(' ""', first=LARGE),
    "escapes, read twice": filled('"\\u0061\\n"', first=LARGE),
    "escaped backslashes": '["\\u003a' + "\\\\" * (SIZE // 2) + '"]',
    "escaped colons": '"' + "\\u003a" * (SIZE // 6) + '"',
    "spaces": f"[{' ' * SIZE}1]",
    "one object": "{" + ", ".join(f'"{n}":1' for n in range(SIZE // 12)) + "}",
    "a duplicate at the end": f'{{"a":{ROWS},"a":1}}',
    "an infinity at the end": f"[{ROWS},1e999]",
}


def seconds(function: Callable[[str], Any], text: str) -> float:
    """The processor time of a call."""
    gc.freeze()  # a collection of the rest of the process is not counted
    begin = time.thread_time()
    with suppress(ValueError):
        function(text)
    taken = time.thread_time() - begin
    gc.unfreeze()
    return taken


def refused(text: str) -> None:
    try:
        decode_value(text)
    except MalformedFrame as error:
        raise ValueError from error


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_decode_value_costs_at_most_five_times_what_orjson_takes(text: str) -> None:
    ratios: list[float] = []
    while not ratios or min(ratios) >= 5:  # another process may disturb one of the two
        usual = seconds(orjson.loads, ROWS) * len(text) / len(ROWS)
        ratios.append(seconds(refused, text) / max(usual, seconds(orjson.loads, text)))
        assert len(ratios) < ROUNDS, ratios
