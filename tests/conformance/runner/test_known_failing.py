"""Known-failing lists: their grammar, their writer, and their effect on a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.runner.known_failing import Entry, Failure, Known, ListError, load, parse, written
from tests.conformance import hostile, liars
from tests.conformance.kit import QUICK, run_kit
from tests.conformance.liars import lying
from tests.mutants.honest import Honest

TESTEES = Path(__file__).parents[3] / "tools" / "testees"
TOAST = "notices/toast-arrives-with-its-level"


def test_entries_have_a_case_and_a_reason_and_may_pin_a_message() -> None:
    text = '# a comment\n\nstate/a[b]   S-01: because\n\npatch/c ~ "not  here"  it is so\n'
    assert parse(text, "list") == Known(
        {
            "state/a[b]": Entry("state/a[b]", "S-01: because", "list:3"),
            "patch/c": Entry("patch/c", "it is so", "list:5", "not here"),
        },
        ("# a comment", ""),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state/a\n", "list:1: 'state/a' has no reason"),
        ("\nstate/a  \n", "list:2: 'state/a' has no reason"),
        ('state/a ~ "x"\n', "list:1: 'state/a' has no reason"),
        ("state/a ~ x why\n", 'list:1: write state/a ~ "part of the message" reason'),
        ('state/a ~ "" why\n', "list:1: the pin must be a non-empty text"),
        ("state a\n", "list:1: 'state' is not the id of a case"),
        ("state/a x\nstate/a y\n", "list:2: 'state/a' already has an entry, at list:1"),
        ("s/a[*] x\ns/a[b] y\n", r"list:2: 's/a\[b\]' is one of 's/a\[\*\]' at list:1"),
        ("s/a[b] x\ns/a[*] y\n", r"list:1: 's/a\[b\]' is one of 's/a\[\*\]' at list:2"),
    ],
)
def test_bad_entry_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ListError, match=said):
        parse(text, "list")


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="nothing"):
        load(tmp_path / "nothing")


@pytest.mark.parametrize(
    "path", sorted(TESTEES.glob("*/known-failing.txt")), ids=lambda p: p.parent.name
)
def test_lists_of_this_repository_are_read(path: Path) -> None:
    assert all(entry.reason for entry in load(path).entries.values())


def test_entry_that_stands_for_no_case_is_told_with_what_may_be_meant() -> None:
    known = parse("state/get-is-anwsered x\nstate/a[*] y\nzzz/q z\n", "list")
    found = {
        entry.case: near for entry, near in known.unmatched(["state/get-is-answered", "state/a[1]"])
    }
    assert found == {"state/get-is-anwsered": "state/get-is-answered", "zzz/q": None}


def test_written_list_keeps_comment_reasons_and_pins_that_hold() -> None:
    old = parse(
        '# mine\ns/a ~ "one"  why\ns/b[*]  both\ns/c ~ "gone"  old\ns/d  passes\ns/e  kept\n', "l"
    )
    failures = [
        Failure("s/a", "new", "it is one"),
        Failure("s/b[1]", "new", ""),
        Failure("s/c", "expected x,\n received y", "other"),
        Failure("s/f", "expected f", ""),
    ]
    text = written(failures, old, passed=["s/d", "s/b[2]"], kept=["s/e"])
    assert text.splitlines() == [
        "# mine",
        's/a     ~ "one"  why',
        "s/b[1]  both",
        "s/c     expected x, received y",
        "s/e     kept",
        "s/f     expected f",
    ]
    assert parse(text, "again").entries.keys() == {"s/a", "s/b[1]", "s/c", "s/e", "s/f"}


@pytest.mark.io
async def test_known_failure_does_not_fail_the_run(tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text(f'{TOAST}[info] ~ "nothing of the kind"  it has none\n')
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", "its_level and info", "--known-failing", str(known)
        )
    assert "1 known failing" in result.output
    assert result.status == 0


@pytest.mark.io
@pytest.mark.parametrize(
    ("entry", "select", "said"),
    [
        ("actions/unknown-action-is-ignored[TESTEE]  why", "unknown_action_is", "passes, but"),
        ("notices/toast-arives-with-its-level[*]  why", "its_level and info", "did you mean"),
        ("notices/file-arrives[empty]  why", "file_arrives and empty", "is listed as known"),
        (f'{TOAST}[info] ~ "closed"  why', "its_level and info", "does not contain this text"),
    ],
    ids=["unexpected-pass", "no-such-case", "not-applicable", "another-message"],
)  # fmt: skip
async def test_stale_entry_fails_the_run(
    tmp_path: Path, entry: str, select: str, said: str
) -> None:
    known = tmp_path / "known.txt"
    known.write_text(f"{entry}\n")
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", select, "--known-failing", str(known),
            env={"COLUMNS": "400"},
        )  # fmt: skip
    assert said in result.output
    assert f"{known}:1" in result.output
    assert result.status == 1


@pytest.mark.io
async def test_list_that_a_run_writes_is_true_for_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text(f"# toasts\n{TOAST}[info]  it has none\n{TOAST}[default]  it has none\n")
    select = ("-k", "its_level or unknown_action_is", "--known-failing", str(path))
    async with lying(liars.lists_toast_and_has_none) as url:
        first = await run_kit(
            "--server-url", url, *QUICK, *select, "--write-known-failing", str(path)
        )
        second = await run_kit("--server-url", url, *QUICK, *select)
    assert first.status == 1
    lines = path.read_text().splitlines()
    assert lines[0] == "# toasts"
    assert sum("it has none" in line for line in lines) == 2
    assert sum("expected the event _TOAST, received nothing" in line for line in lines) == 4
    assert second.status == 0
    assert "6 known failing" in second.output


@pytest.mark.io
async def test_list_of_a_run_without_failures_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    async with hostile.serving(Honest) as url:
        await run_kit(
            "--server-url", url, "-k", "get_is_answered", "--write-known-failing", str(path)
        )
    assert path.read_text() == ""
