"""npm's `json-patch-test-suite`, run through the reference and the kit's oracle.

`python -m tests.vectors.suite PATH`, where PATH is the folder of the npm package. It fails on a
difference without an explanation in `differences.json`, and on an explanation without a difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import JSON, same
from tests.vectors.files import differences
from ws_sync._core.json.patch import apply
from ws_sync.exceptions import Refused

FILES = ("spec_tests.json", "tests.json")


class Refusal(Exception):
    """An implementation refuses a patch."""


def reference(document: JSON, patch: JSON) -> JSON:
    """Apply a patch with the reference."""
    try:
        return apply(document, patch)
    except Refused as error:
        raise Refusal(str(error)) from error


def oracle(document: JSON, patch: JSON) -> JSON:
    """Apply a patch with the kit's oracle."""
    mirror = Mirror()
    mirror.set("A", document)
    try:
        mirror.patch("A", patch)
    except Inapplicable as error:
        raise Refusal(str(error)) from error
    return mirror["A"]


IMPLEMENTATIONS = {"reference": reference, "kit": oracle}


def tests(folder: Path) -> Iterator[tuple[str, Any]]:
    """The enabled tests of the suite, by file and position."""
    for name in FILES:
        for index, test in enumerate(json.loads((folder / name).read_text(encoding="utf-8"))):
            if "patch" in test and not test.get("disabled"):
                yield f"{name}#{index}", test


def difference(implementation: Callable[[JSON, JSON], JSON], test: Any) -> str | None:
    """How an implementation differs from a test, or None."""
    before = json.dumps(test["doc"])
    try:
        result = implementation(test["doc"], test["patch"])
    except Refusal as error:
        return None if "error" in test else f"refuses: {error}"
    if json.dumps(test["doc"]) != before:
        return "changes the document"
    if "error" in test:
        return f"accepts, and gives {json.dumps(result)}"
    if "expected" in test and not same(result, test["expected"]):
        return f"gives {json.dumps(result)}"
    return None


def judged(name: str, folder: Path) -> list[str]:
    """The differences of an implementation without an explanation, and the stale explanations."""
    found = {id_: difference(IMPLEMENTATIONS[name], test) for id_, test in tests(folder)}
    differing = {id_: what for id_, what in found.items() if what is not None}
    explained = differences(name, "suite")
    say(f"{name} suite: {len(found)} run, {len(differing)} differ, {len(explained)} explained")
    return [
        *(f"unexplained: {name} {i}: {differing[i]}" for i in differing.keys() - explained.keys()),
        *(f"stale: {name} {i}: no longer differs" for i in explained.keys() - differing.keys()),
    ]


def say(*lines: str) -> None:
    """Print lines."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def main() -> int:
    """Run the suite in the given folder; 0 if every difference is explained."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / FILES[0]).is_file():
        say(f"{__doc__}\nno suite at {sys.argv[1:]}")
        return 2
    wrong = [line for name in IMPLEMENTATIONS for line in judged(name, Path(sys.argv[1]))]
    say(*sorted(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
