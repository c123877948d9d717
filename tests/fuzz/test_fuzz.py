"""A short run of every target, and deliberate defects that the targets must find."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tools.fuzz.target import run
from tools.fuzz.targets import TARGETS
from ws_sync._binding.write import write
from ws_sync._core.json import codec, diff, patch
from ws_sync._core.snapshot import text_diff
from ws_sync._server import document_state

INPUTS = {"decode": 300, "encode": 250, "patch": 150, "document": 100, "diff": 200}
INPUTS |= {"session": 80, "writes": 3000}
"""Inputs of each target, which take one or two seconds."""


def found(name: str, inputs: int) -> list[str]:
    return run(TARGETS[name], inputs, math.inf, first_seed=1, shrink=False).findings


@pytest.mark.parametrize("name", TARGETS)
def test_short_run_finds_nothing(name: str) -> None:
    assert found(name, INPUTS[name]) == []


def _takes_true_for_one(one: Any, other: Any) -> bool:
    return bool(one == other)


def _removes_by_null(path: str) -> bytes:
    return text_diff.replace_operation(path, b"null")


def _raises(*_: Any) -> None:
    raise KeyError("no refusal")


DEFECTS: list[tuple[str, Any, str, Any]] = [
    ("decode", codec, "_LARGE", ()),
    ("encode", codec, "is_faithful", lambda *_: True),
    ("patch", patch, "equal", _takes_true_for_one),
    ("patch", patch, "_lookup", _raises),
    ("document", text_diff, "remove_operation", _removes_by_null),
    ("diff", diff, "equal", _takes_true_for_one),
    ("session", write.Write, "undo", lambda _: None),
    ("session", document_state.DocumentState, "resync", lambda *_: None),
]
"""For each a target, and the object, its attribute and the replacement."""


@pytest.mark.parametrize(
    ("name", "owner", "attribute", "defect"), DEFECTS, ids=[f"{d[0]}-{d[2]}" for d in DEFECTS]
)
def test_defect_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, owner: Any, attribute: str, defect: Any
) -> None:
    monkeypatch.setattr(owner, attribute, defect)
    assert found(name, 1000)
