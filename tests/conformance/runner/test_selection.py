"""The selection of cases by the kit's own options, and the messages when none is selected."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.runner.case import Case
from conformance.runner.selection import Selection, matches
from conformance.spec import requirements
from tests.conformance import liars
from tests.conformance.kit import QUICK, run, run_kit
from tests.conformance.liars import lying

CASES = [
    Case("state/a[b]", requirements()["state-get"], frozenset({"lazy"})),
    Case("state/c", requirements()["state-no-echo"], frozenset()),
    Case("tasks/d", requirements()["tasks-start"], frozenset({"tasks", "errors"})),
]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({}, ["state/a[b]", "state/c", "tasks/d"]),
        ({"section": ["state"]}, ["state/a[b]", "state/c"]),
        ({"section": ["state", "tasks"], "level": ["MUST"]}, ["state/a[b]", "tasks/d"]),
        ({"level": ["SHOULD"]}, ["state/c"]),
        ({"requirement": ["tasks-start"]}, ["tasks/d"]),
        ({"feature": ["lazy", "tasks"]}, ["state/a[b]", "tasks/d"]),
        ({"case": ["*a[b]"]}, ["state/a[b]"]),
        ({"case": ["*/?"], "feature": ["tasks"]}, ["tasks/d"]),
    ],
)
def test_options_take_what_all_of_them_name(given: dict[str, list[str]], taken: list[str]) -> None:
    selection = Selection(given)
    assert [case.id for case in CASES if selection.takes(case)] == taken
    assert selection.nothing(CASES) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"section": ["stat"]}, "--section stat: no case matches; nearest: state"),
        ({"case": ["state/x*"]}, "--case state/x*: no case matches; nearest: state/c"),
        ({"case": ["tasts/*"]}, "--case tasts/*: no case matches; nearest: tasks/*"),
        ({"feature": ["q"]}, "--feature q: no case matches; choose from errors, lazy, tasks"),
        (
            {"section": ["tasks"], "level": ["SHOULD"]},
            "no case matches all of --section tasks, --level SHOULD",
        ),
    ],
)
def test_what_names_nothing_is_told_with_the_nearest(
    given: dict[str, list[str]], said: str
) -> None:
    assert (Selection(given).nothing(CASES) or "").startswith(said)


def test_brackets_of_an_id_stand_for_themselves() -> None:
    assert matches("a[b]", "a[b]")
    assert matches("a[*]", "a[b]")
    assert not matches("a[b]", "ab")


@pytest.mark.io
async def test_list_needs_no_server() -> None:
    result = await run_kit(
        "--list", "--requirement", "session-takeover", "--server-url=ws://127.0.0.1:1"
    )
    lines = [line.split() for line in result.output.split("\n") if line]
    assert ["session/takeover-while-a-task-syncs", "MUST", "session-takeover", "tasks"] in lines
    assert len(lines) == 4
    assert result.status == 0


@pytest.mark.io
@pytest.mark.parametrize("more", [(), ("--list",)], ids=["run", "list"])
async def test_selection_of_nothing_is_status_2_with_the_nearest(more: tuple[str, ...]) -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit("--server-url", url, "--case", "state/get-is-anwsered", *more)
    assert "nearest: state/get-is-answered," in result.output
    assert result.status == 2


@pytest.mark.io
async def test_mistyped_option_is_status_2_with_the_nearest(tmp_path: Path) -> None:
    result = await run("conformance", "--lst", "--seciton=state", cwd=tmp_path)
    assert "--lst: unknown option; nearest: --list\n" in result.output
    assert "--seciton: unknown option; nearest: --section\n" in result.output
    assert result.status == 2


@pytest.mark.io
async def test_last_failed_runs_what_failed_and_tells_what_is_new(tmp_path: Path) -> None:
    select = ("--section", "notices", "-k", "its_level and (info or error)")
    arguments = (*QUICK, "--replay-dir", "replays")
    async with lying(liars.lists_toast_and_has_none) as url:
        nothing = await run("conformance", "--server-url", url, "--last-failed", cwd=tmp_path)
        await run("conformance", "--server-url", url, *arguments, *select, cwd=tmp_path)
        again = await run(
            "conformance", "--server-url", url, *arguments, "--last-failed", cwd=tmp_path
        )
    assert "--last-failed: nothing failed in the last run" in nothing.output
    assert nothing.status == 2
    assert "2 of " in again.output
    assert "2 failed\n" in again.output
    assert again.status == 1
