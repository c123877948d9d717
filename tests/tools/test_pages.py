"""Pages that are rendered from data are current, and frozen requirements stay as they are."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from conformance.spec import requirements
from tests.tables import each
from tools import render_lifecycles
from tools.generated import generate
from tools.requirements import LOCK, cases, frozen_line, status


def test_lifecycle_page_is_current() -> None:
    source = json.loads(render_lifecycles.SOURCE.read_text(encoding="utf-8"))
    assert render_lifecycles.PAGE.read_text(encoding="utf-8") == render_lifecycles.render(source)


def test_stale_page_is_found_and_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "folder" / "page.md"
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert generate(page, "text\n", "make page") == 1
    assert "+text\npage.md is stale: run `make page`" in capsys.readouterr().out
    assert not page.exists()
    monkeypatch.setattr(sys, "argv", ["tool"])
    assert generate(page, "text\n", "make page") == 0
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert generate(page, "text\n", "make page") == 0
    assert page.read_text(encoding="utf-8") == "text\n"


def test_text_in_a_diagram_ends_no_line_of_it() -> None:
    page = (render_lifecycles.SPEC / "dialogues.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    assert blocks
    assert not re.findall(r"(?<!#\d\d);", "".join(blocks))


def test_every_state_of_a_lifecycle_can_be_reached() -> None:
    for lifecycle in json.loads(render_lifecycles.SOURCE.read_text(encoding="utf-8"))["lifecycles"]:
        targets = {target for _, target, *_ in lifecycle["transitions"]} | {lifecycle["initial"]}
        assert targets == set(lifecycle["states"])


@each(LOCK.read_text(encoding="utf-8").splitlines())
def test_frozen_requirement_stays_as_it_is(line: str) -> None:
    found = requirements().get(line.split()[0])
    assert found is not None, "a requirement was removed or renamed"
    assert frozen_line(found) == line


def test_every_requirement_is_frozen() -> None:
    lines = {line.split()[0] for line in LOCK.read_text(encoding="utf-8").splitlines()}
    assert lines == requirements().keys(), "run python -m tools.requirements --freeze"


def test_table_of_requirements_names_the_cases_of_each() -> None:
    bound = cases("server")
    assert "patch/half-of-a-patch-is-not-applied" in bound["patch-atomic"]
    assert "session/takeover-leaves-the-newer-connection-open" in bound["session-takeover"]
    assert "session/client-comes-back-after-each-loss" in cases("client")["session-reconnect"]
    assert status(requirements()["connection-oversized"], []) == "allowed"
    assert status(requirements()["patch-atomic"], []) == "NO CASE"
    assert "needs an action" in status(requirements()["session-takeover-serial"], [])
