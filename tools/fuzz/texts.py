"""Texts that are nearly frames: those of the vectors and others, with a few changes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from conformance.spec import directory
from tests.ws_sync.strategies import spellings, values

PIECES = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "1e-999",
    "-0",
    "-0.0",
    "01",
    "+1",
    "1.",
    ".5",
    "0.1e1",
    "9007199254740993",
    "18446744073709551616",
    "1" + "0" * 308,
    "1" + "0" * 309,
    "9" * 5000,
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\u0000",
    "\\u0074ype",
    "\\x",
    "\\/",
    "\ufeff",
    "\x00",
    "\x7f",
    "\u2028",
    "\U0001f600",
    '"type"',
    '"data"',
    '"type":"x",',
    '"_SET:K"',
    "null",
    "true",
    "false",
    "tru",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "//",
    "/*",
    " ",
    "\t",
    "\n",
    "\r",
    "\x0b",
    "\u00a0",
    "[" * 126,
    "]" * 126,
    "[" * 128,
    '{"a":' * 127,
    "[" * 5000,
    "1",
    "0",
    "-",
    "e",
    "E",
    ".",
]
"""Pieces that parsers have misread."""

LARGEST = 100_000
"""Characters of the longest vector that is used: longer ones take too much time."""


@cache
def seeds() -> list[str]:
    """Return the texts of all frames in the vectors and the dialogues."""
    found: list[str] = []
    for path in sorted((directory() / "vectors").rglob("*.json")):
        _collect(json.loads(path.read_text(encoding="utf-8")), found)
    return sorted(set(found))


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, dict):
        text = value.get("text")
        if isinstance(text, dict) and "concat" in text:
            text = "".join(
                piece if isinstance(piece, str) else piece["repeat"] * piece["times"]
                for piece in text["concat"]
            )
        if isinstance(text, str) and len(text) <= LARGEST:
            found.append(text)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            _collect(each, found)


def mutated(text: str, draws: list[tuple[int, int, str]]) -> str:
    """Change a text in some places.

    Args:
        text: the text.
        draws: for each change the place, the kind and the piece.
    """
    for place, kind, piece in draws:
        at = place % (len(text) + 1)
        length = 1 + place // 7 % 12
        if kind == 0:
            text = text[:at] + piece + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + length :]
        elif kind == 2:
            text = text[:at] + piece + text[at + length :]
        elif kind == 3:
            text = text[:at] + text[at : at + length] * 2 + text[at + length :]
        else:
            text = text[:at]
    return text


pieces = st.sampled_from(PIECES) | st.text(max_size=4)
changes = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 4), pieces), max_size=5)


def near(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw texts, most of them with a few changes."""
    return st.builds(mutated, texts, changes)


LAYOUTS: list[dict[str, Any]] = [
    {"separators": (",", ":")},
    {"ensure_ascii": False},
    {"indent": 1},
    {"sort_keys": True},
]


def _written(value: Any, event: str, layout: dict[str, Any]) -> str:
    return json.dumps({"type": event, "data": value}, **layout)


written = st.builds(
    _written,
    values,
    st.sampled_from(["_SET:K", "_PATCH:K", "x", "", "_GET"]),
    st.sampled_from(LAYOUTS),
)
spelled = spellings.map(lambda text: f'{{"type":"x","data":{text}}}')
bare = st.builds(lambda piece, more: piece + more, pieces, st.text(max_size=20))
frames: st.SearchStrategy[str] = st.one_of(
    near(st.sampled_from(seeds())), near(written), near(spelled), bare, st.text(max_size=100)
)
