"""The matrix of clients: which verdicts are wrong, and what its page says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from conformance.spec import directory, requirements
from tests import forked
from tests.mutants.clients.catalogue import legals, mutants
from tools.matrix.client_page import PAGE, differences, killing_cases, page
from tools.matrix.result import Result, breaks, read

ROW = re.compile(
    r"^\| `(\w+)` \| .* \| \[`([\w-]+)`\]\(\w+\.md#([\w-]+)\) \| `(.+)` \|$", re.MULTILINE
)
COMMITTED = (directory() / PAGE).read_text(encoding="utf-8")
FAILED = {"id": "state/a", "verdict": "failed", "reason": "…"}


def verdict(name: str, folder: Path, *outcomes: dict[str, object]) -> Result:
    """Read the result of a client whose cases have these outcomes."""
    (folder / "outcomes").write_text(json.dumps(outcomes), encoding="utf-8")
    return read(name, folder / "outcomes", "", "client")


@pytest.mark.parametrize(
    ("broken", "hints", "wrong"),
    [
        ("state-client-patch", ["stale-edits"], None),
        ("state-get", [], "killed for state-get (1) only"),
        ("state-client-patch", [], "killed without the hint stale-edits"),
        ("state-client-patch", ["stale-edits", "echo"], "misleading hint echo"),
    ],
    ids=["found", "not-found", "no-hint", "misled"],
)
def test_mutant_has_to_be_found_and_its_reader_not_misled(
    broken: str, hints: list[str], wrong: str | None, tmp_path: Path
) -> None:
    found = verdict("StaleEdits", tmp_path, FAILED | {"broken": broken, "hints": hints})
    assert found.wrong == wrong


@pytest.mark.parametrize(
    ("outcomes", "wrong"),
    [
        ([{"id": "state/a", "verdict": "passed", "broken": None, "reason": ""}], None),
        ([], "no case ran"),
        ([FAILED | {"broken": "state-get"}], "FAILED state-get in state/a"),
    ],
    ids=["passes", "runs-nothing", "fails"],
)
def test_legal_client_has_to_pass_what_was_run(
    outcomes: list[dict[str, object]], wrong: str | None, tmp_path: Path
) -> None:
    assert verdict("KeepsEdits", tmp_path, *outcomes).wrong == wrong


def test_page_differs_where_another_case_kills(tmp_path: Path) -> None:
    names = [*mutants(), *legals()]
    results = [Result(name, breaks(name, "client"), own=["state/a"]) for name in names]
    (tmp_path / PAGE).write_text("\n".join(page(results)) + "\n", encoding="utf-8")
    assert list(differences(tmp_path, results, whole=True)) == []
    results[0].own = ["state/b"]
    assert "+" in "".join(line[:1] for line in differences(tmp_path, results, whole=True))
    assert list(differences(tmp_path, results[:1], whole=False)) == []


@pytest.mark.io
def test_page_has_each_mutant_with_its_requirement_and_a_case_that_exists() -> None:
    rows = ROW.findall(COMMITTED)
    assert [(name, broken) for name, broken, _, _ in rows] == [
        (name, kind.breaks) for name, kind in mutants().items()
    ]
    assert killing_cases(directory()) == {name: case for name, _, _, case in rows}
    listing = subprocess.run(
        forked.python("-m", "conformance", "--list"), check=True, capture_output=True, text=True
    )
    known = {line.split()[0] for line in listing.stdout.splitlines() if line}
    for _, broken, anchor, case in rows:
        assert requirements()[broken].id == anchor
        assert case in known


def test_page_has_each_odd_client() -> None:
    for name in legals():
        assert f"\n| `{name}` | " in COMMITTED
