"""Decoding of texts in any spelling: what is read, and what is refused.

`python -m tools.adversary decoding` measures what they cost.
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import example, given

from tests.ws_sync.strategies import spellings
from tools.adversary.spellings import spellings as spellings_of_size
from ws_sync._core.json.codec import MAX_DEPTH, decode_value
from ws_sync.exceptions import MalformedFrame

SIZE = 1 << 14

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def strictly(text: str) -> Any:
    """The same as `decode_value`, by the standard library alone."""
    if not text.isascii():
        text.encode()
    steps = {"[": 1, "{": 1, "]": -1, "}": -1}
    if max(accumulate(steps.get(each, 0) for each in STRING.sub("", text)), default=0) > MAX_DEPTH:
        raise ValueError("too deep")
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


def judge(text: str) -> None:
    try:
        expected = strictly(text)
    except ValueError:
        with pytest.raises(MalformedFrame):
            decode_value(text)
    else:
        assert repr(decode_value(text)) == repr(expected)


@given(spellings)
@example('{"a":1,"\\u003a":2,"a":3}')
@example('{"\\\\u003a":1,"a":1,"a":2}')
@example('["\\u003a",{"a":{},"a":1}]')
@example("[12345678901234567890123456789, 1e1]")
def test_decode_value_reads_and_refuses_as_the_standard_library_does(text: str) -> None:
    judge(text)


@pytest.mark.parametrize("name", spellings_of_size(SIZE))
def test_decode_value_reads_every_spelling_as_the_standard_library_does(name: str) -> None:
    judge(spellings_of_size(SIZE)[name])
