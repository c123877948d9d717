"""The files of `spec/vectors/`, and the table of known differences of implementations.

`judge` compares the result of a vector with the table: a difference without an explanation fails,
and so does an explanation without a difference.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from conformance.spec import directory

VECTORS = directory() / "vectors"
DIFFERENCES = Path(__file__).with_name("differences.json")
NAMES = ("frames", "pointers", "patches", "equality", "binary")


@cache
def load(name: str) -> Any:
    """One file of vectors, such as `frames` or `dialogues/01-opening`."""
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def dialogues() -> list[str]:
    """The names of the dialogues, in the order of their numbers."""
    return sorted(f"dialogues/{path.stem}" for path in (VECTORS / "dialogues").glob("*.json"))


def by_id(name: str, list_: str = "vectors") -> dict[str, Any]:
    """The vectors of a list by their ids."""
    return {vector["id"]: vector for vector in load(name)[list_]}


def joined(text: Any) -> str:
    """A text of a vector; its pieces may be generated."""
    if isinstance(text, str):
        return text
    return "".join(
        piece if isinstance(piece, str) else piece["repeat"] * piece["times"]
        for piece in text["concat"]
    )


def patch_of(vector: Any) -> Any:
    """The patch of a vector; it may be generated."""
    if "patch" in vector:
        return vector["patch"]
    return [
        operation for block in vector["generated"] for operation in block["repeat"] * block["times"]
    ]


def data_of(vector: Any) -> Any:
    """The data of the event in a frame."""
    event = vector["event"]
    return json.loads(joined(event["dataText"])) if "dataText" in event else event["data"]


@cache
def differences(implementation: str, file: str) -> dict[str, str]:
    """The known differences of an implementation from the vectors of one file, by id."""
    table = json.loads(DIFFERENCES.read_text(encoding="utf-8"))
    found: dict[str, str] = table[implementation].get(file, {})
    return found


def judge(implementation: str, file: str, vector: Any, difference: str | None) -> None:
    """Demand that a vector differs exactly if the table explains the difference."""
    explained = differences(implementation, file).get(vector["id"])
    if explained is None:
        assert difference is None, f"{difference}; {json.dumps(vector)[:1000]}"
    else:
        assert difference is not None, f"no longer differs; remove the explanation: {explained}"
