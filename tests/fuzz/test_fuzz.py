"""A short run of every target, and defects put in on purpose, which each has to find."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tools.fuzz.target import run
from tools.fuzz.targets import TARGETS
from ws_sync import codec, comparison, diff, patch, state, writes
from ws_sync.document import Document

INPUTS = {"decode": 300, "encode": 250, "patch": 250, "document": 100, "diff": 200, "session": 80}
"""So many make about two seconds of each."""


def found(name: str, inputs: int) -> list[str]:
    return run(TARGETS[name], inputs, math.inf, first_seed=1).findings


@pytest.mark.parametrize("name", TARGETS)
def test_short_run_finds_nothing(name: str) -> None:
    assert found(name, INPUTS[name]) == []


def _takes_true_for_one(one: Any, other: Any) -> bool:
    return bool(one == other)


def _lets_nan_through(text: bytes, value: object, depth: int = 0) -> bool:
    return True


def _finite(number: str) -> float:
    return float(number)


def _forgets(self: Document, names: Any) -> None:
    return


def _stays(self: writes.Write) -> None:
    return


def _is_not_refused(*_: Any) -> str:
    raise KeyError("no refusal")


DEFECTS: list[tuple[str, object, str, object]] = [
    ("decode", codec, "is_deeper", lambda *_: True),
    ("encode", codec, "is_faithful", _lets_nan_through),
    ("patch", patch, "equal", _takes_true_for_one),
    ("patch", patch, "_lookup", _is_not_refused),
    ("document", comparison, "removal", lambda path: comparison.replacement(path, b"null")),
    ("diff", diff, "equal", _takes_true_for_one),
    ("session", Document, "forget", _forgets),
    ("session", writes.Write, "undo", _stays),
    ("session", state.State, "resync", lambda *_: None),
]


@pytest.mark.parametrize(
    ("name", "owner", "attribute", "defect"), DEFECTS, ids=[f"{d[0]}-{d[2]}" for d in DEFECTS]
)
def test_defect_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, owner: object, attribute: str, defect: object
) -> None:
    monkeypatch.setattr(owner, attribute, defect)
    assert found(name, 2000)
